using System.Runtime.CompilerServices;
using TorchSharp;

namespace LayerShuffle.Cluster;

/// <summary>Whether libtorch is there, and a sentence if it is not: what TorchSharp throws then is a page of paths that it has tried.</summary>
public static class TorchLibrary
{
    /// <summary>Loads it.</summary>
    /// <exception cref="ClusterException">It cannot be loaded.</exception>
    public static void Need()
    {
        try
        {
            Load();
        }
        catch (Exception exception) when (Explain(exception) is { } sentence)
        {
            throw new ClusterException(sentence, exception);
        }
    }

    /// <summary>The sentence for an exception that means that libtorch, or what goes with it, cannot be loaded; null: it means something else.</summary>
    public static string? Explain(Exception exception)
    {
        for (Exception? cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is DllNotFoundException or BadImageFormatException or FileNotFoundException or FileLoadException or NotSupportedException or TypeInitializationException
                && cause.Message.Contains("torch", StringComparison.OrdinalIgnoreCase) && Innermost(cause) is var innermost)
            {
                return $"libtorch cannot be loaded on this machine ({innermost.Message.Split('\n')[0].Trim().TrimEnd('.')}). The program's folder must be whole: TorchSharp, LibTorchSharp and libtorch for this system and processor "
                    + "lie in it or under runtimes/. Copy all of it, or build it here with `dotnet build -c Release`.";
            }
        }

        return null;
    }

    private static Exception Innermost(Exception exception) => exception is { InnerException: { } inner } ? Innermost(inner) : exception;

    [MethodImpl(MethodImplOptions.NoInlining)] // TorchSharp itself may be missing
    private static void Load() => torch.get_num_threads();
}
