using System.Net;
using Akka.Actor;
using LayerShuffle.Cluster.Managers;
using LayerShuffle.Cluster.Messages;
using LayerShuffle.Core.Time;
using LayerShuffle.Simulation;
using LayerShuffle.Supervision;

namespace LayerShuffle.Cluster.Tests.Managers;

/// <summary>How a worker that is to be started fares.</summary>
internal enum Fate
{
    Up,
    CannotStart,
    DiesEarly,    // before it listens
    DiesGreeting, // its hello is on its way already
    Lacks,        // something that does not come by itself
    Hangs,
}

/// <summary>How long things take, and how workers fare. The defaults are quick and kind.</summary>
internal sealed class SimulatedManners
{
    public Func<Duration> Order { get; set; } = () => Duration.FromMilliseconds(1);     // until a supervisor carries a command out

    public Func<Duration> Confirmation { get; set; } = () => Duration.FromMilliseconds(1); // not in order with what the hub tells

    public Func<Duration> Event { get; set; } = () => Duration.FromMilliseconds(1);     // of the hub, in order

    public Func<Duration> Start { get; set; } = () => Duration.FromMilliseconds(50);    // until a worker listens

    public Func<Duration> Hello { get; set; } = () => Duration.FromMilliseconds(20);    // from then until it is heard, over another connection

    public Func<Duration> Probe { get; set; } = () => Duration.FromMilliseconds(2);

    public Func<Duration> HandOver { get; set; } = () => Duration.FromMilliseconds(100);

    public Func<Fate> Fates { get; set; } = () => Fate.Up;

    /// <summary>Whether supervisors that leave are replaced, as those on this machine are.</summary>
    public bool Local { get; set; }

    /// <summary>Whether the death of a worker is told before it dies: an event before its cause, which must be found out.</summary>
    public bool TellsDeathsEarly { get; set; }
}

/// <summary>One node as it is, whatever its manager knows of it.</summary>
internal sealed class SimulatedNode(int endpoint, string name)
{
    public int Endpoint => endpoint;

    public string Name => name;

    public long Session { get; set; } // 0: it is not there

    public bool Ending { get; set; }

    public int Started { get; set; } // the latest incarnation that this supervisor was asked to start

    public SimulatedWorker? Worker { get; set; }

    public Instant Busy { get; set; } // one command after the other

    public List<(Order Order, IActorRef Asker)> Pending { get; } = [];

    /// <summary>Whether nobody reaches its worker.</summary>
    public bool IsCutOff { get; set; }
}

internal sealed class SimulatedWorker(PeerAddress address)
{
    public PeerAddress Address => address;

    public bool Lives { get; set; } = true;

    public bool Paused { get; set; }

    public Action? WhenItGoesOn { get; set; }
}

/// <summary>
/// The managers on the virtual kernel, with supervisors, workers, membership and a user of the cluster that are simulated: it carries out what it is told, and
/// checks at every step what must never happen.
/// </summary>
internal sealed class SimulatedCluster : ISupervisors, IMembers, IClusterListener
{
    private readonly VirtualActorSystem world;
    private readonly SimulatedNode[] nodes;
    private readonly Dictionary<int, PeerAddress> serving = [];
    private readonly Dictionary<int, int> known = [];
    private readonly Dictionary<(int Endpoint, int Incarnation), bool> dead = [];
    private Instant lastEvent;
    private static readonly NodeCapabilities Capabilities = new("here", "linux", "x64", 2, 1L << 30, [], "cpu");
    private long sessions;

    public SimulatedCluster(VirtualActorSystem world, int count, Func<ManagerSetting, ManagerSetting>? change = null, SimulatedManners? manners = null)
    {
        this.world = world;
        world.Kernel.Reset();
        Manners = manners ?? new SimulatedManners();
        nodes = [.. Enumerable.Range(1, count).Select(endpoint => new SimulatedNode(endpoint, $"node-{endpoint}"))];
        Board = new NodeBoard(count);
        var setting = new ManagerSetting
        {
            Names = [.. nodes.Select(node => node.Name)],
            Supervisors = this,
            Members = this,
            Listener = this,
            Board = Board,
            Clock = new VirtualClock(world.Kernel),
        };
        Setting = change?.Invoke(setting) ?? setting;
        Managers = world.System.ActorOf(ClusterActor.Props(Setting));
        world.Kernel.Drain();
    }

    public SimulatedManners Manners { get; }

    public ManagerSetting Setting { get; }

    public NodeBoard Board { get; }

    public IActorRef Managers { get; }

    public VirtualKernel Kernel => world.Kernel;

    /// <summary>What the managers told, in order: deaths, respawns, arrivals, wishes to leave, failures.</summary>
    public List<string> Told { get; } = [];

    public List<string> Lines { get; } = [];

    /// <summary>Everybody who asked.</summary>
    public List<Answer> Asked { get; } = [];

    /// <summary>What workers were told, by endpoint.</summary>
    public List<(int Endpoint, object Message)> Sent { get; } = [];

    /// <summary>Told of what the managers tell, besides.</summary>
    public IClusterListener? User { get; set; }

    public PeerAddress Self { get; } = new(0, "coordinator", 1, 1, 1);

    public SimulatedNode this[int endpoint] => nodes[endpoint - 1];

    public IReadOnlyList<SimulatedNode> Nodes => nodes;

    /// <summary>Who takes part, as the others have been told.</summary>
    public IReadOnlyDictionary<int, PeerAddress> Serving => serving;

    // What a test does.

    public Answer Ask(object question, Action<object>? then = null)
    {
        var answer = new Answer(world.System, question, then);
        Asked.Add(answer);
        Managers.Tell(question, answer);
        return answer;
    }

    /// <summary>Asks what is answered at once.</summary>
    public Answer AskNow(object question)
    {
        Answer answer = Ask(question);
        Kernel.Drain();
        return answer;
    }

    public void After(Duration delay, Action action) => Kernel.Schedule(Kernel.Now + delay, EventKind.Delivery, _ => action());

    public void Run(double seconds)
    {
        bool over = false;
        Kernel.Schedule(Kernel.Now + Duration.FromSeconds(seconds), EventKind.Arrival, _ => over = true);
        Kernel.RunUntil(() => over);
    }

    public T Wait<T>(Answer answer)
    {
        Kernel.RunUntil(() => answer.IsHere);
        return answer.Of<T>();
    }

    /// <summary>Has nodes join, their workers come up and serve, and all prove that they reach one another.</summary>
    public void Begin(int places = 0)
    {
        for (int endpoint = 1; endpoint <= (places == 0 ? nodes.Length : places); endpoint++)
            Join(endpoint);
        Gathered here = Wait<Gathered>(Ask(new Gather(places == 0 ? nodes.Length : places)));
        foreach (int endpoint in here.Present)
            Wait<Carried>(Ask(new ServeWorker(Wait<PeerAddress>(Ask(new EnsureWorker(endpoint))))));
        Wait<AllProven>(Ask(new ProveAll()));
    }

    public void Stop() => world.Stop(Managers);

    public void Join(int endpoint)
    {
        SimulatedNode node = this[endpoint];
        if (node.Session > 0)
            Leave(endpoint, "Nothing was heard of it any more, and a node has taken its place.");
        (node.Session, node.Ending, node.Started, node.Busy) = (++sessions, false, 0, Kernel.Now);
        Tell(new HubEvent.Joined(new NodeInfo(node.Name, node.Name, new IPEndPoint(IPAddress.Loopback, 1), Capabilities, true, 0, null, node.Session)));
    }

    /// <summary>A supervisor is gone, and its worker with it.</summary>
    public void Leave(int endpoint, string reason = "It is gone.")
    {
        SimulatedNode node = this[endpoint];
        if (node.Session == 0)
            return;
        long session = node.Session;
        int started = node.Started;
        (node.Session, node.Started) = (0, 0);
        if (node.Worker is { Lives: true } worker)
            worker.Lives = false;
        node.Worker = null;
        foreach ((Order order, IActorRef asker) in node.Pending)
            Confirm(asker, new OrderDone(order, $"Node {node.Name} left before it confirmed: {reason}", Gone: true));
        node.Pending.Clear();
        Tell(new HubEvent.Left(node.Name, reason, started, session));
    }

    /// <summary>Membership finds something out about a node's latest worker.</summary>
    public void Find(int endpoint, string word) => Managers.Tell(new MemberFound(endpoint, Board[endpoint].Incarnation, word));

    /// <summary>Its user wants a node to leave.</summary>
    public void AskToLeave(int endpoint)
    {
        if (this[endpoint].Session is > 0 and var session)
            Tell(new HubEvent.Leaving(this[endpoint].Name, session));
    }

    /// <summary>A worker dies by itself.</summary>
    public void Die(int endpoint, bool asked = false, int code = 139)
    {
        SimulatedNode node = this[endpoint];
        if (node.Worker is not { Lives: true } worker)
            return;
        var told = new HubEvent.WorkerExited(node.Name, worker.Address.Incarnation, new ProcessExit(asked ? 137 : code), asked, asked ? [] : ["last words"]);
        if (Manners.TellsDeathsEarly && !asked)
        {
            Tell(told);
            After(Duration.FromMilliseconds(400), () => worker.Lives = false);
            return;
        }

        worker.Lives = false;
        node.Worker = null;
        Tell(told);
    }

    // Supervisors.

    public void Send(Order order, IActorRef asker)
    {
        SimulatedNode node = this[order.Endpoint];
        if (node.Session == 0 || (node.Session != order.Session && order.Kind is not (OrderKind.Stop or OrderKind.Continue)))
        {
            Confirm(asker, new OrderDone(order, $"There is no node {node.Name} in the cluster.", Gone: true));
            return;
        }

        if (order.Kind == OrderKind.Start)
            node.Started = order.Incarnation;
        long session = node.Session;
        node.Pending.Add((order, asker));
        Instant at = Kernel.Now + Manners.Order();
        node.Busy = at > node.Busy ? at : node.Busy;
        Kernel.Schedule(node.Busy, EventKind.Delivery, _ =>
        {
            if (node.Session != session || !node.Pending.Remove((order, asker)))
                return; // it has left: that was its answer
            string? problem = Carry(node, order);
            Confirm(asker, new OrderDone(order, problem));
            if (problem is null && order.Kind is OrderKind.Shutdown or OrderKind.Refuse)
                Leave(node.Endpoint, "It was told to end.");
        });
    }

    public void Replace(int endpoint)
    {
        if (Manners.Local)
            After(Manners.Start(), () => JoinIfAbsent(endpoint));
    }

    private void JoinIfAbsent(int endpoint)
    {
        if (this[endpoint].Session == 0)
            Join(endpoint);
    }

    private string? Carry(SimulatedNode node, Order order)
    {
        bool runs = node.Worker is { Lives: true };
        switch (order.Kind)
        {
            case OrderKind.Start when node.Ending:
                return "It is ending and starts no worker any more.";
            case OrderKind.Start when runs:
                return "Its worker still runs: kill it before another is started.";
            case OrderKind.Start:
                return Start(node, order.Incarnation);
            case OrderKind.Kill:
                Die(node.Endpoint, asked: true);
                return null;
            case OrderKind.Stop or OrderKind.Continue when !runs:
                return "It has no running worker.";
            case OrderKind.Stop:
                node.Worker!.Paused = true;
                return null;
            case OrderKind.Continue:
                GoOn(node.Worker!);
                return null;
            default:
                node.Ending = true;
                Die(node.Endpoint, asked: true);
                return null;
        }
    }

    private string? Start(SimulatedNode node, int incarnation)
    {
        Fate fate = Manners.Fates();
        if (fate == Fate.CannotStart)
            return "The worker cannot be started: no such file.";
        var worker = node.Worker = new SimulatedWorker(new PeerAddress(node.Endpoint, node.Name, 1000 + incarnation, 2000 + incarnation, incarnation));
        if (fate == Fate.Hangs)
            return null;
        if (fate is Fate.DiesEarly or Fate.Lacks)
        {
            After(Manners.Start(), () => DieIf(node, worker, fate == Fate.Lacks ? WorkerParent.CannotStart : 139));
            return null;
        }

        After(Manners.Start(), () => WhenItRuns(worker, () =>
        {
            Tell(new HubEvent.WorkerReady(node.Name, incarnation, new WorkerAddress(node.Name, 1000 + incarnation, 2000 + incarnation), TimeSpan.Zero));
            After(Manners.Hello(), () => WhenItRuns(worker, () => After(Manners.Hello(), () => Managers.Tell(new WorkerHello(worker.Address)))));
            if (fate == Fate.DiesGreeting)
                After(Manners.Hello(), () => DieIf(node, worker, 139));
        }));
        return null;
    }

    private void DieIf(SimulatedNode node, SimulatedWorker worker, int code)
    {
        if (node.Worker == worker)
            Die(node.Endpoint, code: code);
    }

    private static void WhenItRuns(SimulatedWorker worker, Action action)
    {
        if (worker is { Lives: true, Paused: true })
            worker.WhenItGoesOn += action;
        else if (worker.Lives)
            action();
    }

    private static void GoOn(SimulatedWorker worker)
    {
        worker.Paused = false;
        Action? waiting = worker.WhenItGoesOn;
        worker.WhenItGoesOn = null;
        waiting?.Invoke();
    }

    private void Confirm(IActorRef asker, OrderDone done) => After(Manners.Confirmation(), () => asker.Tell(done));

    private void Tell(HubEvent happened)
    {
        Instant at = Kernel.Now + Manners.Event();
        lastEvent = at > lastEvent ? at : lastEvent;
        Kernel.Schedule(lastEvent, EventKind.Delivery, _ => Managers.Tell(happened));
    }

    // Membership, as ClusterProcess keeps it.

    public void SetPeer(PeerAddress peer, bool serves)
    {
        if (known.GetValueOrDefault(peer.Endpoint) > peer.Incarnation)
            return;
        known[peer.Endpoint] = peer.Incarnation;
        if (!serves)
            return;
        if (dead.ContainsKey((peer.Endpoint, peer.Incarnation)))
            throw new InvalidOperationException($"The dead serve: {peer}.");
        serving[peer.Endpoint] = peer;
    }

    public void Expel(int endpoint, int incarnation, bool isLatest)
    {
        if (known.GetValueOrDefault(endpoint) <= incarnation)
            serving.Remove(endpoint);
    }

    void IMembers.Tell(int endpoint, object message)
    {
        Sent.Add((endpoint, message));
        if (message is not ProveReach prove || (endpoint > 0 && this[endpoint].Worker is not { Lives: true, Paused: false }))
            return;
        bool isCutOff = endpoint > 0 && this[endpoint].IsCutOff;
        foreach (PeerAddress peer in prove.Peers)
            After(Manners.Probe(), () => Heard(prove.Round, endpoint, peer, isCutOff));
    }

    private void Heard(int round, int from, PeerAddress peer, bool isCutOff)
    {
        if (peer.Endpoint > 0 && this[peer.Endpoint].Worker is not { Lives: true, Paused: false })
            return;
        foreach (bool data in new[] { false, true })
        {
            Managers.Tell(isCutOff || (peer.Endpoint > 0 && this[peer.Endpoint].IsCutOff)
                ? new NotReached(round, from, peer.Endpoint, data, "Connection refused") : new Reached(round, from, peer.Endpoint, data));
        }
    }

    // Who uses the cluster.

    public void Died(int endpoint, int incarnation, bool asked, string how)
    {
        Told.Add($"died {endpoint}/{incarnation}{(asked ? " asked" : "")}");
        if (!dead.TryAdd((endpoint, incarnation), true))
            throw new InvalidOperationException($"Died twice: {endpoint}/{incarnation}.");
        if (this[endpoint].Worker is { Lives: true } worker && worker.Address.Incarnation == incarnation)
            throw new InvalidOperationException($"Called dead while it lives: {endpoint}/{incarnation}.");
        if (serving.GetValueOrDefault(endpoint)?.Incarnation <= incarnation || Board[endpoint].Address is not null)
            throw new InvalidOperationException($"A death was told before it served no longer: {endpoint}/{incarnation}.");
        User?.Died(endpoint, incarnation, asked, how);
    }

    public void Respawned(PeerAddress worker)
    {
        Told.Add($"respawned {worker.Endpoint}/{worker.Incarnation}");
        User?.Respawned(worker);
    }

    public void Arrived(PeerAddress worker)
    {
        Told.Add($"arrived {worker.Endpoint}/{worker.Incarnation}");
        User?.Arrived(worker);
    }

    public void Found(int endpoint, string word)
    {
        Told.Add($"found {endpoint} {word}");
        User?.Found(endpoint, word);
    }

    public void HandOver(int endpoint, long session)
    {
        Told.Add($"leaves {endpoint}");
        if (User is not null)
            User.HandOver(endpoint, session);
        else
            After(Manners.HandOver(), () => Managers.Tell(new HandedOver(endpoint, session)));
    }

    public void Failed(string reason)
    {
        Told.Add($"failed: {reason}");
        Managers.Tell(new ClusterFailed(reason));
    }

    public void Log(string sentence) => Lines.Add(sentence);
}
