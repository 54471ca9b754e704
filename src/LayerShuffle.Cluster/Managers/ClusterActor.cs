using Akka.Actor;
using LayerShuffle.Cluster.Messages;
using LayerShuffle.Core;
using LayerShuffle.Security.Addresses;
using LayerShuffle.Supervision;

namespace LayerShuffle.Cluster.Managers;

/// <summary>
/// The life of the cluster: has a manager for each node, tells it what its supervisor and its worker say, knows who is there, and has processes prove that they
/// reach one another. It holds no sockets, no processes and no locks.
/// </summary>
internal sealed class ClusterActor : UntypedActor
{
    private const int MostProofs = 5; // of all at the beginning, when workers die meanwhile
    private readonly ManagerSetting setting;
    private readonly IActorRef[] managers; // by endpoint − 1
    private readonly SortedDictionary<int, long> present = []; // the session of each node that is there, by endpoint
    private readonly SortedDictionary<int, Proof> proofs = [];
    private (int Places, IActorRef Asker)? gathering;
    private IActorRef? prover;
    private IReadOnlyList<PeerAddress> proved = [];
    private int tries, lastRound;
    private bool begun;  // who joins from now on is welcomed
    private bool proven; // all reached all once: from now on each newcomer proves itself
    private string? failed;
    private bool over;

    /// <summary>A cluster without nodes.</summary>
    public ClusterActor(ManagerSetting setting)
    {
        this.setting = setting;
        // a plain variable for each argument: anything else Akka compiles, for every actor
        managers = [.. Enumerable.Range(1, setting.Names.Count)
            .Select(node => Context.ActorOf(Akka.Actor.Props.Create(() => new NodeManager(node, setting)), $"node-{node}"))];
    }

    /// <summary>How to create one.</summary>
    public static Props Props(ManagerSetting setting) => Akka.Actor.Props.Create(() => new ClusterActor(setting));

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case HubEvent happened:
                Hear(happened);
                break;
            case ToNode to when to.Endpoint > 0 && to.Endpoint <= managers.Length:
                managers[to.Endpoint - 1].Forward(to);
                break;
            case WorkerHello hello when hello.Address.Endpoint > 0 && hello.Address.Endpoint <= managers.Length:
                managers[hello.Address.Endpoint - 1].Tell(hello);
                break;
            case Gather or ProveAll when failed is not null:
                Sender.Tell(new Status.Failure(new ClusterException(failed)));
                break;
            case Gather gather:
                gathering = (gather.Places, Sender);
                BeginIfGathered();
                break;
            case ClusterFailed or ClusterOver:
                End(message);
                break;
            default:
                Prove(message);
                break;
        }
    }

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(exception =>
    {
        setting.Listener.Failed($"The actor {Sender.Path.Name} of the cluster failed: {exception.Message}");
        return Directive.Stop;
    });

    private void Hear(HubEvent happened)
    {
        switch (happened)
        {
            case HubEvent.Joined came:
                setting.Listener.Log(Describe(came.Node));
                Join(came);
                break;
            case HubEvent.Left left:
                if (!over)
                    setting.Listener.Log($"{left.Name} has left: {left.Reason}");
                Leave(left);
                break;
            case HubEvent.WorkerReady ready:
                Manager(ready.Name)?.Tell(ready);
                break;
            case HubEvent.WorkerExited exited:
                Manager(exited.Name)?.Tell(exited);
                break;
            case HubEvent.Leaving leaving:
                Manager(leaving.Name)?.Tell(leaving);
                break;
            case HubEvent.Refused refused:
                setting.Listener.Log($"Refused {refused.Name ?? "a stranger"} from {refused.From}: {refused.Reason}");
                break;
        }
    }

    private void Join(HubEvent.Joined came)
    {
        if (Manager(came.Node.Name) is not { } manager)
            return;
        present[EndpointOf(came.Node.Name)] = came.Node.Session;
        manager.Tell(came);
        if (begun && setting.Welcome && !over)
            manager.Tell(new WelcomeNode());
        BeginIfGathered();
    }

    private void Leave(HubEvent.Left left)
    {
        if (Manager(left.Name) is not { } manager)
            return;
        int endpoint = EndpointOf(left.Name);
        if (present.GetValueOrDefault(endpoint) == left.Session)
            present.Remove(endpoint); // and not what a supervisor of the same name is that has joined since
        manager.Tell(left);
        if (!over)
            setting.Supervisors.Replace(endpoint);
    }

    private void BeginIfGathered()
    {
        if (gathering is not var (places, asker) || present.Count < places)
            return;
        (gathering, begun) = (null, true);
        asker.Tell(new Gathered([.. present.Keys]));
    }

    private void End(object how)
    {
        over |= how is ClusterOver;
        foreach (IActorRef manager in managers)
            manager.Tell(how);
        failed ??= how is ClusterFailed failure ? failure.Reason : "The run is over.";
        foreach (IActorRef? asker in new[] { gathering?.Asker, prover })
            asker?.Tell(new Status.Failure(new ClusterException(failed)));
        (gathering, prover) = (null, null);
    }

    private void Prove(object message)
    {
        switch (message)
        {
            case ProveAll:
                prover = Sender;
                tries = 0;
                ProveAgain();
                break;
            case ProveNewcomer come when !proven:
                Sender.Tell(new NewcomerProven(come.Worker)); // with all others, in a moment
                break;
            case ProveNewcomer come:
                Begin(come.Worker, Members());
                break;
            case Reached reached:
                proofs.GetValueOrDefault(reached.Round)?.Actor.Tell(reached);
                break;
            case NotReached failed:
                proofs.GetValueOrDefault(failed.Round)?.Actor.Tell(failed);
                break;
            case WorkerLost lost:
                Lose(lost);
                break;
            case ProofEnded ended when proofs.Remove(ended.Round, out Proof? proof):
                Judge(proof.Newcomer, ended.Unreachable);
                break;
        }
    }

    private void ProveAgain()
    {
        tries++;
        proved = Members();
        Begin(null, proved);
    }

    private void Begin(PeerAddress? newcomer, IReadOnlyList<PeerAddress> members)
    {
        int round = ++lastRound;
        ReachRound reach = ReachRound.Of(members, newcomer?.Endpoint, setting.NameOf);
        bool isProven = proven;
        IActorRef proof = Context.ActorOf(Akka.Actor.Props.Create(() => new ProofActor(round, reach, isProven, setting)), $"proof-{round}");
        proofs[round] = new Proof(proof, newcomer);
    }

    private void Judge(PeerAddress? newcomer, string? unreachable)
    {
        if (newcomer is not null)
        {
            managers[newcomer.Endpoint - 1].Tell(unreachable is null ? new NewcomerProven(newcomer) : new NewcomerUnreachable(newcomer, unreachable));
        }
        else if (unreachable is not null)
        {
            prover?.Tell(new Status.Failure(new UnreachableException(unreachable)));
            prover = null;
        }
        else if (tries < MostProofs && !Members().SequenceEqual(proved))
        {
            ProveAgain();
        }
        else
        {
            proven = true;
            prover?.Tell(new AllProven());
            prover = null;
        }
    }

    /// <summary>A worker is dead: nobody proves that it can be reached.</summary>
    private void Lose(WorkerLost lost)
    {
        foreach ((int round, Proof proof) in proofs.ToArray())
        {
            if (proof.Newcomer == lost.Worker)
            {
                Context.Stop(proof.Actor);
                proofs.Remove(round);
            }
            else
            {
                proof.Actor.Tell(lost);
            }
        }
    }

    private IReadOnlyList<PeerAddress> Members() => [setting.Members.Self, .. setting.Board.Addresses()];

    private IActorRef? Manager(string name) => EndpointOf(name) is > 0 and var endpoint ? managers[endpoint - 1] : null;

    private int EndpointOf(string name)
    {
        for (int i = 0; i < managers.Length; i++)
        {
            if (setting.Names[i] == name)
                return i + 1;
        }

        return 0;
    }

    private static string Describe(NodeInfo node) => FormattableString.Invariant(
        $"{node.Name} has joined from {HostAddress.HostOf(node.From.Address)}: {node.Capabilities.Cores} cores, {node.Capabilities.MemoryBytes >> 30} GiB, ")
            + FormattableString.Invariant($"{(node.Capabilities.Gpus.Length > 0 ? string.Join(", ", node.Capabilities.Gpus) : "no GPU")}");

    /// <summary>A proof that is underway.</summary>
    /// <param name="Actor">Who leads it.</param>
    /// <param name="Newcomer">Who proves itself; null: all do.</param>
    private sealed record Proof(IActorRef Actor, PeerAddress? Newcomer);
}
