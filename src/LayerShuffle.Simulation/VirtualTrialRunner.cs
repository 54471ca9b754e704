using System.Runtime.ExceptionServices;
using Akka.Actor;
using LayerShuffle.Actors.Faults;
using LayerShuffle.Actors.Guarding;
using LayerShuffle.Actors.Messages;
using LayerShuffle.Actors.Metrics;
using LayerShuffle.Actors.Models;
using LayerShuffle.Actors.Ports;
using LayerShuffle.Actors.Protocol;
using LayerShuffle.Actors.Tracing;
using LayerShuffle.Actors.Trials;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Metrics;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Time;
using LayerShuffle.Core.Trials;

namespace LayerShuffle.Simulation;

/// <summary>Runs trials on the virtual clock: each on a fresh cluster at t = 0.</summary>
public sealed class VirtualTrialRunner(VirtualActorSystem system)
{
    private int started;

    /// <summary>What every message between endpoints becomes on its way; null: itself. Tests write it with its codec and read it again.</summary>
    public Func<object, object>? Wire { get; init; }

    /// <summary>Makes, from the trace of a trial that begins, the one that sees it; null: the trace itself. Tests listen in.</summary>
    public Func<TraceRecorder, IHopTrace>? Observe { get; init; }

    /// <summary>Attempts that are traced of one request. Tests that recompute the counts from the rows need them all.</summary>
    public int TracedAttempts { get; init; } = TraceRecorder.MostAttempts;

    /// <summary>Told of the actors of a trial that begins: the system and the endpoints. Tests end some of them.</summary>
    internal Action<ActorSystem, IActorRef[]>? Running { get; init; }

    /// <summary>Whether what happens is counted in <see cref="ClusterMetrics"/>.</summary>
    public bool Metered { get; init; }

    /// <summary>Told in words of everything that happens, in order, and when: what two runs of one trial are compared by. Null: nobody is.</summary>
    public Action<Instant, string>? Told { get; init; }

    /// <summary>Told of each row of the ledger as it is written: of faults as they strike. Null: nobody is.</summary>
    public Action<LedgerEntry>? Struck { get; init; }

    /// <summary>What is asked instead of the workload's requests; null: these.</summary>
    public IRequestSource? Source { get; init; }

    /// <summary>Told of weights that a node loses, and gets again. Null: nobody is.</summary>
    public Action<WeightsChange>? WeightsChanged { get; init; }

    /// <summary>Runs one trial to its last outcome.</summary>
    /// <param name="spec">The trial.</param>
    /// <param name="model">Its model.</param>
    /// <param name="testImages">Test images to draw requests from.</param>
    /// <param name="progress">Told of every outcome.</param>
    /// <param name="cancellation">Stops between two events.</param>
    /// <param name="rows">Takes requests and hops while the trial runs, so that memory goes by requests in flight; null: the record has them all.</param>
    /// <exception cref="IOException">The rows could not be written.</exception>
    /// <exception cref="InvalidOperationException">The events ran out with requests open, or a count does not add up: a bug.</exception>
    public TrialRecord Run(TrialSpec spec, ITrialModel model, int testImages, Action<RequestRecord>? progress = null, CancellationToken cancellation = default,
        ITrialRows? rows = null)
    {
        VirtualKernel kernel = system.Kernel;
        kernel.Reset();
        var setting = new TrialSetting(spec, model.Layers);
        var health = new NodeHealth(spec.Cluster);
        var paused = new PausedNodes(kernel, health, spec.Faults.Any(fault => fault is PauseFault));
        var trial = new Trial(setting, model, testImages, () => kernel.Now, asked: false, rows, TracedAttempts, Struck, Source);
        (RequestLog log, TraceRecorder trace) = (trial.Log, trial.Trace);
        IHopTrace observer = Observe is null ? trace : Observe(trace);
        TrialTeller? teller = Told is null ? null : new TrialTeller(kernel, setting.Topology, observer, Told);
        observer = teller ?? observer;
        if (Metered)
            observer = new MeteredTrace(observer, () => kernel.Now);
        var underway = new RequestsUnderway(kernel, observer, request => Settle(trial, request));
        observer = underway;
        using StruckLayers? struck = StruckLayers.Of(setting, model);
        var carrier = new VirtualCarrier(kernel, health, paused, underway, (activation, request) => model.Carry(activation, request, spec.Cluster.Wire),
            struck is null ? (activation, _, _) => activation : struck.Damage, Wire);
        LinkTransport transport = carrier.Transport =
            new LinkTransport(spec, setting.Links(), observer, images => model.ActivationBytes(images) / sizeof(float), carrier);
        log.Added = Added(trace, teller, progress);
        var cluster = new TrialCluster();
        using var guard = new ActorGuard(system.System, cluster.Fail);
        EndpointContext context = setting.Context(new VirtualClock(kernel, paused), transport, new VirtualLayerCompute(paused, model, struck), observer, guard);
        var nodes = new VirtualNodes(health, setting.Topology.Count - 1, carrier, paused, underway, context, struck)
        {
            Changed = WeightsChanged is null ? null : (node, layers, gone) => WeightsChanged(new WeightsChange(kernel.Now, node, layers, gone)),
        };
        EndpointFaults everywhere = Everywhere(transport, health, carrier, struck);
        FaultSetting faults = trial.Faults(context, nodes, health, everywhere);
        (model as IForeseeing)?.Foresee(trial.Images.RequestCount, trial.Images.Images, request => trial.Routes.Plan(request).Order);
        TrialPlan plan = Plan(trial, underway, spec.Workload.Deadline);
        TrialMember[] members = Members(context, CoordinatorActor.Props(context, model, plan, log), spec.Cluster, faults);
        IActorRef root = system.System.ActorOf(TrialActor.Props(members, guard, cluster.Started, cluster.Fail), $"trial-{started++}");
        try
        {
            kernel.Drain();
            Check(spec, cluster, null);
            Running?.Invoke(system.System, cluster.Endpoints);
            carrier.Endpoints = cluster.Endpoints;
            paused.SetEndpoints(cluster.Endpoints);
            nodes.Listener = cluster.Faults;
            cluster.Faults.Tell(StartFaults.Instance);
            carrier.Tell(EndpointContext.Coordinator, StartWorkload.Instance);
            kernel.RunUntil(() => log.IsComplete || cluster.Failure is not null || kernel.AwaitsFaultsOnly, cancellation);
            Check(spec, cluster, log.IsComplete ? null : $"no event is left, but only {log.Count} of {plan.RequestCount()} requests have one. This is a bug.");
            trace.Complete();
            TrialRecord record = trial.Record(Links(transport, log.LastOutcome), log.LastOutcome, everywhere.Met());
            teller?.Ended(record);
            return record;
        }
        finally
        {
            teller?.Dispose();
            guard.Dispose();
            system.Stop(root);
            trial.ReleaseOpen();
        }
    }

    private TrialPlan Plan(Trial trial, RequestsUnderway underway, Duration deadline) => trial.Plan(request =>
    {
        trial.Trace.Begin(request);
        underway.Begin(request, deadline);
        if (Metered)
            ClusterMetrics.RequestBegun();
    });

    private static TrialMember[] Members(EndpointContext context, Props coordinator, ClusterSpec spec, FaultSetting faults) =>
    [
        new(ClusterSpec.Coordinator, coordinator, "The coordinator's actor"),
        .. spec.Nodes.Select((node, i) => new TrialMember($"node-{i + 1}", NodeActor.Props(i + 1, node, context), $"The actor of {node.Name}")),
        new("faults", FaultActor.Props(faults), "The actor of the trial's faults"),
    ];

    private static IReadOnlyList<LinkRecord> Links(LinkTransport transport, Instant end)
    {
        IReadOnlyList<LinkRecord> links = [];
        transport.Change(injector => links = injector.Records(end: end));
        return links;
    }

    /// <summary>Nothing happens to a request any more.</summary>
    private static void Settle(Trial trial, int request)
    {
        trial.Trace.Settled(request);
        trial.Log.Forget(request);
    }

    /// <summary>Carries out faults of links, of speed and of tensors at all endpoints.</summary>
    private static EndpointFaults Everywhere(LinkTransport transport, NodeHealth health, VirtualCarrier carrier, StruckLayers? struck) =>
        new(transport.Change, health, _ => true, (node, factor) => carrier.Tell(node, new SetSlowdown(factor)),
            (strike, node) => struck?.Strike(strike, node, health.IsUp(node)));

    private Action<RequestRecord> Added(TraceRecorder trace, TrialTeller? teller, Action<RequestRecord>? progress) => record =>
    {
        trace.Ended(record);
        teller?.Ended(record);
        if (Metered)
            TrialMeter.Ended(record, system.Kernel.Now);
        progress?.Invoke(record);
    };

    private static void Check(TrialSpec spec, TrialCluster cluster, string? problem)
    {
        if (cluster.Failure is IOException unwritten)
            ExceptionDispatchInfo.Throw(unwritten); // nobody's bug: the disk is full, or the folder gone
        if (cluster.Failure is { } failure)
            throw new InvalidOperationException($"Trial {spec.Key.Trial}: {failure.Message}", failure);
        if (problem is not null)
            throw new InvalidOperationException($"Trial {spec.Key.Trial}: {problem}");
    }

    /// <summary>What the runner sees of a trial's actors.</summary>
    private sealed class TrialCluster
    {
        /// <summary>The endpoints' actors by index; 0 is the coordinator.</summary>
        public IActorRef[] Endpoints { get; private set; } = [];

        /// <summary>Lets the trial's faults strike.</summary>
        public IActorRef Faults { get; private set; } = ActorRefs.Nobody;

        /// <summary>The first exception of an actor: it fails the trial.</summary>
        public Exception? Failure { get; private set; }

        public void Started(IActorRef[] actors) => (Endpoints, Faults) = (actors[..^1], actors[^1]);

        public void Fail(Exception exception) => Failure ??= exception;
    }
}
