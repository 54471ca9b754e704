using System.ComponentModel;
using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;
using LayerShuffle.Core.Logs;

namespace LayerShuffle.Supervision;

/// <summary>Carries out what the hub commands, on the one worker that a supervisor may have at a time, and reports what becomes of it.</summary>
internal sealed class WorkerKeeper(IWorkerLauncher launcher, NodeSupervisorOptions options, Action<HubMessage> report)
{
    private static readonly TimeSpan KillPatience = TimeSpan.FromSeconds(10);

    private readonly Lock gate = new();
    private WorkerProcess? worker;
    private Task watched = Task.CompletedTask;
    private bool over;

    /// <summary>The node's name, once it has one.</summary>
    public string Name { get; set; } = "";

    /// <summary>Told when the worker asks to leave.</summary>
    public Action Leaves { get; set; } = () => { };

    /// <summary>Whether lines are passed on to the hub.</summary>
    public bool ForwardLog { get; set; }

    /// <summary>Carries a command out and confirms it.</summary>
    public async Task ObeyAsync(HubMessage command)
    {
        long began = options.Time.GetTimestamp();
        switch (command)
        {
            case HubMessage.StartWorker start:
                await StartAsync(start, began).ConfigureAwait(false);
                break;
            case HubMessage.SignalWorker signal:
                WorkerProcess? target = Current;
                (string? problem, TimeSpan elapsed) = await SignalAsync(target, signal.Signal, began).ConfigureAwait(false);
                report(new HubMessage.Confirmed(signal.Id, elapsed.Ticks, target?.Id, problem));
                break;
            case HubMessage.Shutdown shutdown:
                int? id = Current?.Id;
                await EndAsync().ConfigureAwait(false);
                Confirm(shutdown.Id, began, id, null);
                break;
            default:
                throw new HubProtocolException($"A hub does not send {command.GetType().Name}.");
        }
    }

    /// <summary>Kills the worker at once, if there is one, and lets no other start. Also a stopped one: SIGKILL ends these too.</summary>
    public void KillNow()
    {
        lock (gate)
        {
            over = true;
            if (worker is not { } running)
                return;
            running.Asked = true;
            running.Signal(WorkerSignal.Kill);
        }
    }

    /// <summary>Ends the worker: by closing its input, and if that does not help (or it is stopped) by killing it. No other starts after that.</summary>
    public async Task EndAsync()
    {
        WorkerProcess? running;
        lock (gate)
        {
            over = true;
            running = worker;
            if (running is not null)
                running.Asked = true;
        }

        if (running is not null && !running.Stopped)
        {
            running.CloseInput();
            await Task.WhenAny(running.Exited, Task.Delay(options.EndPatience, options.Time)).ConfigureAwait(false);
        }

        KillNow();
        await Task.WhenAny(watched, Task.Delay(KillPatience, options.Time)).ConfigureAwait(false);
    }

    private WorkerProcess? Current
    {
        get
        {
            lock (gate)
                return worker;
        }
    }

    private async Task StartAsync(HubMessage.StartWorker command, long began)
    {
        if (Current is { } running)
        {
            Confirm(command.Id, began, running.Id,
                $"Its worker (process {running.Id}, incarnation {running.Incarnation}) still runs: kill it before another is started.");
            return;
        }

        lock (gate)
        {
            if (over)
            {
                Confirm(command.Id, began, null, "It is ending and starts no worker any more.");
                return;
            }
        }

        var start = new WorkerStart(Name, command.Incarnation, Environment.ProcessId, command.Settings);
        WorkerProcess started;
        try
        {
            started = await WorkerProcess.StartAsync(launcher, start, options.Time).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is Win32Exception or InvalidOperationException or IOException)
        {
            Confirm(command.Id, began, null, $"The worker cannot be started: {exception.Message}");
            return;
        }

        lock (gate)
        {
            worker = started;
            watched = WatchAsync(started, start, Confirmed(command.Id, began, started.Id, null));
        }

        bool late;
        lock (gate)
            late = over;
        if (late)
            KillNow(); // the end came while it started
    }

    private async Task WatchAsync(WorkerProcess process, WorkerStart start, HubMessage confirmed)
    {
        report(confirmed);
        await Task.Yield(); // the caller holds the lock
        StreamWriter? log = OpenLog();
        try
        {
            log?.WriteLine($"-- incarnation {start.Incarnation}, process {process.Id}");
            await process.TalkAsync(
                start,
                (address, elapsed) => report(new HubMessage.WorkerReady(start.Incarnation, address, elapsed.Ticks)),
                () => Leaves(),
                line =>
                {
                    log?.WriteLine(line);
                    if (ForwardLog)
                        report(new HubMessage.LogLine(Cut(line)));
                }).ConfigureAwait(false);
            ProcessExit exit = await process.Exited.ConfigureAwait(false);
            RuntimeFiles.Remove(process.Id);
            log?.WriteLine($"-- incarnation {start.Incarnation} ended: {exit}{(process.Asked ? ", as asked" : "")}");
            string[] lines;
            lock (gate)
                lines = process.Asked ? [] : [.. process.LastLines().Select(Cut)];

            if (!process.Asked)
                options.Log.Say(exit.Code == WorkerParent.CannotStart && lines is [.., var why]
                    ? $"The worker of {Name} cannot start: {NodeName.Clean(why, HubCodec.LongestLine)}" : $"The worker of {Name} ended by itself: {exit}.");
            lock (gate)
            {
                // before the next one can start: its news must not overtake this
                report(new HubMessage.WorkerExited(start.Incarnation, exit.Code, process.Asked, Fit(lines)));
                worker = null;
            }
        }
        finally
        {
            log?.Dispose();
            process.Dispose();
        }
    }

    private async Task<(string? Problem, TimeSpan Elapsed)> SignalAsync(WorkerProcess? target, WorkerSignal signal, long began)
    {
        TimeSpan Elapsed() => options.Time.GetElapsedTime(began);
        Task gone;
        try
        {
            lock (gate)
            {
                if (target is null || worker != target)
                    return (signal == WorkerSignal.Kill ? null : "It has no running worker.", Elapsed());
                target.Asked |= signal == WorkerSignal.Kill;
                target.Signal(signal);
                gone = watched;
            }
        }
        catch (Exception exception) when (exception is Win32Exception or PlatformNotSupportedException)
        {
            return (exception.Message, Elapsed());
        }

        if (signal != WorkerSignal.Kill)
            return (null, Elapsed());
        Task limit = Task.Delay(KillPatience, options.Time);
        if (await Task.WhenAny(target.Exited, limit).ConfigureAwait(false) == limit)
            return ($"Process {target.Id} was killed but does not end: it hangs in the kernel.", Elapsed());
        TimeSpan elapsed = Elapsed();
        await gone.ConfigureAwait(false); // its exit is reported before the command is confirmed
        return (null, elapsed);
    }

    private StreamWriter? OpenLog()
    {
        if (options.LogDirectory is not { } directory)
            return null;
        try
        {
            Directory.CreateDirectory(directory);
            return new StreamWriter(Path.Combine(directory, Name + ".log"), append: true) { AutoFlush = true };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            options.Log.Say($"The log of {Name} cannot be written: {exception.Message}");
            return null;
        }
    }

    private void Confirm(long id, long began, int? process, string? problem) => report(Confirmed(id, began, process, problem));

    private HubMessage.Confirmed Confirmed(long id, long began, int? process, string? problem) =>
        new(id, options.Time.GetElapsedTime(began).Ticks, process, problem);

    private static string Cut(string line) => line.Length <= HubCodec.LongestLine ? line : line[..HubCodec.LongestLine];

    /// <summary>The last of the lines that fit into a message.</summary>
    private static string[] Fit(string[] lines)
    {
        int room = HubCodec.LongestMessage - 1024, first = lines.Length;
        while (first > 0 && (room -= JsonEncodedText.Encode(lines[first - 1], JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes.Length + 3) >= 0)
            first--;
        return lines[first..];
    }
}

/// <summary>Knows the command that starts a worker.</summary>
public interface IWorkerLauncher
{
    /// <summary>The command for one worker. The supervisor redirects its streams and starts it.</summary>
    /// <param name="start">What the worker will read; nothing of it belongs on the command line.</param>
    ProcessStartInfo Command(WorkerStart start);
}
