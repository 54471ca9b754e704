using System.Collections.Concurrent;
using System.Diagnostics;

namespace LayerShuffle.Cluster.Processes;

/// <summary>
/// Starts processes from one thread that lives as long as this process: Linux sends the signal that a child asks for with PR_SET_PDEATHSIG when the <em>thread</em>
/// that started it ends (prctl(2)), and threads of the pool come and go.
/// </summary>
public static class ChildStarter
{
    private static readonly Lazy<BlockingCollection<(ProcessStartInfo Info, TaskCompletionSource<Process> Done)>> Queue = new(() =>
    {
        var queue = new BlockingCollection<(ProcessStartInfo Info, TaskCompletionSource<Process> Done)>();
        new Thread(() => Run(queue)) { IsBackground = true, Name = "starts processes" }.Start();
        return queue;
    });

    /// <summary>Starts a process.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">It cannot be started.</exception>
    public static Task<Process> StartAsync(ProcessStartInfo info)
    {
        var done = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        Queue.Value.Add((info, done));
        return done.Task;
    }

    private static void Run(BlockingCollection<(ProcessStartInfo Info, TaskCompletionSource<Process> Done)> queue)
    {
        foreach ((ProcessStartInfo info, TaskCompletionSource<Process> done) in queue.GetConsumingEnumerable())
        {
            try
            {
                done.SetResult(Process.Start(info) ?? throw new InvalidOperationException($"{info.FileName} did not start."));
            }
            catch (Exception exception)
            {
                done.SetException(exception); // the caller's
            }
        }
    }
}
