using LayerShuffle.Actors.Faults;
using LayerShuffle.Actors.Metrics;
using LayerShuffle.Actors.Models;
using LayerShuffle.Actors.Ports;
using LayerShuffle.Actors.Protocol;
using LayerShuffle.Actors.Tracing;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Core.Time;
using LayerShuffle.Core.Trials;
using LayerShuffle.Core.Workloads;

namespace LayerShuffle.Actors.Trials;

/// <summary>What follows from a trial's specification alone: the same at every endpoint of either world.</summary>
/// <param name="spec">The trial.</param>
/// <param name="layers">Encoder layers of its model.</param>
public sealed class TrialSetting(TrialSpec spec, int layers)
{
    /// <summary>The trial.</summary>
    public TrialSpec Spec => spec;

    /// <summary>The endpoints.</summary>
    public Topology Topology { get; } = Topology.Of(spec.Cluster);

    /// <summary>Root of the trial's draws: (seed, repeat).</summary>
    public SeedTree Luck => spec.Luck;

    /// <summary>Which endpoint hosts which layer.</summary>
    public Placement Placement { get; } = Placement.Compute(spec.Cluster, layers, spec.Routing.Replicas, spec.LayerBytes);

    /// <summary>All fault events, in the order of their times; some faults may strike for ever.</summary>
    public IEnumerable<FaultEvent> Timeline => HealedTimeline.Of(FaultTimeline.Events(spec.Faults, Topology, spec.Luck), spec.Workload.HealAfter);

    /// <summary>Which bits of weights faults of memory flip.</summary>
    public MemoryFlips Flips => new(Placement, spec.LayerBytes, Topology, spec.Luck);

    /// <summary>Where layers whose weights are gone get them; null: no fault takes weights.</summary>
    public LayerRestoration? Restoration() => spec.Faults.Any(fault => fault.LosesWeights)
        ? new LayerRestoration(spec.Cluster, Placement, spec.LayerBytes, Links().Conditions) : null;

    /// <summary>The links, as they are before the first fault.</summary>
    public LinkInjector Links() => new(spec.Network, Topology, spec.Luck, spec.Cluster) { MeasuredFrom = spec.Workload.MeasuredFrom };

    /// <summary>What the actors of an endpoint, or of all, share.</summary>
    public EndpointContext Context(IClock clock, ITransport transport, ILayerCompute compute, IHopObserver observer, IActorGuard? guard) => new()
    {
        EndpointCount = Topology.Count,
        Clock = clock,
        Transport = transport,
        Compute = compute,
        Observer = observer,
        Guard = guard,
        Routing = spec.Routing,
        Placement = Placement,
        LayerBytes = spec.LayerBytes,
        Luck = spec.Luck,
    };
}

/// <summary>A trial as its coordinator has it in either world: what is asked, what is written down, what strikes, and the record of it all.</summary>
public sealed class Trial
{
    private readonly TrialSetting setting;
    private readonly ITrialModel model;
    private readonly IRequestSource? source;

    /// <summary>Sets a trial up. Nothing happens before its actors start.</summary>
    /// <param name="setting">What follows from its specification.</param>
    /// <param name="model">Its model.</param>
    /// <param name="testImages">Test images to draw requests from.</param>
    /// <param name="now">The trial's time.</param>
    /// <param name="asked">Whether the ledger tells a command from its answer (the wall clock).</param>
    /// <param name="rows">Takes requests and hops while the trial runs; null: the record has them all.</param>
    /// <param name="attempts">Attempts that are traced of one request.</param>
    /// <param name="struck">Told of each row of the ledger as it is written; null: nobody.</param>
    /// <param name="source">What is asked instead of the workload's requests; null: these.</param>
    public Trial(TrialSetting setting, ITrialModel model, int testImages, Func<Instant> now, bool asked, ITrialRows? rows = null,
        int attempts = TraceRecorder.MostAttempts, Action<LedgerEntry>? struck = null, IRequestSource? source = null)
    {
        (this.setting, this.model, this.source) = (setting, model, source);
        Images = new ImageSchedule(setting.Spec.Workload, testImages, setting.Luck);
        Log = new RequestLog(() => RequestCount, rows);
        Compute = TrialCost.KnowsPower(setting.Spec.Cluster) ? new ComputeMeter(setting.Spec.Cluster.Nodes.Count, setting.Spec.Workload.MeasuredFrom)
            : null;
        Ledger = new Ledger(setting.Topology, now, asked, struck) { Compute = Compute };
        Uptime = new NodeUptime(setting.Topology.Count - 1, setting.Spec.Workload.MeasuredFrom);
        Trace = new TraceRecorder(setting.Spec.TraceRequests, setting.Topology, now, Ledger.Detected, rows)
        {
            Attempts = attempts,
            Compute = Compute,
            IsWarmUp = setting.Spec.Workload.WarmUp.Nanoseconds > 0 ? Log.IsWarmUp : null,
        };
        Routes = new RoutePlanner(setting.Spec.Routing, model.Layers, setting.Luck);
    }

    /// <summary>Which images each request asks about.</summary>
    public ImageSchedule Images { get; }

    /// <summary>Requests in all, as far as is known.</summary>
    public int RequestCount => source?.Count ?? Images.RequestCount;

    /// <summary>Outcomes as they come in.</summary>
    public RequestLog Log { get; }

    /// <summary>How long nodes compute; null where nobody asks (no power is given).</summary>
    public ComputeMeter? Compute { get; }

    /// <summary>What became of each fault.</summary>
    public Ledger Ledger { get; }

    /// <summary>When nodes are up.</summary>
    public NodeUptime Uptime { get; }

    /// <summary>Hops as they happen.</summary>
    public TraceRecorder Trace { get; }

    /// <summary>Orders of the requests.</summary>
    public RoutePlanner Routes { get; }

    /// <summary>When requests are submitted, anew from the first; null where the workload is closed.</summary>
    public ArrivalSchedule? Arrivals() =>
        setting.Spec.Workload.Arrivals.Kind == ArrivalKind.Closed ? null : new ArrivalSchedule(setting.Spec.Workload.Arrivals, setting.Luck);

    /// <summary>What the coordinator's actor asks, and when.</summary>
    /// <param name="begins">Told of each request just before it is submitted.</param>
    public TrialPlan Plan(Action<int> begins) => new(setting.Spec.Workload, () => RequestCount, request =>
    {
        begins(request);
        return source?.Images(request) ?? Images.Images(request);
    }, request => source?.Route(request) ?? Routes.Plan(request), Arrivals());

    /// <summary>What strikes, and how it is carried out.</summary>
    /// <param name="context">What the trial's actors share.</param>
    /// <param name="nodes">The nodes of this world.</param>
    /// <param name="health">Who is up.</param>
    /// <param name="links">Where one place has all links at hand (the virtual clock): what strikes them.</param>
    public FaultSetting Faults(EndpointContext context, INodes nodes, NodeHealth health, EndpointFaults? links = null) => new()
    {
        Timeline = setting.Timeline,
        Clock = context.Clock,
        Nodes = nodes,
        Health = health,
        Ledger = Ledger,
        Uptime = Uptime,
        Links = links,
        Flips = model.Computes ? setting.Flips : null,
        Restoration = setting.Restoration(),
        Handover = new LayerHandover(context, setting.Spec, setting.Topology),
        RecoveryTime = setting.Spec.Cluster.Recovery == RecoveryKind.Rehost ? setting.Spec.Cluster.RecoveryTime : null,
    };

    /// <summary>The record of a trial that has ended.</summary>
    /// <param name="links">What each link did.</param>
    /// <param name="end">When it ended.</param>
    /// <param name="met">Messages that met each fault of links; null where that is not known.</param>
    public TrialRecord Record(IReadOnlyList<LinkRecord> links, Instant end, IReadOnlyDictionary<string, long>? met)
    {
        Ledger.Close(setting.Spec.Faults, end, met);
        return Record(links, end);
    }

    private TrialRecord Record(IReadOnlyList<LinkRecord> links, Instant end) => new()
    {
        Key = setting.Spec.Key,
        Requests = Log.Records,
        Hops = Trace.Hops(),
        Ledger = Ledger.Rows(),
        Links = links,
        Layers = model.Layers,
        Deadline = setting.Spec.Workload.Deadline,
        Retries = Trace.Resends,
        Hedges = Trace.Hedges,
        ResultsSuperseded = Log.ResultsSuperseded,
        Length = Length(end),
        MeasuredFrom = setting.Spec.Workload.MeasuredFrom,
        Domains = setting.Spec.Cluster.Domains,
        Joules = TrialCost.Joules(setting.Spec.Cluster, Length(end), Compute?.Computed(end) ?? [], links.Sum(link => link.CarriedBytes)),
        Price = TrialCost.Price(setting.Spec.Cluster, Length(end)),
        Heals = setting.Spec.Workload.HealAfter is not null,
        Availability = Uptime.Share(end),
        HasModel = model.Computes,
    };

    /// <summary>How long a trial that ended then was measured.</summary>
    public Duration Length(Instant end) => Instant.Max(end, setting.Spec.Workload.MeasuredFrom) - setting.Spec.Workload.MeasuredFrom;

    /// <summary>Frees what requests without an outcome hold: of a trial that was stopped half-way.</summary>
    public void ReleaseOpen()
    {
        for (int request = 0; request < RequestCount && !Log.IsComplete; request++)
            model.Release(request);
    }
}
