using System.Collections.Concurrent;
using System.Globalization;
using Akka.Actor;
using LayerShuffle.Actors.Faults;
using LayerShuffle.Actors.Guarding;
using LayerShuffle.Actors.Messages;
using LayerShuffle.Actors.Metrics;
using LayerShuffle.Actors.Models;
using LayerShuffle.Actors.Ports;
using LayerShuffle.Actors.Tracing;
using LayerShuffle.Actors.Trials;
using LayerShuffle.Cluster.Messages;
using LayerShuffle.Core;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Metrics;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Time;
using LayerShuffle.Core.Trials;
using LayerShuffle.Transport.Wire;
using LayerShuffle.Vision.Model;

namespace LayerShuffle.Cluster.Wall;

/// <summary>One trial on the wall clock, as the coordinator runs it.</summary>
internal sealed class WallTrial
{
    private const int MostPreparations = 5; // of one node before the trial begins
    private static readonly Duration Settled = Duration.FromSeconds(1);
    private readonly int number;
    private readonly TrialSpec spec;
    private readonly WallCluster cluster;
    private readonly ITrialModel model;
    private readonly ModelShipment? shipment, before;
    private readonly Topology topology;
    private readonly long imageNumbers;
    private readonly Trial trial;
    private readonly TraceRecorder trace;
    private readonly TraceReplay replay;
    private readonly RequestLog log;
    private readonly EndpointTrial own;
    private readonly Ledger ledger;
    private readonly WallNodes faulted;
    private readonly IActorRef faults;
    private readonly Lock traceGate = new();
    private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<(int Endpoint, int Incarnation), TaskCompletionSource> prepared = [];
    private readonly ConcurrentDictionary<int, TaskCompletionSource> left = [];
    private readonly ConcurrentDictionary<int, int> preparedIncarnation = []; // newest
    private readonly ConcurrentDictionary<int, int> firstIncarnation = []; // of those that took part in the trial
    private readonly ConcurrentDictionary<(int Endpoint, int Incarnation), TaskCompletionSource> hosted = [];
    private readonly ConcurrentBag<LinkRecord> links = [];
    private readonly ConcurrentDictionary<string, long> met = []; // by fault of links
    private bool lostSight; // of what workers that died have met
    private readonly TrialPlan plan;
    private readonly Lock moving = new();
    private readonly TrialMeter meter = new();
    private readonly TrialWatchdog watchdog;
    private readonly ActorGuard guard;
    private readonly LayerSubstitutes? substitutes;
    private readonly ConcurrentDictionary<int, (ModelShipment Substitute, int[] Layers)[]> substituted = []; // what nodes got for weights that were gone
    private int restorations;
    private long zero;
    private int begun;

    public WallTrial(int number, TrialSpec spec, WallCluster cluster, ITrialModel model, ModelShipment? shipment, ModelShipment? before, int testImages,
        Action<RequestRecord>? progress, Action<LedgerEntry>? struck = null)
    {
        this.before = before;
        (this.number, this.spec, this.cluster, this.model, this.shipment) = (number, spec, cluster, model, shipment);
        var setting = new TrialSetting(spec, model.Layers);
        topology = setting.Topology;
        if (spec.StrikesTensors && setting.Restoration() is { } restoration)
            substitutes = (model as TensorTrialModel)?.Substitutes(restoration, setting.Luck);
        imageNumbers = model.ActivationBytes(1) / sizeof(float);
        guard = new ActorGuard(cluster.Process.System, Fail);
        ActivationStore store = model is TensorTrialModel tensors ? tensors.Store : new ActivationStore();
        own = new EndpointTrial(number, setting, 0, 1, 1, cluster.Process, null!, store, images => images * imageNumbers, batch => OnEvents(batch),
            guard);
        trial = new Trial(setting, model, testImages, () => own.Clock.Now, asked: true, struck: struck);
        (log, trace, ledger) = (trial.Log, trial.Trace, trial.Ledger);
        watchdog = new TrialWatchdog(trial.Images.RequestCount, spec.Workload.Deadline, trial.Arrivals());
        replay = new TraceReplay(trace);
        faulted = new WallNodes(this, cluster, topology);
        Props striking = FaultActor.Props(trial.Faults(own.Context, faulted, new NodeHealth(spec.Cluster)));
        faults = faulted.Listener = cluster.Process.System.ActorOf(
            TrialActor.Props(new TrialMember("faults", striking, "The actor of the trial's faults"), guard), $"trial-{number}-faults");
        log.Added = record =>
        {
            lock (traceGate)
                trace.Ended(record);
            TrialMeter.Ended(record, own.Clock.Now);
            watchdog.Ended(record.Request, own.Clock.Now);
            progress?.Invoke(record);
            if (log.IsComplete)
                done.TrySetResult();
        };
        plan = trial.Plan(request =>
        {
            lock (traceGate)
                trace.Begin(request);
            ClusterMetrics.RequestBegun();
            Interlocked.Increment(ref begun);
            watchdog.Begun(request, own.Clock.Now);
        });
    }

    /// <summary>How it stands, in a few words: requests in flight, throughput, faults.</summary>
    public string Status
    {
        get
        {
            int open = Volatile.Read(ref begun) - log.Count;
            double seconds = Math.Max(own.Clock.Now.TotalSeconds, 1e-3);
            return string.Create(CultureInfo.InvariantCulture, $"{open} in flight, {log.Count / seconds:0.#}/s, {ledger.Count} fault events");
        }
    }

    /// <summary>What a busy machine has done to it; null before its end.</summary>
    public TrialStrain? Strain { get; private set; }

    public async Task<TrialRecord> RunAsync(CancellationToken cancellation)
    {
        int nodes = topology.Count - 1;
        cluster.Received = OnMessage;
        cluster.Framed = OnFrame;
        cluster.HandOver = HandOverAsync;
        cluster.Died += OnDied;
        cluster.Respawned += OnRespawned;
        cluster.Arrived += OnArrived;
        cluster.Failed += OnFailed;
        cluster.Found += faulted.Found;
        IActorRef root = ActorRefs.Nobody;
        try
        {
            await BringAllUpAsync(nodes, cancellation).ConfigureAwait(false);
            zero = cluster.Process.Timer.Now + 50_000_000;
            Props props = CoordinatorActor.Props(own.Context, new WallRequestModel(model, number, cluster), plan, log);
            root = cluster.Process.System.ActorOf(TrialActor.Props(new TrialMember(ClusterSpec.Coordinator, props, "The coordinator's actor"), guard),
                $"trial-{number}");
            own.Carrier.Endpoint = root;
            foreach (int endpoint in cluster.Living())
                cluster.Process.Tell(endpoint, new StartTrial(number, zero));
            own.Start(zero);
            faults.Tell(StartFaults.Instance);
            root.Tell(StartWorkload.Instance);
            using (var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation))
            {
                Task watching = WatchAsync(root, over.Token);
                try
                {
                    await done.Task.WaitAsync(cancellation).ConfigureAwait(false);
                }
                finally
                {
                    await over.CancelAsync().ConfigureAwait(false);
                    await watching.ConfigureAwait(false);
                }
            }

            Instant end = own.Clock.Now;
            await SettleAsync().ConfigureAwait(false);
            await CollectAsync(nodes, end).ConfigureAwait(false);
            return Record(end);
        }
        finally
        {
            cluster.HandOver = _ => Task.CompletedTask;
            cluster.Died -= OnDied;
            cluster.Respawned -= OnRespawned;
            cluster.Arrived -= OnArrived;
            cluster.Failed -= OnFailed;
            cluster.Found -= faulted.Found;
            faulted.Dispose();
            guard.Dispose();
            cluster.Process.System.Stop(faults);
            cluster.Process.System.Stop(root);
            own.Dispose();
            cluster.Received = _ => { };
            cluster.Framed = frame => frame.Dispose();
            trial.ReleaseOpen();
        }
    }

    /// <summary>The coordinator's custodians learn of a death as the workers do.</summary>
    private void OnDied(int endpoint, int incarnation, bool asked, string how)
    {
        lostSight = true;
        own.Carrier.Endpoint.Tell(new PeerDown(endpoint, incarnation));
        if (cluster.AddressOf(endpoint) is null && left.TryGetValue(endpoint, out TaskCompletionSource? leaving))
            leaving.TrySetResult();
        faulted.Died(endpoint, incarnation, asked, how);
    }

    private void OnRespawned(int endpoint, PeerAddress address) => faulted.Respawned(endpoint);

    private void OnArrived(int endpoint, PeerAddress address) => faulted.Arrived(endpoint);

    private void OnFailed(string reason) => done.TrySetException(new ClusterException(reason));

    /// <summary>Something of the trial in this process has failed or ended: nothing that comes after it can be trusted to come.</summary>
    public void Fail(Exception exception) => done.TrySetException(
        exception as ClusterException ?? new ClusterException($"Trial {spec.Key.Trial}: {exception.Message}", exception));

    /// <summary>Looks every second whether anything is still to come, and asks the coordinator's actor for a sign of life.</summary>
    private async Task WatchAsync(IActorRef root, CancellationToken over)
    {
        ActorSelection coordinator = cluster.Process.System.ActorSelection(root.Path / ClusterSpec.Coordinator);
        Task? sign = null;
        try
        {
            using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
            while (await timer.WaitForNextTickAsync(over).ConfigureAwait(false))
            {
                bool answered = sign is { IsCompletedSuccessfully: true };
                if (sign is not { IsCompleted: false })
                    // answered in its turn: all that it was told before has been dealt with
                    sign = coordinator.Ask<ActorIdentity>(new Identify(null), Timeout.InfiniteTimeSpan, over);
                if (watchdog.Poll(own.Clock.Now, answered) is { } stuck)
                    Fail(new ClusterException($"Trial {spec.Key.Trial} stands still, although nothing of it is known to have ended: {stuck} This is a bug."));
            }
        }
        catch (OperationCanceledException)
        {
            // the trial is over
        }
    }

    private void OnMessage(object message)
    {
        switch (message)
        {
            case RoutedControl routed when routed.Trial == number:
                own.Carrier.OnControl(routed);
                break;
            case HopEvents batch when batch.Trial == number:
                OnEvents(batch);
                break;
            case LinkReport report when report.Trial == number:
                foreach (LinkRecord link in report.Links)
                    links.Add(link);
                Meet(report.Met);
                break;
            case TrialPrepared ready when ready.Trial == number && prepared.TryGetValue((ready.Endpoint, ready.Incarnation), out TaskCompletionSource? waiting):
                waiting.TrySetResult();
                break;
            case TrialLeft gone when gone.Trial == number && left.TryGetValue(gone.Endpoint, out TaskCompletionSource? leaving):
                leaving.TrySetResult();
                break;
            case LayersHosted here when shipment is not null && here.Model.StartsWith(shipment.Key, StringComparison.Ordinal)
                && hosted.TryGetValue((here.Endpoint, here.Incarnation), out TaskCompletionSource? hosting):
                hosting.TrySetResult();
                break;
        }
    }

    private void OnFrame(IncomingFrame frame)
    {
        using (frame)
        {
            if (frame.Kind != WallCarrier.HopKind)
                return;
            var reader = new WireReader(frame.Meta, "frame 'hop'");
            if (reader.ReadNumber() == number)
                own.Carrier.OnFrame(ref reader, frame);
        }
    }

    private void OnEvents(HopEvents batch)
    {
        lock (traceGate)
        {
            replay.Add(batch);
            meter.Seen(batch);
            if (trial.Compute is { } compute)
            {
                foreach (HopEvent seen in batch.Events)
                    compute.Note(seen);
            }

            Instant now = own.Clock.Now;
            if (now > Instant.Zero + Settled)
                replay.Advance(new Instant(now.Nanoseconds - Settled.Nanoseconds));
        }
    }

    /// <summary>Waits for what is being done to nodes.</summary>
    private async Task SettleAsync()
    {
        try
        {
            await faults.Ask<FaultsEnded>(EndFaults.Instance, TimeSpan.FromSeconds(10)).ConfigureAwait(false);
        }
        catch (AskTimeoutException)
        {
            // what is being done to a node takes longer than it may: the trial is whole without it
        }
    }

    private async Task CollectAsync(int nodes, Instant end)
    {
        int[] living = [.. cluster.Living().Where(endpoint => endpoint <= nodes)];
        foreach (int endpoint in living)
        {
            left[endpoint] = new(TaskCreationOptions.RunContinuationsAsynchronously);
            cluster.Process.Tell(endpoint, new EndTrial(number, end));
        }

        Task all = Task.WhenAll(living.Select(endpoint => left[endpoint].Task));
        await Task.WhenAny(all, Task.Delay(TimeSpan.FromSeconds(10))).ConfigureAwait(false); // a worker that does not answer has only its counts to lose
        own.FlushNow();
        foreach (LinkRecord link in own.Links(end))
            links.Add(link);
        Meet(own.Met());
        lostSight |= !all.IsCompletedSuccessfully;
    }

    private void Meet(MetFault[] counts)
    {
        foreach ((string fault, long messages) in counts)
            met.AddOrUpdate(fault, messages, (_, before) => before + messages);
    }

    private TrialRecord Record(Instant end)
    {
        lock (traceGate)
        {
            replay.Complete();
            Strain = TrialStrain.Of(spec, ledger.Rows(), trace.Resends - trace.Hedges, own.TimerLate);
            return trial.Record(
                [.. LinkRecords.Merge(topology, links)
                    .Select(link => link.Busy <= trial.Length(end) ? link : link with { Busy = trial.Length(end) })], // they learn of the end a little late
                end, lostSight ? null : met);
        }
    }

    /// <summary>Has a worker host its layers and set up its side of the trial.</summary>
    /// <exception cref="IOException">It died, or does not answer.</exception>
    public async Task PrepareAsync(PeerAddress worker, bool held, CancellationToken cancellation)
    {
        int endpoint = worker.Endpoint;
        if (shipment is not null)
        {
            int[] layers = WithOthers(endpoint, own.Context.Placement.LayersOn(endpoint));
            if (await cluster.KeepHostedAsync(worker, shipment.Key, layers).ConfigureAwait(false))
                cluster.Process.Tell(endpoint, new KeepLayers(shipment.Key, layers));
            await HostAllAsync(worker, shipment, layers, cancellation).ConfigureAwait(false);
        }

        TaskCompletionSource ready = prepared[(endpoint, worker.Incarnation)] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int first = zero == 0 ? firstIncarnation[endpoint] = worker.Incarnation : firstIncarnation.GetOrAdd(endpoint, worker.Incarnation);
        cluster.Process.Tell(
            endpoint, new PrepareTrial(number, spec, shipment?.Key ?? "", model.Layers, imageNumbers, held, worker.Incarnation - first + 1,
                cluster.Process.Serving()));
        await cluster.WhileAliveAsync(worker, ready.Task, cancellation).ConfigureAwait(false);
        preparedIncarnation[endpoint] = worker.Incarnation;
        foreach ((ModelShipment substitute, int[] replaced) in substituted.GetValueOrDefault(endpoint) ?? [])
            await SubstituteAsync(worker, substitute, replaced, cancellation).ConfigureAwait(false);
        lock (moving)
        {
            (int[] layers, int[] hosts) = own.Context.Moved.All();
            if (layers.Length > 0) // moved before it was there
                cluster.Process.Tell(endpoint, new LayersMoved(number, layers, hosts));
        }

        if (zero != 0)
            cluster.Process.Tell(endpoint, new StartTrial(number, zero));
    }

    /// <summary>Whether this very worker has its side of the trial set up.</summary>
    public bool IsPrepared(PeerAddress worker) => preparedIncarnation.GetValueOrDefault(worker.Endpoint) == worker.Incarnation;

    /// <summary>Has all nodes that are there serve from the trial's beginning, with the layers of those that are not.</summary>
    private async Task BringAllUpAsync(int nodes, CancellationToken cancellation)
    {
        bool[] there = await Task.WhenAll(Enumerable.Range(1, nodes).Select(endpoint => BringUpAsync(endpoint, cancellation))).ConfigureAwait(false);
        for (int endpoint = 1; endpoint <= nodes; endpoint++)
        {
            if (!there[endpoint - 1])
                await faults.Ask<NodeReplaced>(new ReplaceAbsent(endpoint), cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>A node is about to leave: the others host its layers from now on.</summary>
    private Task HandOverAsync(int endpoint) => endpoint < topology.Count ? faulted.LeaveAsync(endpoint) : Task.CompletedTask;

    /// <summary>Has a node serve from the trial's beginning, whatever becomes of its worker meanwhile.</summary>
    /// <returns>Whether it is there.</returns>
    private async Task<bool> BringUpAsync(int endpoint, CancellationToken cancellation)
    {
        for (int tries = 1; ; tries++)
        {
            if (cluster.IsAway(endpoint))
                return false;
            PeerAddress? worker = null;
            try
            {
                worker = await cluster.EnsureAsync(endpoint, cancellation).ConfigureAwait(false);
                await cluster.ServeAsync(worker).ConfigureAwait(false);
                await PrepareAsync(worker, held: false, cancellation).ConfigureAwait(false);
                return true;
            }
            catch (IOException) when (cluster.IsAway(endpoint))
            {
                return false; // it has left meanwhile
            }
            catch (IOException) when (tries < MostPreparations && worker is not null && !cluster.IsAlive(worker))
            {
                // it died meanwhile: with the next one, if there is to be one
            }
        }
    }

    /// <summary>The layers of the trial's model that a node holds.</summary>
    public int[] Holds(int endpoint) => shipment is null ? [] : cluster.Hosted(endpoint, shipment.Key);

    /// <summary>Has a node that serves hold layers.</summary>
    /// <exception cref="IOException">It died, or does not serve.</exception>
    public async Task HostAsync(int endpoint, int[] layers, CancellationToken cancellation)
    {
        PeerAddress host = cluster.Process.Serving().FirstOrDefault(peer => peer.Endpoint == endpoint)
            ?? throw new ClusterException($"{topology.Name(endpoint)} does not serve any more.");
        if (shipment is not null)
            await HostAllAsync(host, shipment, WithOthers(endpoint, layers), cancellation).ConfigureAwait(false);
    }

    /// <summary>Layers with those that a node needs besides to be able to lie as its faults have it.</summary>
    private int[] WithOthers(int endpoint, IReadOnlyList<int> layers) =>
        [.. layers, .. ByzantineLies.Others(spec.Faults, topology.Name(endpoint), layers, model.Layers)];

    private async Task HostAllAsync(PeerAddress worker, ModelShipment shipped, int[] layers, CancellationToken cancellation)
    {
        await HostAsync(worker, shipped, layers, cancellation).ConfigureAwait(false);
        if (before is not null && ByzantineLies.MayAnswer(spec.Faults, topology.Name(worker.Endpoint), ByzantineAnswer.Stale))
            await HostAsync(worker, before, layers, cancellation).ConfigureAwait(false);
    }

    /// <summary>Gives a node weights of layers that it has lost.</summary>
    /// <exception cref="IOException">It died, or does not serve.</exception>
    public async Task RestoreAsync(int endpoint, int[] layers, IReadOnlyCollection<int> gone, CancellationToken cancellation)
    {
        if (shipment is null || substitutes is null || spec.Cluster.Restore == RestoreKind.Checkpoint)
        {
            cluster.Process.Tell(endpoint, new LayersBack(layers, "")); // its worker has loaded what was trained
            return;
        }

        PeerAddress host = cluster.Process.Serving().FirstOrDefault(peer => peer.Endpoint == endpoint)
            ?? throw new ClusterException($"{topology.Name(endpoint)} does not serve any more.");
        Dictionary<int, EncoderLayer> made = layers.ToDictionary(layer => layer, layer => substitutes.Make(layer, gone));
        ModelShipment other = shipment.With($"{shipment.Key}~restored-{number}-{++restorations}", made, cluster.Blobs);
        foreach (EncoderLayer layer in made.Values)
            layer.Dispose();
        substituted[endpoint] = [.. substituted.GetValueOrDefault(endpoint) ?? [], (other, layers)];
        await SubstituteAsync(host, other, layers, cancellation).ConfigureAwait(false);
    }

    private async Task SubstituteAsync(PeerAddress worker, ModelShipment substitute, int[] layers, CancellationToken cancellation)
    {
        await HostAsync(worker, substitute, layers, cancellation).ConfigureAwait(false);
        cluster.Process.Tell(worker.Endpoint, new LayersBack(layers, substitute.Key));
    }

    /// <summary>From now on layers are hosted elsewhere: tells everybody.</summary>
    public void Move(int[] layers, int[] hosts)
    {
        lock (moving)
        {
            own.Context.Moved.Move(layers, hosts);
            cluster.Broadcast(new LayersMoved(number, layers, hosts));
        }
    }

    private async Task HostAsync(PeerAddress worker, ModelShipment shipped, int[] layers, CancellationToken cancellation)
    {
        int[] missing = cluster.NotHosted(worker.Endpoint, shipped.Key, layers);
        if (missing.Length == 0)
            return;
        await cluster.WhileAliveAsync(worker, cluster.Shipper.ShipAsync(worker.Endpoint, shipped.Blobs(missing), cancellation), cancellation,
            Timeout.InfiniteTimeSpan).ConfigureAwait(false);
        TaskCompletionSource answer = hosted[(worker.Endpoint, worker.Incarnation)] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        cluster.Process.Tell(worker.Endpoint, shipped.Host(missing));
        await cluster.WhileAliveAsync(worker, answer.Task, cancellation).ConfigureAwait(false);
        await cluster.AddHostedAsync(worker, shipped.Key, missing).ConfigureAwait(false);
    }
}

/// <summary>The coordinator's part of a model in a real cluster: when a request ends, its tensors are freed everywhere.</summary>
internal sealed class WallRequestModel(IRequestModel model, int trial, WallCluster cluster) : IRequestModel
{
    public long ActivationBytes(int images) => model.ActivationBytes(images);

    public object? Embed(int request, IReadOnlyList<int> images) => model.Embed(request, images);

    public Judgement? Judge(object? activation, IReadOnlyList<int> images) => model.Judge(activation, images);

    public Judgement? JudgeMean(IReadOnlyList<object?> activations, IReadOnlyList<int> images) => model.JudgeMean(activations, images);

    public void Release(int request)
    {
        model.Release(request);
        cluster.Broadcast(new RequestsEnded(trial, [request]));
    }
}
