using System.Net;
using System.Net.Sockets;
using LayerShuffle.Security.Addresses;

namespace LayerShuffle.Supervision;

/// <content>Connections and sessions.</content>
public sealed partial class SupervisorHub
{
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
