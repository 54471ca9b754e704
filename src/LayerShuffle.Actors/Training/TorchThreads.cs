using TorchSharp;

namespace LayerShuffle.Actors.Training;

/// <summary>
/// The number of computing threads. torch keeps it per calling thread, and an actor runs now on this thread, now on that: part of what makes runs identical.
/// </summary>
public static class TorchThreads
{
    [ThreadStatic]
    private static int present;

    /// <summary>Sets it for the calling thread, if it is not set to that already; null leaves it alone.</summary>
    public static void Use(int? threads)
    {
        if (threads is not { } wanted || present == wanted)
            return;
        torch.set_num_threads(wanted);
        present = wanted;
    }
}
