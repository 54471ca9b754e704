using System.Collections.Concurrent;
using System.Diagnostics;

namespace LayerShuffle.Supervision;

/// <summary>
/// Starts processes from one thread that lives as long as this process: Linux sends the signal that a child asks for with PR_SET_PDEATHSIG when the
/// <em>thread</em> that started it ends (prctl(2)), and threads of the pool come and go.
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

    /// <summary>
    /// Lets go of a process and of the pipes to its redirected streams: <see cref="Process.Dispose"/> leaves those open that were ever asked for (three
    /// descriptors a process).
    /// </summary>
    /// <param name="process">One that was started by <see cref="StartAsync"/>, and has ended or is not listened to any more.</param>
    public static void Release(Process process)
    {
        ProcessStartInfo info = process.StartInfo;
        if (info.RedirectStandardOutput)
            process.StandardOutput.Dispose();
        if (info.RedirectStandardError)
            process.StandardError.Dispose();
        if (info.RedirectStandardInput)
        {
            try
            {
                process.StandardInput.Dispose();
            }
            catch (IOException)
            {
                // what was left to write had no reader any more; it is closed all the same
            }
        }

        process.Dispose();
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
