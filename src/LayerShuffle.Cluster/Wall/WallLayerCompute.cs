using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Akka.Actor;
using LayerShuffle.Actors.Ports;
using LayerShuffle.Core.Time;
using TorchSharp;

namespace LayerShuffle.Cluster.Wall;

/// <summary>The compute port on a thread of its own: no actor waits for a tensor. A layer takes at least as long as it is given.</summary>
internal sealed class WallLayerCompute : ILayerCompute, IDisposable
{
    private readonly BlockingCollection<Action> work = [];
    private readonly PreciseTimer timer;
    private readonly Func<int, object?, int, int, object?> execute;
    private readonly Action<Exception> failed;
    private readonly Thread thread;

    /// <summary>Starts the thread.</summary>
    /// <param name="timer">Waits for the rest of a computation's time.</param>
    /// <param name="threads">Computing threads; null where there is nothing to compute but time to be taken.</param>
    /// <param name="execute">Executes a layer: (layer, activation, request, position) → output.</param>
    /// <param name="failed">Is given what a layer throws.</param>
    public WallLayerCompute(PreciseTimer timer, int? threads, Func<int, object?, int, int, object?> execute, Action<Exception> failed)
    {
        (this.timer, this.execute, this.failed) = (timer, execute, failed);
        thread = new Thread(() => Run(threads)) { IsBackground = true, Name = "compute" };
        thread.Start();
    }

    public void Start(int layer, object? activation, int request, int position, Duration took, IActorRef replyTo, Func<object?, object> completion)
    {
        long due = (new Instant(timer.Now) + took).Nanoseconds; // what takes longer than a clock can tell is never done
        work.Add(() =>
        {
            object? output = execute(layer, activation, request, position);
            object done = completion(output);
            if (timer.Now >= due)
                replyTo.Tell(done);
            else
                timer.At(due, () => replyTo.Tell(done));
        });
    }

    /// <summary>Runs something else on the computing thread, between two layers.</summary>
    public void Do(Action action) => work.Add(action);

    /// <summary>Ends the thread after what it is doing.</summary>
    public void Dispose()
    {
        work.CompleteAdding();
        thread.Join();
        work.Dispose();
    }

    private void Run(int? threads)
    {
        if (threads is { } number)
            SetThreads(number);
        foreach (Action action in work.GetConsumingEnumerable())
        {
            try
            {
                action();
            }
            catch (Exception exception)
            {
                failed(exception);
            }
        }
    }

    // In a method of its own: without it, nothing of TorchSharp need be there.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void SetThreads(int number) => torch.set_num_threads(number);
}
