using LayerShuffle.Actors.Messages;
using LayerShuffle.Cluster.Messages;
using LayerShuffle.Core.Metrics;
using LayerShuffle.Security.Addresses;
using LayerShuffle.Supervision;
using LayerShuffle.Transport.Blobs;
using LayerShuffle.Transport.Wire;

namespace LayerShuffle.Cluster.Wall;

/// <content>What the hub and the workers have to tell.</content>
public sealed partial class WallCluster
{
    private void Receive(object message)
    {
        switch (message)
        {
            case ClockProbe probe:
                process.Tell(probe.Endpoint, new ClockProbed(probe.Sent, process.Timer.Now));
                break;
            case ReachProbe probe:
                prober.Heard(probe);
                break;
            case Reached reached:
                rounds.GetValueOrDefault(reached.Round)?.Reached(reached.From, reached.By, reached.Data);
                break;
            case NotReached failed:
                rounds.GetValueOrDefault(failed.Round)?.NotReached(failed.From, failed.By, failed.Data, failed.Reason);
                break;
            case WorkerHello hello:
                Greet(hello.Address);
                break;
            case OfferBlobs or WantBlobs or BlobsHere or BlobsRefused:
                Shipper.OnMessage(message);
                break;
            case WorkerProblem problem when problem.Endpoint > 0 && problem.Endpoint <= nodes.Length:
                Fail($"{nodes[problem.Endpoint - 1].Name}: {problem.Reason}");
                break;
            default:
                Received(message);
                break;
        }
    }

    private void Frame(IncomingFrame frame)
    {
        if (frame.Kind != ReachProber.Kind)
        {
            try
            {
                Framed(frame);
            }
            catch (Exception exception) when (exception is not WireFormatException)
            {
                Fail($"A frame of {NameOf(frame.From)} could not be dealt with: {exception.Message}");
            }

            return;
        }

        using (frame)
            prober.Heard(frame);
    }

    private void Greet(PeerAddress address)
    {
        if (address.Endpoint < 1 || address.Endpoint > nodes.Length)
            return;
        NodeState node = nodes[address.Endpoint - 1];
        lock (gate)
        {
            if (address.Incarnation != node.Incarnation || address.Incarnation <= node.Buried)
                return; // its last words: it is dead by now
            node.Address = address;
        }

        process.SetPeer(address, serving: false);
        ClusterMetrics.SetMembersUp(Living().Count);
        node.Ready.TrySetResult(address);
    }

    private async Task ReadAsync()
    {
        await foreach (HubEvent happened in hub.Events.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                Deal(happened);
            }
            catch (Exception exception)
            {
                // and goes on: the end of workers must be known
                Fail($"What the hub told ({happened.GetType().Name}) could not be dealt with: {exception.Message}");
            }
        }
    }

    private void Deal(HubEvent happened)
    {
        switch (happened)
        {
            case HubEvent.WorkerReady ready:
                // Its actor system listens: from now on it can be answered (clock probes), though it has not said hello yet.
                Introduce(ready);
                break;
            case HubEvent.WorkerExited exited:
                Bury(exited.Name, exited.Incarnation, exited.Asked, exited.Exit.ToString(), exited.LastLines, exited.Exit.Code == WorkerParent.CannotStart);
                break;
            case HubEvent.Left left when !stop.IsCancellationRequested:
                options.Log($"{left.Name} has left: {left.Reason}");
                Bury(left.Name, left.Incarnation, false, left.Reason, []); // not what a supervisor of the same name that has joined since has started
                if (supervisors is not null)
                    Alone(ReplaceAsync(left.Name), $"Replacing {left.Name}");
                break;
            case HubEvent.Joined came:
                options.Log(Describe(came.Node));
                lock (gate)
                {
                    joined.TrySetResult();
                    joined = new(TaskCreationOptions.RunContinuationsAsynchronously);
                }

                if (begun && (options.Listen is not null || options.Respawn) && Find(came.Node.Name) is { } newcomer)
                    Alone(WelcomeAsync(newcomer), $"Welcoming {came.Node.Name}");
                break;
            case HubEvent.Refused refused:
                options.Log($"Refused {refused.Name ?? "a stranger"} from {refused.From}: {refused.Reason}");
                break;
            case HubEvent.Leaving leaving:
                Alone(LeaveAsync(leaving.Name, leaving.Session), $"The leave of {leaving.Name}");
                break;
        }
    }

    private void Introduce(HubEvent.WorkerReady ready)
    {
        if (Find(ready.Name) is { } node && node.Incarnation == ready.Incarnation)
            process.SetPeer(new PeerAddress(node.Endpoint, ready.Address.Host, ready.Address.AkkaPort, ready.Address.DataPort, ready.Incarnation),
                serving: false);
    }

    private void Bury(string name, int incarnation, bool asked, string how, IReadOnlyList<string> lastLines, bool hopeless = false)
    {
        if (Find(name) is not { } node)
            return;
        bool wasReady = false, isLatest;
        TaskCompletionSource? gone = null;
        lock (gate)
        {
            incarnation = Math.Min(incarnation, node.Incarnation);
            if (incarnation <= node.Buried)
                return;
            (node.Buried, node.BuriedAsked, isLatest) = (incarnation, asked, incarnation == node.Incarnation);
            if (isLatest)
            {
                (wasReady, node.Address, node.Paused) = (node.Address is not null, null, false);
                string why = hopeless && lastLines.Count > 0
                    ? $"The worker of {name} cannot start: {lastLines[^1]}"
                    : $"The worker of {name} ended before it was ready: "
                        + $"{how.TrimEnd('.')}.{(lastLines.Count > 0 ? " Its last words: " + string.Join(" | ", lastLines.TakeLast(3)) : "")}";
                node.Ready.TrySetException(new WorkerDiedException(why, asked) { Hopeless = hopeless });
                gone = node.Gone;
            }

            if (asked)
                suspected.RemoveWhere(who => who.Endpoint == node.Endpoint && who.Incarnation <= incarnation);
        }

        process.Expel(node.Endpoint, incarnation);
        ClusterMetrics.SetMembersUp(Living().Count);
        if (isLatest)
            Shipper.OnPeerLost(node.Endpoint); // what is on its way to a successor goes on
        Broadcast(new PeerDown(node.Endpoint, incarnation));
        gone?.TrySetResult(); // not before: who waits for the death may take it that the worker serves no longer
        if (stop.IsCancellationRequested)
            return;
        if (!asked && wasReady)
            options.Log($"The worker of {name} (incarnation {incarnation}) died: "
                + $"{how.TrimEnd('.')}.{(lastLines.Count > 0 ? " Its last words: " + string.Join(" | ", lastLines.TakeLast(3)) : "")}");
        Died?.Invoke(node.Endpoint, incarnation, asked, how);
        if (!asked && wasReady && options.Respawn) // who starts one sees to it that it comes up
            Alone(RespawnAsync(node), $"Starting the worker of {name} again");
    }

    private NodeState? Find(string name) => Array.Find(nodes, node => node.Name == name);

    private static string Describe(NodeInfo node) => FormattableString.Invariant(
        $"{node.Name} has joined from {HostAddress.HostOf(node.From.Address)}: {node.Capabilities.Cores} cores, {node.Capabilities.MemoryBytes >> 30} GiB, ")
            + FormattableString.Invariant($"{(node.Capabilities.Gpus.Length > 0 ? string.Join(", ", node.Capabilities.Gpus) : "no GPU")}");
}
