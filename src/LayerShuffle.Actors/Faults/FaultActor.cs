using Akka.Actor;
using LayerShuffle.Actors.Messages;
using LayerShuffle.Actors.Ports;
using LayerShuffle.Actors.Protocol;
using LayerShuffle.Core;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Actors.Faults;

/// <summary>What the faults of a trial strike, and where it is written down.</summary>
public sealed record FaultSetting
{
    /// <summary>All faults, by time; some may strike for ever.</summary>
    public required IEnumerable<FaultEvent> Timeline { get; init; }

    /// <summary>The clock.</summary>
    public required IClock Clock { get; init; }

    /// <summary>The nodes.</summary>
    public required INodes Nodes { get; init; }

    /// <summary>What holds each node down or paused.</summary>
    public required NodeHealth Health { get; init; }

    /// <summary>The record.</summary>
    public required Ledger Ledger { get; init; }

    /// <summary>Learns when nodes are up; null: nobody asks.</summary>
    public NodeUptime? Uptime { get; init; }

    /// <summary>Carries out faults of links and slowdowns; null: every endpoint does so by itself.</summary>
    public EndpointFaults? Links { get; init; }

    /// <summary>Where layers whose weights are gone get them; null: no fault takes weights.</summary>
    public LayerRestoration? Restoration { get; init; }

    /// <summary>Which bits faults of memory flip; null: nobody has weights in memory here.</summary>
    public MemoryFlips? Flips { get; init; }

    /// <summary>Who takes over the layers of nodes that are gone; null: that is somebody else's business.</summary>
    public LayerHandover? Handover { get; init; }

    /// <summary>How long after a death others serve a node's layers; null: they do not, but for a node that leaves.</summary>
    public Duration? RecoveryTime { get; init; }
}

/// <summary>The trial begins: faults strike from now on. To <see cref="FaultActor"/>.</summary>
public sealed record StartFaults
{
    /// <summary>The only one.</summary>
    public static StartFaults Instance { get; } = new();
}

/// <summary>
/// A node is not there when the trial begins: others host its layers until it joins. To <see cref="FaultActor"/>; answered by <see cref="NodeReplaced"/> to the
/// sender.
/// </summary>
public sealed record ReplaceAbsent(int Node);

/// <summary>Others host an absent node's layers.</summary>
public sealed record NodeReplaced(int Node);

/// <summary>
/// The trial is over: nothing strikes any more, and every stopped node goes on. To <see cref="FaultActor"/>; answered by <see cref="FaultsEnded"/> to the
/// sender when nothing is being done to nodes any more.
/// </summary>
public sealed record EndFaults
{
    /// <summary>The only one.</summary>
    public static EndFaults Instance { get; } = new();
}

/// <summary>Nothing is being done to nodes any more.</summary>
public sealed record FaultsEnded
{
    /// <summary>The only one.</summary>
    public static FaultsEnded Instance { get; } = new();
}

/// <summary>
/// Lets a trial's faults strike its nodes, has others host what the dead and the leaving had, and keeps the ledger: the same in both worlds. One thing at a
/// time is done to a node; the next begins when the world has answered.
/// </summary>
public sealed class FaultActor : ReceiveActor
{
    private const int MostTries = 3; // to have others host what a node had, when they die meanwhile
    private static readonly Duration Drain = Duration.FromSeconds(2); // for what is on its way to a node that leaves, and in its queue
    private readonly FaultSetting setting;
    private readonly FaultEffects effects;
    private readonly IEnumerator<FaultEvent> timeline;
    private readonly SortedDictionary<int, NodeWork> work = [];
    private readonly Queue<Removal> removals = new();
    private Removal? removing;
    private readonly HashSet<int> leaving = []; // nodes; membership only
    private readonly HashSet<int> lost = []; // nodes that are down and come back without weights; membership and layers only
    private readonly SortedDictionary<int, IReadOnlyList<int>> without = []; // nodes that serve without the weights of some layers
    private readonly List<object> early = []; // news of before the beginning
    private bool begun;
    private IActorRef? ending;

    /// <summary>Waits for <see cref="StartFaults"/>.</summary>
    public FaultActor(FaultSetting setting)
    {
        this.setting = setting;
        effects = new FaultEffects(setting.Health);
        timeline = setting.Timeline.GetEnumerator();
        Receive<StartFaults>(_ => Start());
        Receive<FaultEvent>(strike =>
        {
            Await();
            Strike(strike);
        }, _ => ending is null);
        Receive<Written>(written => Done(written.Node, written.Effect));
        ReceiveAnswers();
        ReceiveNews();
        Receive<RecoveryDue>(due => Recover(due));
        Receive<RestoreDue>(Restore, _ => ending is null);
        Receive<LayersRestored>(Restored);
        Receive<ReplaceAbsent>(absent =>
        {
            setting.Uptime?.Down(absent.Node, Instant.Zero);
            Remove(new Removal(absent.Node, null, Instant.Zero, Sender, FaultEffects.Absent));
        });
        Receive<Drained>(drained =>
        {
            setting.Uptime?.Down(drained.Node, setting.Clock.Now);
            setting.Nodes.LetGo(drained.Node);
        });
        Receive<EndFaults>(_ => End());
        ReceiveAny(_ => { });
    }

    /// <summary>How to create one.</summary>
    public static Props Props(FaultSetting setting) => Akka.Actor.Props.Create(() => new FaultActor(setting));

    private void ReceiveAnswers()
    {
        Receive<NodeKilled>(killed =>
        {
            FaultEvent? strike = Of(killed.Node).Strike;
            setting.Uptime?.Down(killed.Node, setting.Clock.Now);
            Done(killed.Node, FaultEffects.Began, then: () =>
            {
                RecoverLater(killed.Node, killed.Incarnation);
                if (strike is { Fault: OutageFault, Ends: true })
                    setting.Nodes.Hold(killed.Node);
            });
        });
        Receive<NodeServes>(serves =>
        {
            if (!without.ContainsKey(serves.Node))
                GiveBack(serves.Node);
            setting.Uptime?.Up(serves.Node, setting.Clock.Now);
            Done(serves.Node, serves.Already ? "" : FaultEffects.Restarted, then: () => BeginRestoring(serves.Node, serves.Incarnation));
        });
        Receive<NodePaused>(paused => Done(paused.Node, FaultEffects.Began));
        Receive<NodeContinued>(continued => Done(continued.Node, Of(continued.Node).Strike is null ? "" : FaultEffects.Ended));
        Receive<LayersHeld>(held => Held(held));
        Receive<NodeFailed>(Failed);
    }

    private void ReceiveNews()
    {
        Receive<NodeFound>(found => setting.Ledger.Note("membership", found.Node, found.Word));
        Receive<NodeDied>(died =>
        {
            setting.Ledger.Died(died.Node, died.How);
            setting.Uptime?.Down(died.Node, setting.Clock.Now);
            Self.Tell(new Mourned(died.Node, died.Incarnation));
        });
        Receive<object>(
            news =>
            {
                if (begun)
                    Hear(news);
                else
                    early.Add(news); // not all nodes have their side of the trial, and would not hear of it
            },
            message => message is Mourned or NodeRespawned or NodeJoined or NodeLeaving);
    }

    private void Hear(object news)
    {
        switch (news)
        {
            case Mourned mourned:
                RecoverLater(mourned.Node, mourned.Incarnation);
                break;
            case NodeRespawned back:
                Welcome(back.Node, FaultEffects.Respawned);
                break;
            case NodeJoined come:
                leaving.Remove(come.Node); // that was another
                Welcome(come.Node, FaultEffects.Joined);
                break;
            case NodeLeaving wish:
                foreach (Task coming in Of(wish.Node).Pending)
                    WriteComing(wish.Node, coming); // it may still be prepared to serve; it has come before it goes
                setting.Ledger.Note("process", wish.Node, "leaves");
                leaving.Add(wish.Node);
                Remove(new Removal(wish.Node, null, null, null, null));
                break;
        }
    }

    private void Start()
    {
        Await();
        begun = true;
        foreach (object news in early)
            Hear(news); // before whatever has come since
        early.Clear();
    }

    /// <summary>Waits for the next event only: there may be no last one.</summary>
    private void Await()
    {
        if (timeline.MoveNext())
            setting.Clock.TellAt(timeline.Current.At, Self, timeline.Current);
    }

    private void Strike(FaultEvent strike)
    {
        if (strike.Fault is not (PartitionFault or LinkFault) && strike.Targets.Count == 0)
        {
            if (strike.Begins)
                setting.Ledger.StruckNobody(strike);
            return;
        }

        switch (strike.Fault)
        {
            case OutageFault or PauseFault:
                foreach (int node in strike.Targets)
                    Enqueue(node, new Task(strike, ""));
                break;
            case MemoryFault memory:
                setting.Links?.Strike(strike);
                foreach (int node in strike.Targets)
                    setting.Ledger.Strike(strike, node, setting.Nodes.IsAway(node) || !setting.Health.IsUp(node) ? FaultEffects.AlreadyDown
                        : MemoryFlips.Words(memory, setting.Flips?.At(strike, node) ?? []));
                break;
            case SlowdownFault or ByzantineFault:
                setting.Links?.Strike(strike);
                foreach (int node in strike.Targets)
                    setting.Ledger.Strike(strike, node, FaultEffects.Of(strike));
                break;
            default:
                setting.Links?.Strike(strike);
                setting.Ledger.Strike(strike);
                break;
        }
    }

    /// <summary>A node is there again, or for the first time.</summary>
    private void Welcome(int node, string word)
    {
        if (setting.Health.IsUp(node))
            Enqueue(node, new Task(null, word));
        else
            setting.Nodes.Hold(node);
    }

    /// <summary>It serves, unless a fault has come to hold it down since, or it is about to go.</summary>
    private void ServeUnlessHeld(int node)
    {
        bool isUp = setting.Health.IsUp(node);
        if (isUp && !leaving.Contains(node))
        {
            setting.Nodes.Serve(node);
            return;
        }

        if (!isUp)
            setting.Nodes.Hold(node);
        Self.Tell(new Written(node, ""));
    }

    private void Enqueue(int node, Task task)
    {
        Of(node).Waiting.Enqueue(task);
        Next(node);
    }

    private void Next(int node)
    {
        NodeWork of = Of(node);
        if (of.Current is not null || !of.Waiting.TryDequeue(out Task? task))
            return;
        of.Current = task;
        if (task.Strike is not { } strike)
        {
            ServeUnlessHeld(node);
            return;
        }

        // one that has died before it left has gone
        bool absent = setting.Nodes.IsAway(node) || (leaving.Contains(node) && strike is { Fault: OutageFault, Begins: false });
        string effect = strike.Fault is OutageFault ? effects.Crash(strike, node, absent) : effects.Pause(strike, node, absent);
        if (strike is { Begins: true, Fault.LosesWeights: true })
            lost.Add(node);
        switch (effect)
        {
            case FaultEffects.Began when strike.Fault is OutageFault:
                setting.Ledger.TakenDown(node, setting.Nodes.Incarnation(node), strike.Fault);
                setting.Nodes.Kill(node);
                break;
            case FaultEffects.Began:
                setting.Nodes.Pause(node);
                break;
            case FaultEffects.Restarted:
                LoseWeights(node);
                setting.Nodes.Serve(node);
                break;
            case FaultEffects.Ended:
                setting.Nodes.Continue(node);
                break;
            default:
                Self.Tell(new Written(node, effect)); // in its turn: rows stand in the order of the targets
                break;
        }
    }

    /// <summary>A node that comes back has no weights, if a fault has taken them, or it crashed before it had them again.</summary>
    private void LoseWeights(int node)
    {
        if (lost.Remove(node) && setting.Restoration is { } restoration)
            without[node] = restoration.Placed(node);
        if (without.TryGetValue(node, out IReadOnlyList<int>? layers))
            setting.Nodes.Lose(node, layers);
    }

    private IReadOnlyCollection<int> Gone() =>
        [.. without.Values.Concat(lost.Select(node => setting.Restoration!.Placed(node))).SelectMany(layers => layers).Distinct().Order()];

    private void BeginRestoring(int node, int incarnation)
    {
        if (setting.Restoration is not { } restoration || !without.TryGetValue(node, out IReadOnlyList<int>? layers) || ending is not null)
            return;
        setting.Ledger.Note("placement", node, LayerRestoration.Lost(layers));
        IReadOnlyCollection<int> gone = Gone();
        IReadOnlyList<int> restorable = restoration.Restorable(layers, gone);
        if (restorable.Count > 0)
            setting.Clock.TellAfter(restoration.Time(node, restorable, gone), Self, new RestoreDue(node, incarnation, restorable));
    }

    private void Restore(RestoreDue due)
    {
        if (without.ContainsKey(due.Node) && setting.Health.IsUp(due.Node) && setting.Nodes.Incarnation(due.Node) == due.Incarnation)
            setting.Nodes.Restore(due.Node, due.Layers, Gone());
    }

    private void Restored(LayersRestored restored)
    {
        if (!without.Remove(restored.Node, out IReadOnlyList<int>? layers))
            return;
        setting.Ledger.Note("placement", restored.Node, setting.Restoration!.Words(restored.Layers));
        if (layers.Except(restored.Layers).ToArray() is { Length: > 0 } left)
            without[restored.Node] = left;
        else
            GiveBack(restored.Node);
    }

    /// <summary>What was being done to a node is done.</summary>
    private void Done(int node, string effect, Action? then = null)
    {
        NodeWork of = Of(node);
        if (of.Current is { } task && effect.Length > 0)
        {
            if (task.Strike is { } strike)
                setting.Ledger.Strike(strike, node, effect);
            else
                WriteComing(node, task);
        }

        of.Current = null;
        then?.Invoke();
        Next(node);
        EndIfQuiet();
    }

    private void WriteComing(int node, Task task)
    {
        if (task.Word.Length > 0 && !task.IsWritten)
            setting.Ledger.Note("process", node, task.Word);
        task.IsWritten = true;
    }

    private void Failed(NodeFailed failed)
    {
        if (failed.Command == nameof(INodes.Host))
        {
            if (removing is { } hosting && hosting.Hosts.Remove(failed.Node))
                Fail(hosting, failed.Reason);
            return;
        }

        if (Of(failed.Node).Current is null)
            return; // it was no command of ours
        if (ending is null)
            setting.Ledger.Note("process", failed.Node, failed.Reason);
        Of(failed.Node).Current = null;
        Next(failed.Node);
        EndIfQuiet();
    }

    private void RecoverLater(int node, int incarnation)
    {
        if (setting.RecoveryTime is not { } recovery || setting.Handover is null || ending is not null)
            return;
        foreach (IGrouping<int, int> share in Plan(node).Plan.Moves.GroupBy(move => move.Endpoint, move => move.Layer))
            setting.Nodes.Host(share.Key, [.. share]); // what will probably be asked of them then: weights take their time
        setting.Clock.TellAt(setting.Clock.Now + recovery, Self, new RecoveryDue(node, incarnation));
    }

    private void Recover(RecoveryDue due)
    {
        if (ending is null && !setting.Nodes.IsBack(due.Node, due.Incarnation))
            Remove(new Removal(due.Node, due.Incarnation, null, null, null));
    }

    /// <summary>Has others host what a node had; one node after the other, as each changes what the next finds.</summary>
    private void Remove(Removal removal)
    {
        removals.Enqueue(removal);
        NextRemoval();
    }

    private void NextRemoval()
    {
        if (removing is not null || !removals.TryDequeue(out Removal? next))
            return;
        removing = next;
        (next.Plan, next.Alone) = Plan(next.Node);
        foreach (IGrouping<int, int> share in next.Plan.Moves.GroupBy(move => move.Endpoint, move => move.Layer))
            next.Hosts.Add(share.Key, [.. share]);
        foreach ((int host, int[] layers) in next.Hosts)
            setting.Nodes.Host(host, layers);
        if (next.Hosts.Count == 0)
            Settle(next);
    }

    private (RehostingPlan Plan, bool Alone) Plan(int gone)
    {
        IReadOnlyList<(int Node, IReadOnlyCollection<int> Held)> survivors = setting.Nodes.Survivors(gone);
        LayerHandover handover = setting.Handover ?? throw new InvalidOperationException("Nobody takes over layers here.");
        return (handover.Plan(gone, [.. survivors.Select(survivor => handover.Survivor(survivor.Node, survivor.Held))]), survivors.Count == 0);
    }

    private void Held(LayersHeld held)
    {
        if (removing is not { } hosting || !hosting.Hosts.TryGetValue(held.Node, out int[]? layers) || !layers.All(held.Layers.Contains))
            return;
        hosting.Hosts.Remove(held.Node);
        if (hosting.Hosts.Count == 0)
            Settle(hosting);
    }

    /// <summary>All new hosts have what they need: everybody learns who serves what.</summary>
    private void Settle(Removal removal)
    {
        removing = null;
        if (removal.Dead is not { } dead || !setting.Nodes.IsBack(removal.Node, dead))
        {
            RehostingPlan plan = removal.Plan!;
            if (plan.Moves.Count > 0)
                setting.Nodes.Move([.. plan.Moves.Select(move => move.Layer)], [.. plan.Moves.Select(move => move.Endpoint)]);
            if (removal.First is { } first)
                setting.Ledger.Note("process", removal.Node, first, removal.At);
            foreach (string effect in setting.Handover!.Effects(plan, removal.Alone))
                setting.Ledger.Note("placement", removal.Node, effect, removal.At);
        }

        Finish(removal);
    }

    private void Fail(Removal removal, string reason)
    {
        removing = null;
        if (removal.Dead is null && ++removal.Tries < MostTries && ending is null)
        {
            removal.Hosts.Clear();
            Remove(removal); // one of the others died meanwhile: with those that are left
            return;
        }

        if (removal.Asker is { } asker)
            asker.Tell(new Status.Failure(new ClusterException(reason)));
        else
            setting.Ledger.Note("placement", removal.Node, $"not rehosted: {reason}");
        removal.Failed = true;
        Finish(removal);
    }

    private void Finish(Removal removal)
    {
        if (removal is { Asker: { } asker, Failed: false })
            asker.Tell(new NodeReplaced(removal.Node));
        else if (removal is { Asker: null, Dead: null })
            setting.Clock.TellAfter(Drain, Self, new Drained(removal.Node));
        NextRemoval();
        EndIfQuiet();
    }

    private void GiveBack(int node)
    {
        if (leaving.Contains(node))
            return; // others have taken over what it had
        int[] layers = setting.Handover?.Lent(node) ?? [];
        if (layers.Length > 0)
            setting.Nodes.Move(layers, new int[layers.Length]);
    }

    private void End()
    {
        ending = Sender;
        foreach ((int node, NodeWork of) in work)
        {
            of.Waiting.Clear();
            if (of.Current is null && setting.Health.IsPaused(node))
            {
                of.Current = new Task(null, "");
                setting.Nodes.Continue(node); // the trial is over: that is no event of it
            }
        }

        removals.Clear();
        EndIfQuiet();
    }

    private void EndIfQuiet()
    {
        if (ending is { } asker && removing is null && work.Values.All(of => of.Current is null))
            asker.Tell(FaultsEnded.Instance);
    }

    private NodeWork Of(int node)
    {
        if (!work.TryGetValue(node, out NodeWork? of))
            work[node] = of = new NodeWork();
        return of;
    }

    /// <summary>Something to be done to a node.</summary>
    /// <param name="Strike">The fault; null: the node is to serve because it has come by itself.</param>
    /// <param name="Word">The ledger's word for that.</param>
    private sealed record Task(FaultEvent? Strike, string Word)
    {
        public bool IsWritten { get; set; }
    }

    private sealed class NodeWork
    {
        public Queue<Task> Waiting { get; } = new();

        public Task? Current { get; set; }

        public FaultEvent? Strike => Current?.Strike;

        public IEnumerable<Task> Pending => Current is null ? Waiting : Waiting.Prepend(Current);
    }

    /// <summary>A node whose layers others are to host.</summary>
    private sealed class Removal(int node, int? dead, Instant? at, IActorRef? asker, string? first)
    {
        public int Node => node;

        /// <summary>The incarnation that died; null: it leaves, or is not there.</summary>
        public int? Dead => dead;

        /// <summary>The time of its rows; null: now.</summary>
        public Instant? At => at;

        public IActorRef? Asker => asker;

        /// <summary>A row before the others.</summary>
        public string? First => first;

        public RehostingPlan? Plan { get; set; }

        public bool Alone { get; set; }

        public bool Failed { get; set; }

        public int Tries { get; set; }

        /// <summary>Those that do not hold their layers yet.</summary>
        public SortedDictionary<int, int[]> Hosts { get; } = [];
    }

    private sealed record RestoreDue(int Node, int Incarnation, IReadOnlyList<int> Layers);

    private sealed record Mourned(int Node, int Incarnation);

    private sealed record Written(int Node, string Effect);

    private sealed record Drained(int Node);
}

/// <summary>Others are to serve the layers of an incarnation of a node that has died, unless it is back.</summary>
public sealed record RecoveryDue(int Node, int Incarnation);
