using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace LayerShuffle.Supervision;

/// <summary>A running worker as its supervisor sees it.</summary>
internal sealed class WorkerProcess : IDisposable
{
    private readonly Process process;
    private readonly TimeProvider time;
    private readonly long started;
    private readonly Queue<string> last = new();
    private bool ready;

    private WorkerProcess(Process process, int incarnation, TimeProvider time)
    {
        (this.process, this.time, Incarnation, Id) = (process, time, incarnation, process.Id);
        started = time.GetTimestamp();
        Exited = ExitedAsync();
    }

    public int Id { get; }

    public int Incarnation { get; }

    /// <summary>Whether a command asked it to end.</summary>
    public bool Asked { get; set; }

    /// <summary>Whether it is held by a stop signal.</summary>
    public bool Stopped { get; private set; }

    /// <summary>Done when it is gone.</summary>
    public Task<ProcessExit> Exited { get; }

    /// <summary>Starts a worker and gives it its line.</summary>
    /// <exception cref="Win32Exception">The program cannot be started.</exception>
    public static async Task<WorkerProcess> StartAsync(IWorkerLauncher launcher, WorkerStart start, TimeProvider time)
    {
        ProcessStartInfo info = launcher.Command(start);
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        info.UseShellExecute = false;
        (info.RedirectStandardInput, info.RedirectStandardOutput, info.RedirectStandardError) = (true, true, true);
        (info.StandardInputEncoding, info.StandardOutputEncoding, info.StandardErrorEncoding) = (utf8, utf8, utf8);
        return new WorkerProcess(await ChildStarter.StartAsync(info).ConfigureAwait(false), start.Incarnation, time);
    }

    /// <summary>
    /// Gives it its line, and listens to what it writes until it closes its outputs, or a second after its end if something else holds them open.
    /// </summary>
    /// <param name="start">The line.</param>
    /// <param name="saysReady">Called once, when it is ready, with its address and the time since its start.</param>
    /// <param name="leaves">Called when it was told to end by somebody else and asks to leave.</param>
    /// <param name="line">Called for every other line, from one thread at a time.</param>
    public async Task TalkAsync(WorkerStart start, Action<WorkerAddress, TimeSpan> saysReady, Action leaves, Action<string> line)
    {
        Task talk = Task.WhenAll(GiveAsync(start), HearAsync(process.StandardOutput, saysReady, leaves, line),
            HearAsync(process.StandardError, null, null, line));
        await Exited.ConfigureAwait(false);
        try
        {
            await talk.WaitAsync(TimeSpan.FromSeconds(1), time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // a process that the worker started lives on and has its outputs
        }
    }

    /// <summary>The last lines it wrote.</summary>
    public string[] LastLines()
    {
        lock (last)
            return [.. last];
    }

    /// <summary>Signals it; nothing happens if it is gone.</summary>
    /// <exception cref="PlatformNotSupportedException">Stopping and continuing on Windows.</exception>
    public void Signal(WorkerSignal signal)
    {
        if (OperatingSystem.IsWindows())
        {
            if (signal != WorkerSignal.Kill)
                throw new PlatformNotSupportedException("Windows has no way to stop a process and let it go on: pauses are not supported there.");
            process.Kill();
        }
        else if (!process.HasExited)
        {
            NativeProcess.Send(Id, signal);
        }

        Stopped = signal == WorkerSignal.Stop;
    }

    /// <summary>Closes its standard input, which tells it to end.</summary>
    public void CloseInput()
    {
        try
        {
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // it is gone already
        }
    }

    /// <inheritdoc/>
    public void Dispose() => ChildStarter.Release(process);

    private async Task<ProcessExit> ExitedAsync()
    {
        await process.WaitForExitAsync().ConfigureAwait(false);
        return new ProcessExit(process.ExitCode);
    }

    private async Task GiveAsync(WorkerStart start)
    {
        try
        {
            await process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(start, HubCodec.Records.WorkerStart)).ConfigureAwait(false);
            await process.StandardInput.FlushAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // it ended before it read: its exit is reported
        }
    }

    private async Task HearAsync(StreamReader output, Action<WorkerAddress, TimeSpan>? saysReady, Action? leaves, Action<string> line)
    {
        try
        {
            while (await output.ReadLineAsync().ConfigureAwait(false) is { } text)
            {
                if (saysReady is not null && !ready && WorkerParent.ReadReady(text) is { } address)
                {
                    ready = true;
                    saysReady(address, time.GetElapsedTime(started));
                    continue;
                }

                if (leaves is not null && text == WorkerParent.LeavingMark)
                {
                    leaves();
                    continue;
                }

                lock (last)
                {
                    if (last.Count == NodeSupervisor.LastLines)
                        last.Dequeue();
                    last.Enqueue(text);
                    line(text);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // its end
        }
    }
}

/// <summary>How a process ended.</summary>
/// <param name="Code">Its exit code; on Unix 128 + n if signal n ended it.</param>
public readonly record struct ProcessExit(int Code)
{
    /// <summary>The signal that ended it, or null. A process that exits by itself with such a code cannot be told from one that was killed.</summary>
    public int? Signal => !OperatingSystem.IsWindows() && Code is > 128 and < 128 + 65 ? Code - 128 : null;

    /// <summary>In words.</summary>
    public override string ToString() => Signal switch
    {
        null => $"exit code {Code}",
        6 => "signal 6 (abort)",
        9 => "signal 9 (kill)",
        11 => "signal 11 (segmentation fault)",
        15 => "signal 15 (terminate)",
        { } signal => $"signal {signal}",
    };
}
