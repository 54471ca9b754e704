using System.Threading.Channels;
using LayerShuffle.Core.Logs;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LayerShuffle.Supervision;

/// <summary>
/// The main loop of <c>layershuffle node</c>: joins a hub, obeys its commands on one worker, and never outlives it: whatever ends this supervisor ends its
/// worker first. Small on purpose: neither Torch nor Akka is loaded into it.
/// </summary>
/// <param name="options">What it needs to know.</param>
/// <param name="launcher">How workers are started.</param>
public sealed class NodeSupervisor(NodeSupervisorOptions options, IWorkerLauncher launcher)
{
    /// <summary>How many of a worker's last lines are reported when it ends unasked.</summary>
    public const int LastLines = 50;

    /// <summary>Exit code: told to end.</summary>
    public const int Done = 0;

    /// <summary>Exit code: refused.</summary>
    public const int RefusedCode = 2;

    /// <summary>Exit code: the coordinator is gone, or was never there.</summary>
    public const int LostCode = 3;

    /// <summary>Exit code: its user ended it.</summary>
    public const int InterruptedCode = 130;

    private static readonly TimeSpan LastWordPatience = TimeSpan.FromSeconds(2);

    private readonly HubClient client = new(options);
    private readonly HubLink link = new();
    private readonly TaskCompletionSource<Ending> told = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<TimeSpan> heartbeat = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<HubMessage> commands = Channel.CreateUnbounded<HubMessage>();
    private readonly TaskCompletionSource leaving = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WorkerKeeper? keeper;
    private volatile bool joined;
    private volatile bool ending;
    private volatile bool isToldToEnd;

    private readonly record struct Ending(int Code, string Sentence);

    /// <summary>Runs until told to end, refused, left alone or interrupted. No worker is left then.</summary>
    /// <param name="leave">Ctrl-C or SIGTERM: asks the hub for leave, waits for it for a while, and goes.</param>
    /// <param name="now">Either once more: waits no longer.</param>
    /// <returns>The exit code: <see cref="Done"/>, <see cref="RefusedCode"/>, <see cref="LostCode"/> or <see cref="InterruptedCode"/>.</returns>
    public async Task<int> RunAsync(CancellationToken leave, CancellationToken now = default)
    {
        if (NodePlatform.Refusal(options.Capabilities.Os, options.Capabilities.Architecture) is { } refusal)
        {
            options.Log.Say(refusal);
            return RefusedCode;
        }

        keeper = new WorkerKeeper(launcher, options, link.Send) { Leaves = WorkerLeaves };
        using var stop = new CancellationTokenSource();
        var orphaned = new TaskCompletionSource<Ending>(TaskCreationOptions.RunContinuationsAsynchronously);
        using ParentWatch? parent = options.Parent is null ? null : new ParentWatch(options.Parent, null, () =>
        {
            keeper.KillNow();
            orphaned.TrySetResult(new Ending(LostCode, "The coordinator that started this node has ended."));
        });
        Task<Ending> session = SessionAsync(stop.Token);
        Task obeying = ObeyAsync(stop.Token);
        Task beating = BeatAsync(stop.Token);
        Ending end = await (await Task.WhenAny(session, told.Task, orphaned.Task, LeaveAsync(leave, now, stop.Token)).ConfigureAwait(false))
            .ConfigureAwait(false);

        ending = true;
        if (end.Code == LostCode)
            keeper.KillNow();
        await keeper.EndAsync().ConfigureAwait(false);
        if (joined && !session.IsCompleted && !orphaned.Task.IsCompleted)
        {
            if (!told.Task.IsCompleted)
                link.Send(new HubMessage.Goodbye(end.Sentence));
            // The hub closes the connection when it has the last word; closing first could lose it.
            await Task.WhenAny(session, Task.Delay(LastWordPatience, options.Time, CancellationToken.None)).ConfigureAwait(false);
        }

        await stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(session, obeying, beating).ConfigureAwait(false);
        await link.FinishAsync().ConfigureAwait(false);
        options.Log.Say(end.Sentence);
        return end.Code; // a leave that was granted is as good an end as any
    }

    /// <summary>The session from joining to losing the hub, over as many connections as it takes.</summary>
    private async Task<Ending> SessionAsync(CancellationToken stop)
    {
        string lost = "";
        try
        {
            (HubConnection connection, HubMessage.Welcome welcome) = await client.JoinAsync(stop).ConfigureAwait(false);
            TimeSpan grace = TimeSpan.FromMilliseconds(welcome.GraceMilliseconds);
            (keeper!.Name, keeper.ForwardLog) = (welcome.Name, welcome.ForwardLog);
            joined = true;
            heartbeat.TrySetResult(TimeSpan.FromMilliseconds(welcome.HeartbeatMilliseconds));
            options.Log.Say($"Joined the coordinator at {client.Address} as {welcome.Name}.");
            while (true)
            {
                link.Attach(connection, null, welcome.Received);
                (string reason, long heard) = await ListenAsync(connection, grace / 2, stop).ConfigureAwait(false);
                lost = reason;
                if (ending)
                    return default; // it was closed in answer to the last word
                if (isToldToEnd)
                    return await told.Task.WaitAsync(stop).ConfigureAwait(false); // it was closed because the hub has the answer to its last command
                options.Log.Say($"The connection to the coordinator broke ({reason}) Trying again.");
                TimeSpan left = grace - options.Time.GetElapsedTime(heard);
                (connection, welcome) = await client.ResumeAsync(welcome.Session, link.Received, left, stop).ConfigureAwait(false);
                options.Log.Say("The connection to the coordinator is back.");
            }
        }
        catch (NodeRefusedException exception)
        {
            return new Ending(joined ? LostCode : RefusedCode, exception.Message);
        }
        catch (HubProtocolException exception)
        {
            return new Ending(LostCode, $"The coordinator at {client.Address} does not keep to the protocol: {exception.Message}");
        }
        catch (TimeoutException exception)
        {
            return new Ending(LostCode, joined ? $"Lost the coordinator at {client.Address} ({lost}): its worker was ended." : exception.Message);
        }
        catch (OperationCanceledException)
        {
            return default; // something else has ended it
        }
    }

    /// <summary>Listens until the connection breaks.</summary>
    /// <returns>How it broke, and when something was last heard.</returns>
    private async Task<(string Reason, long Heard)> ListenAsync(HubConnection connection, TimeSpan silence, CancellationToken stop)
    {
        long heard = options.Time.GetTimestamp();
        try
        {
            while (true)
            {
                HubMessage message = await connection.ReadAsync(HubCodec.LongestMessage, silence, stop).ConfigureAwait(false);
                heard = options.Time.GetTimestamp();
                if (link.Hear(connection, message))
                    commands.Writer.TryWrite(message);
            }
        }
        catch (Exception exception) when (exception is IOException or TimeoutException)
        {
            link.Detach(connection);
            await connection.DisposeAsync().ConfigureAwait(false);
            return (exception.Message, heard);
        }
    }

    private async Task ObeyAsync(CancellationToken stop)
    {
        try
        {
            await foreach (HubMessage command in commands.Reader.ReadAllAsync(stop).ConfigureAwait(false))
            {
                isToldToEnd |= command is HubMessage.Shutdown;
                await keeper!.ObeyAsync(command).ConfigureAwait(false);
                if (command is HubMessage.Shutdown shutdown)
                    told.TrySetResult(shutdown.Refusal is { } why
                        ? new Ending(RefusedCode, $"The coordinator refused this node: {NodeName.Clean(why, HubCodec.LongestLine)}")
                        : new Ending(Done, "The coordinator ended this node."));
            }
        }
        catch (OperationCanceledException)
        {
            // it ends
        }
        catch (Exception exception)
        {
            told.TrySetResult(new Ending(LostCode, $"This node cannot go on: {exception.Message}"));
        }
    }

    private async Task BeatAsync(CancellationToken stop)
    {
        try
        {
            using var timer = new PeriodicTimer(await heartbeat.Task.WaitAsync(stop).ConfigureAwait(false), options.Time);
            while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
                link.Beat();
        }
        catch (OperationCanceledException)
        {
            // it ends
        }
    }

    /// <summary>The worker was told to end by somebody else (SIGTERM): the node leaves, as if it had been told itself.</summary>
    private void WorkerLeaves()
    {
        if (!ending && leaving.TrySetResult())
            options.Log.Say($"The worker of {keeper!.Name} was told to end (SIGTERM): this node leaves.");
    }

    /// <summary>Waits for Ctrl-C or a worker that was told to end, then for the hub's leave.</summary>
    private async Task<Ending> LeaveAsync(CancellationToken leave, CancellationToken now, CancellationToken stop)
    {
        using CancellationTokenRegistration registration = leave.Register(() => leaving.TrySetResult());
        using CancellationTokenRegistration stopped = stop.Register(() => leaving.TrySetResult());
        await leaving.Task.ConfigureAwait(false);
        if (!stop.IsCancellationRequested) // the hub's welcome may be underway: it must not be left waiting for who has gone
            await Task.WhenAny(heartbeat.Task, Task.Delay(LastWordPatience, options.Time, stop)).ConfigureAwait(false);
        if (joined && !stop.IsCancellationRequested)
        {
            options.Log.Say("Asking the coordinator for leave to go: it has other nodes take over this one's layers first, in a training when the present "
                + "step is over. Ctrl-C once more ends this node at once.");
            link.Send(new HubMessage.Leaving());
            await Task.WhenAny(told.Task, Task.Delay(options.LeavePatience, options.Time, now)).ConfigureAwait(false);
        }

        return told.Task.IsCompletedSuccessfully ? await told.Task.ConfigureAwait(false) : new Ending(InterruptedCode, "Its user ended this node.");
    }
}

/// <summary>What a supervisor needs to know.</summary>
public sealed record NodeSupervisorOptions
{
    /// <summary>The hub's host.</summary>
    public required string Host { get; init; }

    /// <summary>The hub's port.</summary>
    public required int Port { get; init; }

    /// <summary>What this machine has.</summary>
    public required NodeCapabilities Capabilities { get; init; }

    /// <summary>The name wanted; null: the coordinator's choice.</summary>
    public string? Name { get; init; }

    /// <summary>The scenario it is for; null: the coordinator's.</summary>
    public string? ScenarioHash { get; init; }

    /// <summary>The program's version.</summary>
    public string Version { get; init; } = ProgramVersion.Current;

    /// <summary>Where NAME.log goes; null: nowhere.</summary>
    public string? LogDirectory { get; init; }

    /// <summary>Authenticates and encrypts the connection to the hub; throws if that is not of this cluster. Null: plain.</summary>
    public Func<Stream, CancellationToken, Task<Stream>>? Secure { get; init; }

    /// <summary>Whether only a coordinator on this machine may be connected to, secured or not.</summary>
    public bool LocalOnly { get; init; }

    /// <summary>
    /// The standard input that a local coordinator holds open: at its end the worker is killed at once. Null: a person started this supervisor.
    /// </summary>
    public TextReader? Parent { get; init; }

    /// <summary>How long to try to reach the hub at first.</summary>
    public TimeSpan JoinPatience { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long to wait for the hub's leave to go: longer than the hub waits for others to take over.</summary>
    public TimeSpan LeavePatience { get; init; } = TimeSpan.FromMinutes(6);

    /// <summary>How long a worker that is told to end may take before it is killed.</summary>
    public TimeSpan EndPatience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Shown to whoever started it: sentences.</summary>
    public ILogger Log { get; init; } = NullLogger.Instance;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>A node may not join. The message is the sentence that both sides show.</summary>
/// <param name="message">Why, and what to do.</param>
public sealed class NodeRefusedException(string message) : Exception(message);
