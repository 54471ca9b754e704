using Akka.Actor;
using LayerShuffle.Actors.Messages;
using LayerShuffle.Actors.Models;
using LayerShuffle.Actors.Ports;
using LayerShuffle.Actors.Protocol;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Actors.Trials;

/// <summary>
/// A node: supervises the layers placed on it, runs one of them at a time, first come first served, and forwards results by itself. A crash takes all it holds,
/// and the layers' weights if the fault says so.
/// </summary>
public sealed class NodeActor : ReceiveActor
{
    private readonly int self;
    private readonly EndpointContext context;
    private readonly NodeSpec spec;
    private readonly SeedTree computeLuck;
    private readonly ILayerCompute compute;
    private readonly Dictionary<int, IActorRef> layers = [];
    private readonly Dictionary<HopId, (Gathering Parts, HopMessage Last)> gatherings = []; // looked up by key only
    private readonly Queue<(HopMessage Message, Upstream? Upstream)> waiting = new();
    private HopCourier courier;
    private readonly HashSet<int> lacking = []; // layers of which it has no weights; membership only
    private ExecutedHops executed = new();
    private (HopMessage Message, Upstream? Upstream)? running;
    private int incarnation;
    private bool up;
    private double slowdown;
    private Instant started; // what is running
    private Duration lastTook; // the last layer
    private readonly ResidentLayers? resident;
    private Instant? slowUntil; // of one that has come back
    private bool hasComeBack;

    /// <summary>Hosts the layers the placement gives it.</summary>
    /// <param name="self">Its endpoint.</param>
    /// <param name="spec">The node.</param>
    /// <param name="context">What all endpoints share.</param>
    /// <param name="incarnation">The incarnation in which it begins.</param>
    /// <param name="up">Whether it begins up; else it waits for <see cref="RestartNode"/>.</param>
    public NodeActor(int self, NodeSpec spec, EndpointContext context, int incarnation = 1, bool up = true)
    {
        (this.self, this.spec, this.context, slowdown) = (self, spec, context, spec.Slowdown);
        (this.incarnation, this.up) = (incarnation, up);
        computeLuck = context.Luck.Child("compute").Child(spec.Name);
        compute = context.Compute.At(self);
        courier = NewCourier();
        foreach (int layer in context.Placement.LayersOn(self))
            LayerOf(layer);
        hasComeBack = up && Life != 1;
        if (spec.Resident is { } memory && context.LayerBytes is { } bytes)
        {
            resident = new ResidentLayers(memory, bytes);
            if (Life == 1)
                resident.Begin(context.Placement.LayersOn(self));
        }

        Receive<HopMessage>(OnHop);
        Receive<LayerExecuted>(OnExecuted);
        Receive<HopAcknowledged>(ack => courier.OnAcknowledged(ack));
        Receive<HopReleased>(release => courier.OnReleased(release));
        Receive<AcknowledgementOverdue>(overdue => courier.OnOverdue(overdue));
        Receive<GatheringDue>(due =>
        {
            if (gatherings.TryGetValue(due.Hop, out (Gathering Parts, HopMessage Last) gathered) && ReferenceEquals(gathered.Parts, due.Gathering))
                StartGathered(due.Hop, gathered.Parts, gathered.Last);
        });
        Receive<HedgeDue>(due => courier.OnHedgeDue(due));
        Receive<PeerDown>(down => courier.OnPeerDown(down, this.incarnation), _ => this.up);
        Receive<PeerDownDetected>(detected => courier.OnPeerDownDetected(detected), detected => this.up && detected.Epoch == this.incarnation);
        Receive<HeartbeatAsked>(asked => context.Transport.SendControl(
            self, asked.From, new HeartbeatAnswered(asked.Hop, asked.Layer, self, this.incarnation)), _ => this.up);
        Receive<HeartbeatAnswered>(answer => courier.Heartbeats?.OnAnswered(answer));
        Receive<HeartbeatDue>(due => courier.Heartbeats?.OnDue(due));
        Receive<HeartbeatMissed>(missed => courier.Heartbeats?.OnMissed(missed));
        Receive<CrashNode>(_ => OnCrash());
        Receive<RestartNode>(restart =>
        {
            (this.incarnation, this.up) = (restart.Incarnation, true);
            courier = NewCourier();
            (hasComeBack, slowUntil) = (true, null);
            lacking.Clear();
            lacking.UnionWith(restart.Without);
        });
        Receive<LayersBack>(back => lacking.ExceptWith(back.Layers));
        Receive<SetSlowdown>(set => slowdown = set.Factor);
    }

    /// <summary>How to create one.</summary>
    public static Props Props(int self, NodeSpec spec, EndpointContext context, int incarnation = 1, bool up = true) =>
        Akka.Actor.Props.Create(() => new NodeActor(self, spec, context, incarnation, up));

    /// <inheritdoc/>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(exception =>
    {
        context.Guard?.Failed(Sender, exception); // the layer that threw: from the root's side it is the node
        return Directive.Escalate;
    });

    private void OnHop(HopMessage message)
    {
        HopId hop = message.Journey.NextHop;
        if (!up || context.Clock.Now > message.Journey.Deadline || lacking.Contains(message.Journey.NextLayer))
            return;
        HopAcknowledged ack = HopAcknowledged.Of(message, self, incarnation);
        if (context.Routing.LearnsSpeeds)
            ack = ack with { Queue = waiting.Count + (running is null ? 0 : 1) };
        context.Transport.SendControl(self, message.From, ack);
        var upstream = new Upstream(message.From, hop, message.Journey.NextLayer);
        if (message.Journey.Parallel > 1)
            Gather(message, upstream);
        else if (executed.Add(hop, message.Journey.Deadline, context.Clock.Now))
            Enqueue(message, upstream);
    }

    /// <summary>A part of an input has come, perhaps the only one.</summary>
    private void Gather(HopMessage message, Upstream? upstream)
    {
        HopId hop = message.Journey.NextHop.Whole;
        if (gatherings.TryGetValue(hop, out (Gathering Parts, HopMessage Last) gathered))
        {
            if (!gathered.Parts.Add(message, upstream))
                return; // a copy of what is here
        }
        else if (!executed.Add(hop, message.Journey.Deadline, context.Clock.Now))
        {
            if (upstream is not null)
                courier.Release(upstream); // too late: the layer runs, or has run, without it
            return;
        }
        else
        {
            gathered.Parts = new Gathering(Math.Max(1, message.Journey.Parts));
            gathered.Parts.Add(message, upstream);
            if (!gathered.Parts.IsComplete)
            {
                Duration forgotten = message.Journey.Deadline - context.Clock.Now + new Duration(1); // nobody computes for it any more then
                context.Clock.TellAfter(courier.Patience() ?? forgotten, Self, new GatheringDue(hop, gathered.Parts));
            }
        }

        gatherings[hop] = (gathered.Parts, message);
        if (gathered.Parts.IsComplete)
            StartGathered(hop, gathered.Parts, message);
    }

    private void StartGathered(HopId hop, Gathering parts, HopMessage last)
    {
        gatherings.Remove(hop);
        Journey journey = last.Journey.Parts == 0 ? last.Journey with { Activation = Whole(last.Journey) } : parts.Merged();
        Enqueue(last with { Journey = journey with { Part = last.Journey.Part } }, parts.Upstreams());
    }

    /// <summary>What came from the coordinator is the input itself.</summary>
    private static object? Whole(Journey journey) => journey.Activation is null ? null
        : new PartsOfInput([journey.Activation], IsPacked: false, Packs: journey.Group > 1);

    private void AcceptLocally(HopMessage message, Upstream? upstream)
    {
        if (message.Journey.Parallel > 1)
            Gather(message, upstream);
        else if (executed.Add(message.Journey.NextHop, message.Journey.Deadline, context.Clock.Now))
            Enqueue(message, upstream);
    }

    private void Enqueue(HopMessage message, Upstream? upstream)
    {
        waiting.Enqueue((message, upstream));
        StartNext();
    }

    private void StartNext()
    {
        while (running is null && waiting.TryDequeue(out (HopMessage Message, Upstream? Upstream) next))
        {
            Journey journey = next.Message.Journey;
            if (context.Clock.Now > journey.Deadline)
                continue;
            running = next;
            Duration took = spec.ComputeTime.Sample(Luck(journey), journey.Images) * (slowdown * SlowStart());
            if (resident is not null)
                took += resident.Use(journey.NextLayer);
            started = context.Clock.Now;
            context.Observer.ComputeStarted(next.Message, self);
            LayerOf(journey.NextLayer).Tell(new ExecuteLayer(next.Message, took, incarnation));
        }
    }

    /// <summary>A factor for a while after it has come back, counted from the first layer that it computes then.</summary>
    private double SlowStart()
    {
        if (!hasComeBack || spec.SlowStart is not { } slow)
            return 1;
        slowUntil ??= context.Clock.Now + slow.For;
        return context.Clock.Now < slowUntil ? slow.Factor : 1;
    }

    /// <summary>A layer that is computed again, on another branch or after a crash, takes a time of its own.</summary>
    private double Luck(Journey journey)
    {
        SeedTree draw = computeLuck.Child(journey.Request).Child(journey.NextLayer);
        if (journey.Branch != 0)
            draw = draw.Child("branch").Child(unchecked((long)journey.Branch));
        if (Life != 1)
            draw = draw.Child("incarnation").Child(Life);
        return draw.Uniform;
    }

    /// <summary>The actor of a layer: also of one that came here after its node died.</summary>
    private IActorRef LayerOf(int layer)
    {
        if (layers.TryGetValue(layer, out IActorRef? actor))
            return actor;
        layers[layer] = actor = Context.ActorOf(LayerActor.Props(layer, compute), $"layer-{layer}");
        context.Guard?.Watch(actor, $"The actor of layer {layer} on {spec.Name}");
        return actor;
    }

    private void OnExecuted(LayerExecuted done)
    {
        if (running is not { } work || done.Work.Epoch != incarnation || !ReferenceEquals(work.Message, done.Work.Message))
            return; // started before a crash: its result is lost
        running = null;
        lastTook = context.Clock.Now - started;
        context.Observer.ComputeEnded(work.Message, self);
        Journey journey = work.Message.Journey;
        bool isHandedOn = done.Output is not null && ReferenceEquals(done.Output, journey.Activation); // the guard: as if the layer had been skipped
        if (journey.Parallel > 1)
            courier.ForwardToGroup(journey.AfterMember(done.Output), work.Upstream);
        else
            courier.Forward(isHandedOn ? journey.WithoutLayer() : journey.AfterLayer(done.Output), work.Upstream);
        StartNext();
    }

    private void OnCrash()
    {
        up = false;
        waiting.Clear();
        running = null;
        executed = new ExecutedHops();
        gatherings.Clear();
        courier.Abandon();
        courier = NewCourier();
        resident?.Clear();
    }

    /// <summary>Its incarnation, counted from 1 in this trial.</summary>
    private int Life => incarnation - context.EarlierIncarnations;

    private HopCourier NewCourier() =>
        new(self, context, Self, AcceptLocally, Life, lacking.Contains, () => lastTook * (waiting.Count + (running is null ? 1L : 2L)));
}
