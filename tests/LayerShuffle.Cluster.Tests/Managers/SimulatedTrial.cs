using Akka.Actor;
using LayerShuffle.Actors.Faults;
using LayerShuffle.Actors.Messages;
using LayerShuffle.Actors.Ports;
using LayerShuffle.Actors.Protocol;
using LayerShuffle.Cluster.Managers;
using LayerShuffle.Cluster.Messages;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Core.Time;
using LayerShuffle.Core.Trials;
using LayerShuffle.Simulation;

namespace LayerShuffle.Cluster.Tests.Managers;

/// <summary>
/// A trial's nodes over the managers, as the wall clock has them over processes: the program's own actor of faults strikes them, has others host what the dead
/// had, and keeps the ledger. Preparing and shipping take their time, during which workers may die.
/// </summary>
internal sealed class SimulatedTrial : INodes, IClusterListener
{
    private const int MostTries = 3;
    private readonly SimulatedCluster cluster;
    private readonly VirtualActorSystem world;
    private readonly Func<Duration> takes;
    private readonly EndpointContext context;
    private readonly NodeHealth health;
    private readonly HashSet<int> held = [];
    private readonly Dictionary<int, int> prepared = []; // newest incarnation
    private readonly Dictionary<int, long> departing = [];
    private readonly TrialClock clock;
    private readonly IActorRef faults;

    public SimulatedTrial(VirtualActorSystem world, SimulatedCluster cluster, int layers, IReadOnlyList<FaultSpec> specs, Func<Duration> takes)
    {
        (this.world, this.cluster, this.takes) = (world, cluster, takes);
        clock = new TrialClock(cluster.Setting.Clock);
        var nodes = new ClusterSpec([.. cluster.Nodes.Select(node => new NodeSpec(node.Name, ComputeTimeSpec.Zero, 1, null))], PlacementSpec.RoundRobin)
        {
            Recovery = RecoveryKind.Rehost,
        };
        Topology = Topology.Of(nodes);
        health = new NodeHealth(nodes);
        context = new EndpointContext
        {
            EndpointCount = Topology.Count,
            Clock = clock,
            Transport = null!,
            Compute = null!,
            Observer = null!,
            Routing = null!,
            Placement = Placement.Compute(nodes, layers, 1),
            Luck = SeedTree.Root(0),
        };
        var spec = new TrialSpec
        {
            Key = null!,
            Seed = 0,
            Network = null!,
            Faults = specs,
            Cluster = nodes,
            Routing = null!,
            Workload = null!,
            TraceRequests = 0,
        };
        Timeline = FaultTimeline.Build(specs, Topology, SeedTree.Root(0));
        Ledger = new Ledger(Topology, () => clock.Now, asked: false);
        faults = world.System.ActorOf(FaultActor.Props(new FaultSetting
        {
            Timeline = Timeline,
            Clock = clock,
            Nodes = this,
            Health = health,
            Ledger = Ledger,
            Handover = new LayerHandover(context, spec, Topology),
            RecoveryTime = Duration.FromMilliseconds(200),
        }));
        cluster.User = this;
    }

    public Topology Topology { get; }

    public IReadOnlyList<FaultEvent> Timeline { get; }

    public Ledger Ledger { get; }

    /// <summary>Deaths that nobody asked for, since the beginning.</summary>
    public int Deaths { get; private set; }

    /// <summary>All that the actor of faults was asked, and has to answer.</summary>
    public List<Answer> Asked { get; } = [];

    /// <summary>Who hosts a layer.</summary>
    public int HostOf(int layer) => context.Moved.HostOf(layer) ?? context.Placement.Copies(layer)[0];

    public bool IsUp(int node) => health.IsUp(node);

    /// <summary>Why the trial does not begin; null where it may.</summary>
    public string? Refused { get; private set; }

    /// <summary>Nodes that are not there are replaced, one after the other, and the trial begins; where one cannot be, it does not.</summary>
    public void Begin()
    {
        foreach (PeerAddress worker in cluster.Serving.Values)
            prepared[worker.Endpoint] = worker.Incarnation;
        Replace(new Queue<int>(cluster.Nodes.Where(node => !cluster.Serving.ContainsKey(node.Endpoint)).Select(node => node.Endpoint)));
    }

    private void Replace(Queue<int> absent)
    {
        if (!absent.TryDequeue(out int endpoint))
        {
            clock.Begin();
            faults.Tell(StartFaults.Instance, ActorRefs.NoSender);
            return;
        }

        Ask(new ReplaceAbsent(endpoint), answer =>
        {
            if (answer is Status.Failure failure)
                Refused = failure.Cause.Message;
            else
                Replace(absent);
        });
    }

    public Answer End() => Ask(EndFaults.Instance);

    public void Stop() => world.Stop(faults);

    // Nodes.

    public bool IsAway(int node) => cluster.Setting.MayBeAway && cluster.Board[node].Phase == NodePhase.Absent;

    public int Incarnation(int node) => cluster.Serving.GetValueOrDefault(node)?.Incarnation ?? 0;

    public bool IsBack(int node, int dead) => Incarnation(node) > dead;

    public IReadOnlyList<(int Node, IReadOnlyCollection<int> Held)> Survivors(int gone) =>
    [
        .. cluster.Serving.Keys.Order().Where(node => node != gone && !departing.ContainsKey(node)).Select(node => (node, (IReadOnlyCollection<int>)[])),
    ];

    public void Kill(int node) => cluster.Ask(new KillWorker(node), killed => Tell(new NodeKilled(node, ((WorkerKilled)killed).Incarnation)));

    public void Hold(int node)
    {
        held.Add(node);
        cluster.Ask(new EnsureWorker(node));
    }

    public void Serve(int node) => Serve(node, 1);

    public void Pause(int node) => cluster.Ask(new PauseWorker(node), answer => Tell(answer is Status.Failure failure
        ? new NodeFailed(node, nameof(Pause), failure.Cause.Message) : new NodePaused(node)));

    public void Continue(int node) => cluster.Ask(new ContinueWorker(node), answer => Tell(answer is Status.Failure failure
        ? new NodeFailed(node, nameof(Continue), failure.Cause.Message) : new NodeContinued(node)));

    public void Host(int node, IReadOnlyList<int> layers)
    {
        PeerAddress? worker = cluster.Serving.GetValueOrDefault(node);
        cluster.After(takes(), () => Tell(worker is not null && cluster.Board[node].Address == worker
            ? new LayersHeld(node, layers) : new NodeFailed(node, nameof(Host), "It died.")));
    }

    public void Move(IReadOnlyList<int> layers, IReadOnlyList<int> hosts) => context.Moved.Move(layers, hosts);

    public void LetGo(int node)
    {
        if (departing.TryGetValue(node, out long session))
            cluster.Managers.Tell(new HandedOver(node, session), ActorRefs.NoSender);
    }

    private void Serve(int node, int tries)
    {
        bool isHeld = held.Remove(node);
        cluster.Ask(new EnsureWorker(node), answer =>
        {
            if (answer is not PeerAddress worker)
                Retry(node, tries, ((Status.Failure)answer).Cause.Message);
            else if (!isHeld && prepared.GetValueOrDefault(node) == worker.Incarnation)
                Tell(new NodeServes(node, worker.Incarnation, Already: true));
            else
                cluster.After(takes(), () => Prepared(node, worker, tries));
        });
    }

    private void Prepared(int node, PeerAddress worker, int tries) => cluster.Ask(new ServeWorker(worker), answer =>
    {
        if (answer is Status.Failure failure)
        {
            Retry(node, tries, failure.Cause.Message);
            return;
        }

        prepared[node] = worker.Incarnation;
        Tell(new NodeServes(node, worker.Incarnation));
    });

    private void Retry(int node, int tries, string why)
    {
        if (tries < MostTries)
            cluster.After(takes(), () => Serve(node, tries + 1));
        else
            Tell(new NodeFailed(node, nameof(Serve), why));
    }

    private void Tell(object message) => faults.Tell(message, ActorRefs.NoSender);

    private Answer Ask(object question, Action<object>? then = null)
    {
        var answer = new Answer(world.System, question, then);
        Asked.Add(answer);
        faults.Tell(question, answer);
        return answer;
    }

    // What the managers tell.

    public void Died(int endpoint, int incarnation, bool asked, string how)
    {
        departing.Remove(endpoint);
        if (asked)
            return;
        Deaths++;
        Tell(new NodeDied(endpoint, incarnation, how));
    }

    public void Respawned(PeerAddress worker)
    {
        if (held.Contains(worker.Endpoint))
            Hold(worker.Endpoint);
        else
            Tell(new NodeRespawned(worker.Endpoint));
    }

    public void Arrived(PeerAddress worker) => Tell(new NodeJoined(worker.Endpoint));

    public void Found(int endpoint, string word) => Tell(new NodeFound(endpoint, word));

    public void HandOver(int endpoint, long session)
    {
        departing[endpoint] = session;
        Tell(new NodeLeaving(endpoint));
    }

    public void Failed(string reason)
    {
    }

    public void Log(string sentence)
    {
    }

    /// <summary>A trial's time: nothing of it has passed until the trial begins.</summary>
    private sealed class TrialClock(IClock inner) : IClock
    {
        private Instant? zero;

        public Instant Now => zero is { } began ? Instant.Zero + (inner.Now - began) : Instant.Zero;

        public void Begin() => zero = inner.Now;

        public ITimerHandle TellAfter(Duration delay, IActorRef target, object message) => inner.TellAfter(delay, target, message);

        public ITimerHandle TellAt(Instant at, IActorRef target, object message) => inner.TellAfter(at - Now, target, message);
    }
}
