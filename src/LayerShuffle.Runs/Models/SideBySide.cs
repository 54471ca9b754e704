using System.Runtime.ExceptionServices;

namespace LayerShuffle.Runs.Models;

/// <summary>Work that is done several at a time, some of it after other work.</summary>
internal static class SideBySide
{
    /// <summary>
    /// Does everything, each on one of some threads, as soon as what it comes after is done; in the order of the list where that leaves a choice.
    /// </summary>
    /// <param name="all">What is to be done; what something comes after is among it.</param>
    /// <param name="after">What something comes after; null: nothing.</param>
    /// <param name="most">How much is done at a time.</param>
    /// <param name="act">Does it.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="Exception">What the first that failed threw, when all others have stopped: they are cancelled.</exception>
    public static void Do<T>(IReadOnlyList<T> all, Func<T, T?> after, int most, Action<T, CancellationToken> act, CancellationToken cancellation)
        where T : class
    {
        var gate = new object();
        List<T> waiting = [.. all];
        HashSet<T> done = [];
        ExceptionDispatchInfo? failure = null;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Thread[] threads = [.. Enumerable.Range(1, Math.Min(most, all.Count)).Select(number =>
            new Thread(Work) { IsBackground = true, Name = FormattableString.Invariant($"training {number}") })];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        failure?.Throw();
        cancellation.ThrowIfCancellationRequested();

        void Work()
        {
            while (Next() is { } next)
            {
                try
                {
                    act(next, stop.Token);
                    lock (gate)
                        done.Add(next);
                }
                catch (Exception e)
                {
                    lock (gate)
                        failure ??= ExceptionDispatchInfo.Capture(e);
                    stop.Cancel();
                }

                lock (gate)
                    Monitor.PulseAll(gate);
            }
        }

        T? Next()
        {
            lock (gate)
            {
                while (waiting.Count > 0 && !stop.IsCancellationRequested)
                {
                    if (waiting.Find(one => after(one) is not { } before || done.Contains(before)) is { } next)
                    {
                        waiting.Remove(next);
                        return next;
                    }

                    Monitor.Wait(gate); // until another thread is done with what this comes after
                }

                return null;
            }
        }
    }
}
