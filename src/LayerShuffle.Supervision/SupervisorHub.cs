using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using LayerShuffle.Core;
using LayerShuffle.Security;
using LayerShuffle.Security.Addresses;

namespace LayerShuffle.Supervision;

/// <summary>
/// The coordinator's side of the supervisors: lets them in, tells them what to do with their workers, and tells the coordinator what becomes of these.
/// Strangers cost it a connection for a few seconds and four kilobytes each. All members may be called from any thread.
/// </summary>
public sealed class SupervisorHub : IAsyncDisposable
{
    private const int ToldStrangers = 100;
    private const int WaitingLines = 10_000;
    private static readonly TimeSpan CommandPatience = TimeSpan.FromSeconds(60); // a supervisor that is there and beats its heart, but carries nothing out

    private readonly SupervisorHubOptions options;
    private readonly Socket listener;
    private readonly CancellationTokenSource stop = new();
    private readonly Channel<HubEvent> events = Channel.CreateUnbounded<HubEvent>();
    private readonly ConcurrentDictionary<long, Task> serving = [];
    private readonly Lock gate = new();
    private readonly List<HubSession> sessions = [];
    private readonly List<(int Count, TaskCompletionSource<NodeInfo[]> Done)> waiting = [];
    private readonly Dictionary<string, int> joinings = []; // of each name
    private readonly Task accepting;
    private readonly Task beating;
    private readonly Newcomers<Socket> newcomers;
    private int refusals;
    private long ids;
    private long joined; // sessions so far
    private bool over;

    /// <summary>Listens from now on.</summary>
    /// <exception cref="ClusterException">The address cannot be listened on.</exception>
    /// <exception cref="ArgumentException">A name cannot be one.</exception>
    /// <exception cref="InsecureAddressException">Other machines can reach the address and connections are not secured.</exception>
    public SupervisorHub(SupervisorHubOptions options)
    {
        this.options = options;
        newcomers = new Newcomers<Socket>(options.Handshakes);
        foreach (string name in options.Names ?? [])
        {
            if (!NodeName.IsValid(name))
                throw new ArgumentException($"'{name}' is no name for a node: letters, digits, '.', '-' and '_', at most 63, starting with a letter or digit.",
                    nameof(options));
        }

        if (options.Secure is null)
            ListenPolicy.Check(options.Listen.Address, null);
        listener = Listener.Open(options.Listen, "nodes that join", "--listen", 128);
        ListenEndPoint = (IPEndPoint)listener.LocalEndPoint!;
        accepting = AcceptAsync();
        beating = BeatAsync();
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint ListenEndPoint { get; }

    /// <summary>What happens, in order. Completed when the hub is disposed. Lines of workers are dropped while ten thousand events wait to be read.</summary>
    public ChannelReader<HubEvent> Events => events.Reader;

    /// <summary>How many connections were not let in, for whatever reason.</summary>
    public int Refusals => Volatile.Read(ref refusals);

    /// <summary>Who is in, in the order of joining.</summary>
    public IReadOnlyList<NodeInfo> Nodes
    {
        get
        {
            lock (gate)
                return [.. sessions.Select(session => session.Info)];
        }
    }

    /// <summary>Waits until so many nodes are in.</summary>
    /// <returns>Those that are in at that moment.</returns>
    public Task<NodeInfo[]> WaitForAsync(int count, CancellationToken cancellation)
    {
        lock (gate)
        {
            if (sessions.Count >= count)
                return Task.FromResult<NodeInfo[]>([.. sessions.Select(session => session.Info)]);
            var done = new TaskCompletionSource<NodeInfo[]>(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting.Add((count, done));
            return done.Task.WaitAsync(cancellation);
        }
    }

    /// <summary>Starts a node's worker; done when its process runs. Its <see cref="HubEvent.WorkerReady"/> comes when it listens.</summary>
    /// <param name="name">The node.</param>
    /// <param name="incarnation">Counts this node's workers, from 1.</param>
    /// <param name="settings">What the worker finds in <see cref="WorkerStart.Settings"/>: about 60 KB at most.</param>
    /// <param name="number">The <see cref="NodeInfo.Session"/> that it is meant for; null: whichever there is of that name.</param>
    /// <param name="cancellation">Stops waiting; the command itself is not taken back.</param>
    /// <exception cref="NodeCommandException">The node is not here, goes before the command is carried out, has a running worker, or cannot start
    /// it.</exception>
    /// <exception cref="ArgumentException">The settings are too long.</exception>
    public Task<CommandResult> StartWorkerAsync(string name, int incarnation, string settings, long? number = null,
        CancellationToken cancellation = default) => CommandAsync(name, (session, id) =>
    {
        session.Link.Send(new HubMessage.StartWorker(id, incarnation, settings));
        (session.Incarnation, session.Worker) = (incarnation, null);
    }, cancellation, number);

    /// <summary>Kills a node's worker (SIGKILL); done when its process is gone. Nothing to do if there is none.</summary>
    /// <inheritdoc cref="StartWorkerAsync"/>
    public Task<CommandResult> KillAsync(string name, long? number = null, CancellationToken cancellation = default) =>
        SignalAsync(name, WorkerSignal.Kill, cancellation, number);

    /// <summary>Stops a node's worker (SIGSTOP) where it is.</summary>
    /// <inheritdoc cref="StartWorkerAsync"/>
    public Task<CommandResult> StopAsync(string name, CancellationToken cancellation = default) => SignalAsync(name, WorkerSignal.Stop, cancellation);

    /// <summary>Lets a stopped worker go on (SIGCONT).</summary>
    /// <inheritdoc cref="StartWorkerAsync"/>
    public Task<CommandResult> ContinueAsync(string name, CancellationToken cancellation = default) => SignalAsync(name, WorkerSignal.Continue, cancellation);

    /// <summary>Ends a node's worker (politely, then with SIGKILL) and its supervisor; done when the worker is gone. The node has left then.</summary>
    /// <inheritdoc cref="StartWorkerAsync"/>
    public Task<CommandResult> ShutdownAsync(string name, CancellationToken cancellation = default) => EndAsync(name, null, null, cancellation);

    /// <summary>
    /// As <see cref="ShutdownAsync(string, CancellationToken)"/>, but for this one supervisor alone: another that has taken its name meanwhile stays.
    /// </summary>
    /// <param name="name">The node.</param>
    /// <param name="session">Its <see cref="NodeInfo.Session"/>.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="NodeCommandException">It is not here any more.</exception>
    public Task<CommandResult> ShutdownAsync(string name, long session, CancellationToken cancellation = default) =>
        EndAsync(name, session, null, cancellation);

    /// <summary>
    /// Ends a node that may not stay, as <see cref="ShutdownAsync(string, CancellationToken)"/> does: its supervisor says why, and ends with
    /// <see cref="NodeSupervisor.RefusedCode"/>.
    /// </summary>
    /// <param name="name">The node.</param>
    /// <param name="reason">Why, in sentences.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="NodeCommandException">The node is not here, or goes before the command is carried out.</exception>
    public Task<CommandResult> RefuseAsync(string name, string reason, CancellationToken cancellation = default) => EndAsync(name, null, reason, cancellation);

    /// <summary>As <see cref="RefuseAsync(string, string, CancellationToken)"/>, but for this one supervisor alone.</summary>
    /// <param name="name">The node.</param>
    /// <param name="session">Its <see cref="NodeInfo.Session"/>.</param>
    /// <param name="reason">Why, in sentences.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="NodeCommandException">It is not here any more.</exception>
    public Task<CommandResult> RefuseAsync(string name, long session, string reason, CancellationToken cancellation = default) =>
        EndAsync(name, session, reason, cancellation);

    /// <summary>How often a supervisor of a name has been let in so far.</summary>
    public int Joinings(string name)
    {
        lock (gate)
            return joinings.GetValueOrDefault(name);
    }

    /// <summary>
    /// Ends every worker and supervisor, and lets nobody in any more. Nodes that do not confirm in time are given up: they end by themselves when they hear
    /// nothing for the grace period.
    /// </summary>
    /// <param name="patience">How long to wait; default 10 s.</param>
    /// <returns>The names of those that did not confirm.</returns>
    public async Task<IReadOnlyList<string>> ShutdownAllAsync(TimeSpan? patience = null)
    {
        string[] names;
        lock (gate)
        {
            over = true;
            names = [.. sessions.Select(session => session.Name)];
        }

        Task<bool>[] ends = [.. names.Select(async name =>
        {
            try
            {
                await ShutdownAsync(name).WaitAsync(patience ?? TimeSpan.FromSeconds(10), options.Time).ConfigureAwait(false);
                return true;
            }
            catch (Exception exception) when (exception is TimeoutException or NodeCommandException)
            {
                Expel(name, "It did not confirm that it ended.");
                return false;
            }
        })];
        bool[] ended = await Task.WhenAll(ends).ConfigureAwait(false);
        return [.. names.Where((_, i) => !ended[i])];
    }

    /// <summary>Gives a node up at once: for those who know that its supervisor is gone.</summary>
    /// <param name="name">The node; nothing happens if it is not here.</param>
    /// <param name="reason">Why, in words.</param>
    public void Expel(string name, string reason)
    {
        HubSession? session;
        lock (gate)
            session = sessions.Find(s => s.Name == name);
        if (session is not null)
            End(session, reason);
    }

    /// <summary>Stops listening and closes all connections. Supervisors that were not shut down lose the hub.</summary>
    public async ValueTask DisposeAsync()
    {
        if (stop.IsCancellationRequested)
            return;
        await stop.CancelAsync().ConfigureAwait(false);
        listener.Dispose();
        HubSession[] left;
        lock (gate)
        {
            left = [.. sessions];
            foreach ((_, TaskCompletionSource<NodeInfo[]> done) in waiting)
                done.TrySetCanceled();
        }

        foreach (HubSession session in left)
            End(session, "The hub was closed.");
        await Task.WhenAll([accepting, beating, .. serving.Values]).ConfigureAwait(false);
        events.Writer.TryComplete();
    }

    private Task<CommandResult> EndAsync(string name, long? number, string? refusal, CancellationToken cancellation) => CommandAsync(name, (session, id) =>
    {
        session.ShutdownId = id;
        session.Link.Send(new HubMessage.Shutdown(id, refusal));
    }, cancellation, number);

    private Task<CommandResult> SignalAsync(string name, WorkerSignal signal, CancellationToken cancellation, long? number = null) =>
        CommandAsync(name, (session, id) => session.Link.Send(new HubMessage.SignalWorker(id, signal)), cancellation, number);

    private Task<CommandResult> CommandAsync(string name, Action<HubSession, long> send, CancellationToken cancellation, long? number = null)
    {
        var done = new TaskCompletionSource<CommandResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            HubSession session = sessions.Find(s => s.Name == name && (number is null || s.Number == number))
                ?? throw new NodeCommandException($"There is no node {name} in the cluster{(number is null ? "" : " any more that this was meant for")}.");
            long id = ++ids;
            send(session, id); // throws if the message is too long: then nothing waits for it
            session.Pending.Add(id, done);
        }

        return ConfirmedAsync(name, done.Task, cancellation);
    }

    private async Task<CommandResult> ConfirmedAsync(string name, Task<CommandResult> done, CancellationToken cancellation)
    {
        try
        {
            return await done.WaitAsync(CommandPatience, options.Time, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new NodeCommandException($"Node {name} has not confirmed a command for {CommandPatience.TotalSeconds:0} s.");
        }
    }

    private async Task AcceptAsync()
    {
        for (long number = 0; !stop.IsCancellationRequested; number++)
        {
            try
            {
                Socket socket = await listener.AcceptAsync(stop.Token).ConfigureAwait(false);
                newcomers.Add(socket)?.Dispose(); // whoever serves it notices
                long key = number;
                Task serve = ServeAsync(socket);
                serving[key] = serve;
                _ = serve.ContinueWith(_ => serving.TryRemove(key, out Task? _), TaskScheduler.Default);
            }
            catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // The one that connected is gone already, or there are no descriptors left: others may fare better in a moment.
                await Task.Delay(TimeSpan.FromMilliseconds(100), options.Time).ConfigureAwait(false);
            }
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        await Task.Yield(); // the next one is accepted meanwhile
        string from = "?";
        string? name = null;
        HubConnection? connection = null;
        HubSession? session = null;
        Stream? stream = null;
        try
        {
            var address = (IPEndPoint)socket.RemoteEndPoint!;
            from = address.ToString();
            socket.NoDelay = true;
            stream = new NetworkStream(socket, ownsSocket: true);
            using (var timer = new CancellationTokenSource(options.HandshakeTimeout, options.Time))
            using (var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, stop.Token))
            {
                if (options.Secure is not null)
                    stream = await options.Secure(stream, either.Token).ConfigureAwait(false);
                connection = new HubConnection(stream, options.Grace, options.Time);
                if (await connection.ReadAsync(HubCodec.LongestHello, options.HandshakeTimeout, either.Token)
                    .ConfigureAwait(false) is not HubMessage.Hello hello)
                    throw new HubProtocolException("The first message must say who it is.");
                name = hello.Name is null ? null : NodeName.Clean(hello.Name, 70);
                HubSession? silent = await SilentRivalAsync(hello, address.Address, either.Token).ConfigureAwait(false);
                session = Admit(hello, address, connection, silent);
            }

            newcomers.Remove(socket);
        }
        catch (Exception exception)
        {
            // Whatever a stranger does ends here: it is told why if it speaks the protocol, and forgotten.
            if (newcomers.Remove(socket))
                Refuse(from, name, exception);
            else
                Interlocked.Increment(ref refusals);
            if (connection is not null && exception is NodeRefusedException)
            {
                connection.Post(HubCodec.Encode(new HubMessage.Refused(exception.Message)));
                await connection.FinishAsync().ConfigureAwait(false);
            }
            else if (((IAsyncDisposable?)connection ?? stream) is { } open)
            {
                await open.DisposeAsync().ConfigureAwait(false);
            }

            socket.Dispose();
            return;
        }

        await ListenAsync(session, connection).ConfigureAwait(false);
    }

    /// <summary>
    /// The session that a newcomer takes over: the one it competes with, if its connection is closed, or if nothing is heard over it for three heartbeats.
    /// Null: there is none, or it lives.
    /// </summary>
    private async Task<HubSession?> SilentRivalAsync(HubMessage.Hello hello, IPAddress from, CancellationToken cancellation)
    {
        HubSession? rival;
        long heard;
        lock (gate)
        {
            rival = HubAdmission.Rival(hello, from, options, sessions);
            heard = rival?.LastHeard ?? 0;
        }

        for (int beat = 0; rival is not null; beat++)
        {
            lock (gate)
            {
                if (!rival.Connected || rival.Ended)
                    return rival;
                if (rival.LastHeard != heard)
                    return null;
            }

            if (beat == 6)
                return rival;
            await Task.Delay(options.Heartbeat / 2, options.Time, cancellation).ConfigureAwait(false);
        }

        return null;
    }

    private HubSession Admit(HubMessage.Hello hello, IPEndPoint from, HubConnection connection, HubSession? silent)
    {
        if (hello.Protocol != HubCodec.Protocol)
            throw new NodeRefusedException($"This node speaks protocol {hello.Protocol} and the coordinator {HubCodec.Protocol}: install the coordinator's "
                + $"version ({options.Version}) on it.");
        HubConnection? before;
        HubSession? session;
        lock (gate)
        {
            if (stop.IsCancellationRequested)
                throw new NodeRefusedException("The coordinator is ending.");
            bool known = hello.Session is not null;
            session = known ? sessions.Find(s => HubAdmission.SameKey(s.Key, hello.Session!)) : null;
            if (known && session is null)
                throw new NodeRefusedException("The coordinator has given this node up, or is another one than before: start the node again.");
            if (session is null)
            {
                if (over)
                    throw new NodeRefusedException("The coordinator's run is over: start the node again for the next.");
                if (silent is { Connected: true } && options.Time.GetElapsedTime(silent.LastHeard) < options.Heartbeat * 2)
                    silent = null; // it has just come back
                string name = HubAdmission.Name(hello, options, sessions.Where(s => s != silent).Select(s => s.Name).ToHashSet());
                if (silent is not null)
                    End(silent, $"Nothing was heard of it any more, and a node from {HostAddress.HostOf(from.Address)} has taken its place.");
                session = new HubSession(name, HubAdmission.NewKey(), ++joined, from, HubAdmission.Clean(hello.Capabilities));
                joinings[name] = joinings.GetValueOrDefault(name) + 1;
            }

            HubSession welcomed = session;
            before = session.Link.Attach(connection, received => new HubMessage.Welcome(
                welcomed.Name, welcomed.Key, options.ScenarioHash, received, (int)options.Heartbeat.TotalMilliseconds, (int)options.Grace.TotalMilliseconds,
                    options.ForwardLog), hello.Received);
            (session.From, session.Connected, session.LastHeard) = (from, true, options.Time.GetTimestamp());
            if (known)
            {
                Tell(new HubEvent.Reconnected(session.Name));
            }
            else
            {
                sessions.Add(session);
                Tell(new HubEvent.Joined(session.Info));
                foreach ((int count, TaskCompletionSource<NodeInfo[]> done) in waiting.Where(w => w.Count <= sessions.Count))
                    done.TrySetResult([.. sessions.Select(s => s.Info)]);
                waiting.RemoveAll(w => w.Count <= sessions.Count);
            }
        }

        before?.Abort();
        return session;
    }

    private async Task ListenAsync(HubSession session, HubConnection connection)
    {
        try
        {
            while (true)
            {
                HubMessage message = await connection.ReadAsync(HubCodec.LongestMessage, options.Grace, stop.Token).ConfigureAwait(false);
                lock (gate)
                {
                    session.LastHeard = options.Time.GetTimestamp();
                    if (session.Link.Hear(connection, message))
                        Handle(session, message);
                }

                if (message is HubMessage.Goodbye goodbye)
                    End(session, NodeName.Clean(goodbye.Reason, HubCodec.LongestLine));
                else if (message is HubMessage.Confirmed confirmed && confirmed.Id == session.ShutdownId)
                    End(session, "It was told to end.");
            }
        }
        catch (HubProtocolException exception)
        {
            End(session, $"It sent what is not the protocol: {exception.Message}");
        }
        catch (Exception exception) when (exception is IOException or TimeoutException or OperationCanceledException)
        {
            lock (gate)
            {
                if (session.Link.Detach(connection) && !session.Ended)
                {
                    session.Connected = false;
                    Tell(new HubEvent.Disconnected(session.Name, exception.Message));
                }
            }
        }

        await connection.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Takes a numbered message up, under the lock.</summary>
    private void Handle(HubSession session, HubMessage message)
    {
        switch (message)
        {
            case HubMessage.Confirmed confirmed:
                if (!session.Pending.Remove(confirmed.Id, out TaskCompletionSource<CommandResult>? done))
                    throw new HubProtocolException($"It confirmed command {confirmed.Id}, which it was not given.");
                if (confirmed.Problem is null)
                    done.SetResult(new CommandResult(TimeSpan.FromTicks(confirmed.ElapsedTicks), confirmed.ProcessId));
                else
                    done.SetException(new NodeCommandException($"Node {session.Name}: {NodeName.Clean(confirmed.Problem, HubCodec.LongestLine)}"));
                break;
            case HubMessage.WorkerReady ready:
                string host = ready.Address.Host.Length > 0 ? NodeName.Clean(ready.Address.Host, 255) : session.Info.Host;
                WorkerAddress address = ready.Address with { Host = host };
                if (ready.Incarnation == session.Incarnation)
                    session.Worker = address;
                Tell(new HubEvent.WorkerReady(session.Name, ready.Incarnation, address, TimeSpan.FromTicks(ready.ElapsedTicks)));
                break;
            case HubMessage.WorkerExited exited:
                if (exited.Incarnation == session.Incarnation)
                    session.Worker = null;
                string[] lines = [.. exited.LastLines.Take(NodeSupervisor.LastLines).Select(line => NodeName.Clean(line, HubCodec.LongestLine))];
                Tell(new HubEvent.WorkerExited(session.Name, exited.Incarnation, new ProcessExit(exited.ExitCode), exited.Asked, lines));
                break;
            case HubMessage.LogLine line:
                if (events.Reader.Count < WaitingLines)
                    Tell(new HubEvent.LogLine(session.Name, NodeName.Clean(line.Text, HubCodec.LongestLine)));
                break;
            case HubMessage.Leaving:
                Tell(new HubEvent.Leaving(session.Name, session.Number));
                break;
            case HubMessage.Goodbye:
                break; // the reader ends the session
            default:
                throw new HubProtocolException($"A supervisor does not send {message.GetType().Name}.");
        }
    }

    private void End(HubSession session, string reason)
    {
        lock (gate)
        {
            if (session.Ended)
                return;
            session.Ended = true;
            sessions.Remove(session);
            foreach (TaskCompletionSource<CommandResult> done in session.Pending.Values)
                done.TrySetException(new NodeCommandException($"Node {session.Name} left before it confirmed: {reason}"));
            session.Pending.Clear();
            Tell(new HubEvent.Left(session.Name, reason, session.Incarnation, session.Number));
        }

        _ = session.Link.FinishAsync();
    }

    private async Task BeatAsync()
    {
        using var timer = new PeriodicTimer(options.Heartbeat, options.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop.Token).ConfigureAwait(false))
            {
                HubSession[] silent;
                lock (gate)
                {
                    silent = [.. sessions.Where(s => options.Time.GetElapsedTime(s.LastHeard) > options.Grace)];
                    foreach (HubSession session in sessions)
                        session.Link.Beat();
                }

                foreach (HubSession session in silent)
                    End(session, $"Nothing was heard of it for {options.Grace.TotalSeconds:0.#} s.");
            }
        }
        catch (OperationCanceledException)
        {
            // the hub is disposed
        }
    }

    private void Refuse(string from, string? name, Exception exception)
    {
        int count = Interlocked.Increment(ref refusals);
        if (stop.IsCancellationRequested || (count > ToldStrangers && exception is not NodeRefusedException) || events.Reader.Count >= WaitingLines)
            return;
        Tell(new HubEvent.Refused(from, name, exception is OperationCanceledException or TimeoutException
            ? $"It did not say who it is within {options.HandshakeTimeout.TotalSeconds:0.#} s." : exception.Message));
    }

    private void Tell(HubEvent happening) => events.Writer.TryWrite(happening);
}
