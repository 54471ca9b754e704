using System.Collections;
using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace LayerShuffle.Datasets.Batches;

/// <summary>
/// Hands out what a background thread takes from a sequence, at most <c>ahead</c> batches early. An exception of the sequence surfaces in
/// <see cref="MoveNext"/> after the batches before it. Disposing stops the thread, waits for it, and disposes what nobody took.
/// </summary>
internal sealed class Prefetcher : IEnumerator<Batch>
{
    private readonly IEnumerable<Batch> batches;
    private readonly BlockingCollection<Batch> ready;
    private readonly CancellationTokenSource stop = new();
    private readonly Thread thread;
    private ExceptionDispatchInfo? failure;
    private Batch? current;
    private bool disposed;

    public Prefetcher(IEnumerable<Batch> batches, int ahead)
    {
        this.batches = batches;
        ready = new(ahead);
        thread = new(Work) { IsBackground = true, Name = "batches" };
        thread.Start();
    }

    public Batch Current => current ?? throw new InvalidOperationException("There is no current batch: MoveNext has not been called, or has returned false.");

    object IEnumerator.Current => Current;

    public bool MoveNext()
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (ready.TryTake(out current, Timeout.Infinite))
            return true;
        failure?.Throw();
        return false;
    }

    public void Reset() => throw new NotSupportedException();

    public void Dispose()
    {
        if (disposed)
            return;
        disposed = true;
        stop.Cancel();
        thread.Join();
        while (ready.TryTake(out Batch? batch))
            batch.Dispose();
        ready.Dispose();
        stop.Dispose();
    }

    private void Work()
    {
        try
        {
            foreach (Batch batch in batches)
            {
                try
                {
                    ready.Add(batch, stop.Token);
                }
                catch (OperationCanceledException)
                {
                    batch.Dispose();
                    return;
                }
            }
        }
        catch (Exception problem)
        {
            failure = ExceptionDispatchInfo.Capture(problem);
        }
        finally
        {
            ready.CompleteAdding();
        }
    }
}
