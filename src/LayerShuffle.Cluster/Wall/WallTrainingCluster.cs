using System.Collections.Concurrent;
using System.Text;
using Akka.Actor;
using LayerShuffle.Actors.Faults;
using LayerShuffle.Actors.Guarding;
using LayerShuffle.Actors.Ports;
using LayerShuffle.Actors.Training;
using LayerShuffle.Actors.Trials;
using LayerShuffle.Cluster.Messages;
using LayerShuffle.Core;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Faults;
using LayerShuffle.Transport.Wire;

namespace LayerShuffle.Cluster.Wall;

/// <summary>
/// Training's view of a cluster of processes: layers are placed as in trials; a layer whose worker dies comes back with the worker's next incarnation, or stays
/// away where workers are not started again; a node that leaves or joins takes part in the layers between two steps.
/// </summary>
public sealed class WallTrainingCluster : ITrainingCluster, IAsyncDisposable
{
    private const int MostStarts = 5; // of one worker before the first step
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly WallCluster cluster;
    private readonly int number;
    private readonly string config;
    private readonly TrainingOptions options;
    private readonly bool comesBack, rehost;
    private readonly Lock gate = new();
    private readonly ClusterSpec spec;
    private readonly TrainingNodes struck;
    private IActorRef faults = ActorRefs.Nobody;
    private readonly int[] hosts; // endpoint of each layer, 0 for nobody
    private readonly ConcurrentDictionary<(int Endpoint, int Incarnation), TaskCompletionSource> hosted = [];
    private readonly Dictionary<int, int> newest = []; // the incarnation of each endpoint that was last asked to host anything
    private readonly ActorGuard guard;
    private readonly IActorRef links;
    private readonly SortedSet<int> lost = []; // layers whose host died since they were hosted
    private readonly SortedSet<int> bare = []; // layers whose weights a fault has taken along with their host
    private Action<IReadOnlyList<int>>? lostHandlers;
    private Action<Exception>? failedHandlers;
    private Exception? failed;
    private bool over;

    /// <summary>A training on a cluster; <see cref="StartAsync"/> hosts its layers.</summary>
    /// <param name="cluster">The cluster; one training or trial at a time.</param>
    /// <param name="number">Number of the training, never used twice on a cluster.</param>
    /// <param name="model">The model's shape.</param>
    /// <param name="options">How it is trained.</param>
    /// <param name="spec">Where layers are placed.</param>
    /// <param name="comesBack">Whether lost workers are started again.</param>
    /// <exception cref="PlacementException">The layers do not fit into the nodes' memory.</exception>
    public WallTrainingCluster(WallCluster cluster, int number, VitConfig model, TrainingOptions options, ClusterSpec spec, bool comesBack)
    {
        (this.cluster, this.number, this.options, this.spec, this.comesBack, rehost) =
            (cluster, number, options, spec, comesBack, spec.Recovery == RecoveryKind.Rehost);
        struck = new TrainingNodes(cluster, rehost && comesBack, Fail);
        config = Encoding.UTF8.GetString(model.ToJson());
        (nodes, layerBytes, Placement) = (spec.Nodes, Rehosting.TrainingCost * model.LayerBytes, Place(spec, model));
        hosts = [.. Enumerable.Range(0, model.NumHiddenLayers).Select(layer => Placement.Copies(layer)[0])];
        home = [.. hosts];
        UndeliveredTensors.Watch(cluster.Process.System);
        guard = new ActorGuard(cluster.Process.System, Fail);
        IActorGuard watch = guard;
        links = cluster.Process.System.ActorOf(Props.Create(() => new Links(watch)), $"training-links-{number}");
        guard.Watch(links, "The actor of the training's links");
        cluster.Received = OnMessage;
        cluster.Framed = OnFrame;
        cluster.HandOver = HandOverAsync;
        cluster.Died += OnDied;
        cluster.Failed += OnFailed;
    }

    /// <inheritdoc/>
    /// <remarks>Who subscribes is told of what was lost before.</remarks>
    public event Action<IReadOnlyList<int>>? LayersLost
    {
        add
        {
            lock (gate)
            {
                lostHandlers += value;
                if (lost.Count > 0)
                    value?.Invoke([.. lost]);
            }
        }

        remove
        {
            lock (gate)
                lostHandlers -= value;
        }
    }

    /// <inheritdoc/>
    public event Action<Exception>? Failed
    {
        add
        {
            Exception? before;
            lock (gate)
            {
                failedHandlers += value;
                before = failed;
            }

            if (before is not null)
                value?.Invoke(before);
        }

        remove
        {
            lock (gate)
                failedHandlers -= value;
        }
    }

    /// <inheritdoc/>
    public TrainingDirectory Directory { get; } = new();

    /// <inheritdoc/>
    public Core.Faults.LayerRestoration? Restoration => spec.Restore == RestoreKind.Checkpoint ? null
        : new(spec, Placement, layerBytes, (_, _) => Core.Links.LinkConditions.Perfect);

    /// <summary>Told, on any thread, of a node whose worker is about to be taken down by a fault, or has ended: its layers, and the fault or blank.</summary>
    public Action<string, IReadOnlyList<int>, string> NodeDown { get; init; } = (_, _, _) => { };

    /// <inheritdoc/>
    public IReadOnlyList<int> TakeWithoutWeights(IReadOnlyList<int> layers)
    {
        lock (gate)
        {
            int[] taken = [.. layers.Where(bare.Contains)];
            bare.ExceptWith(taken);
            return taken;
        }
    }

    /// <summary>Has every worker host its layers.</summary>
    /// <exception cref="IOException">A worker does not come up.</exception>
    public async Task StartAsync(CancellationToken cancellation)
    {
        PlaceAbsent();
        int[] used = [.. hosts.Distinct().Order()];
        await Task.WhenAll(used.Select(endpoint => BringUpAsync(endpoint, cancellation))).ConfigureAwait(false);
        for (int layer = 0; layer < hosts.Length; layer++)
            Directory.Replace(layer, await LinkAsync(layer, hosts[layer]).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<int>> RestoreAsync(IReadOnlyList<int> layers, CancellationToken cancellation)
    {
        List<int> back = [];
        foreach (int endpoint in layers.Select(layer => hosts[layer]).Distinct().Order())
        {
            int[] gone = LayersOf(endpoint);
            if (cluster.Process.IncarnationOf(endpoint) is not null)
                await cluster.KillAsync(endpoint).ConfigureAwait(false); // it is there, but its layers do not answer
            if (!comesBack || struck.IsHeldDown(endpoint) || cluster.IsAway(endpoint))
            {
                if (rehost)
                    back.AddRange(await RehostAsync(endpoint, gone, cancellation).ConfigureAwait(false));
                continue;
            }

            try
            {
                await HostAsync(await cluster.EnsureAsync(endpoint, cancellation).ConfigureAwait(false), gone, cancellation).ConfigureAwait(false);
                await IntroduceAsync(endpoint, cancellation).ConfigureAwait(false);
                foreach (int layer in gone)
                    Directory.Replace(layer, await LinkAsync(layer, endpoint).ConfigureAwait(false));
                back.AddRange(gone);
            }
            catch (IOException)
            {
                // it died again while it came up: the trainer asks once more
            }
        }

        lock (gate)
            return [.. back.Where(layer => !lost.Contains(layer))];
    }

    /// <summary>
    /// Lets the scenario's faults strike during the training: crashes, with what they ask for about restarts, and pauses. Those of links do not reach the
    /// frames of a training.
    /// </summary>
    /// <param name="timeline">Crashes and pauses, from the beginning of the training.</param>
    /// <param name="log">Told of each.</param>
    public void Schedule(IEnumerable<FaultEvent> timeline, Action<string> log)
    {
        var clock = new WallClock(cluster.Process.Timer);
        clock.Begin(cluster.Process.Timer.Now);
        Topology topology = Topology.Of(spec);
        Props striking = FaultActor.Props(new FaultSetting
        {
            Timeline = timeline,
            Clock = clock,
            Nodes = struck,
            Health = new NodeHealth(spec),
            Ledger = new Ledger(topology, () => clock.Now, asked: true,
                row => log($"{(row.Fault.Length > 0 ? $"Fault {row.Fault}: " : "")}{row.Target} {row.Effect}"))
            {
                Taking = OnTaken,
            },
        });
        faults = struck.Listener = cluster.Process.System.ActorOf(
            TrialActor.Props(new TrialMember("faults", striking, "The actor of the training's faults"), guard), $"training-{number}-faults");
        faults.Tell(StartFaults.Instance);
    }

    /// <summary>Lets go of the cluster.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!faults.IsNobody())
        {
            try
            {
                await faults.Ask<FaultsEnded>(EndFaults.Instance, TimeSpan.FromSeconds(10)).ConfigureAwait(false);
            }
            catch (AskTimeoutException)
            {
                // what is being done to a node takes longer than it may
            }
        }

        struck.Dispose();
        cluster.Died -= OnDied;
        cluster.Failed -= OnFailed;
        guard.Dispose();
        cluster.HandOver = _ => Task.CompletedTask;
        lock (gate)
            over = true;
        EndLeaves();
        cluster.Received = _ => { };
        cluster.Framed = frame => frame.Dispose();
        cluster.Process.System.Stop(faults);
        cluster.Process.System.Stop(links);
    }

    private int[] LayersOf(int endpoint) => [.. Enumerable.Range(0, hosts.Length).Where(layer => hosts[layer] == endpoint)];

    private async Task BringUpAsync(int endpoint, CancellationToken cancellation)
    {
        for (int tries = 1; ; tries++)
        {
            try
            {
                await HostAsync(await cluster.EnsureAsync(endpoint, cancellation).ConfigureAwait(false), LayersOf(endpoint), cancellation)
                    .ConfigureAwait(false);
                return;
            }
            catch (IOException) when (comesBack && tries < MostStarts && cluster.Process.IncarnationOf(endpoint) is null && !cluster.IsAway(endpoint))
            {
                // it died meanwhile: with the next one
            }
            catch (IOException) when (cluster.IsAway(endpoint))
            {
                OnDied(endpoint, 0, false, "away"); // it has left meanwhile: the trainer has its layers hosted by others
                return;
            }
        }
    }

    /// <summary>Has survivors host a dead node's layers, and tells the others where they are.</summary>
    private async Task<IReadOnlyList<int>> RehostAsync(int dead, int[] gone, CancellationToken cancellation)
    {
        PeerAddress[] survivors = Candidates(dead);
        if (survivors.Length == 0)
            return [];
        gone = Assign(gone, survivors);
        try
        {
            foreach (PeerAddress survivor in survivors)
                await HostAsync(survivor, [.. gone.Where(layer => hosts[layer] == survivor.Endpoint)], cancellation).ConfigureAwait(false);
        }
        catch (IOException)
        {
            return []; // one of them died meanwhile: the trainer asks once more
        }

        await TellAllAsync([.. hosts], cancellation).ConfigureAwait(false); // also those that take none because they are about to leave
        foreach (int layer in gone)
            Directory.Replace(layer, await LinkAsync(layer, hosts[layer]).ConfigureAwait(false));
        return gone;
    }

    /// <summary>
    /// Waits until the others know where an endpoint is now. Frames overtake control messages: one that reached a survivor before the news would be dropped
    /// there, and its step would wait for nothing.
    /// </summary>
    private Task IntroduceAsync(int endpoint, CancellationToken cancellation) =>
        TellAllAsync([.. hosts.Where(host => host != endpoint)], cancellation);

    private async Task HostAsync(PeerAddress worker, int[] layers, CancellationToken cancellation, int[]? next = null)
    {
        lock (gate)
        {
            newest[worker.Endpoint] = worker.Incarnation;
            if (next is null)
                lost.ExceptWith(layers);
        }

        await cluster.ServeAsync(worker).ConfigureAwait(false);
        TaskCompletionSource answer = hosted[(worker.Endpoint, worker.Incarnation)] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        cluster.Process.Tell(worker.Endpoint,
            new HostTraining(number, config, options.LearningRate, options.WeightDecay, layers, next ?? hosts, cluster.Process.Serving()));
        await cluster.WhileAliveAsync(worker, answer.Task, cancellation).ConfigureAwait(false);
    }

    private Task<IActorRef> LinkAsync(int layer, int endpoint) => links.Ask<IActorRef>(TrainingLink.Props(cluster.Process, number, layer, endpoint), Patience);

    private void OnDied(int endpoint, int incarnation, bool asked, string how)
    {
        lock (gate)
        {
            if (incarnation > 0 && incarnation < newest.GetValueOrDefault(endpoint))
                return; // its layers are with its successor
            int[] gone = LayersOf(endpoint);
            if (leaving.Remove(endpoint, out TaskCompletionSource? waiting))
                waiting.TrySetResult();
            EndLeaves();
            lost.UnionWith(gone);
            if (!over)
                NodeDown(cluster.Names[endpoint - 1], gone, "");
            if (gone.Length > 0)
                lostHandlers?.Invoke(gone);
        }
    }

    /// <summary>A fault is about to take a node down.</summary>
    private void OnTaken(int endpoint, FaultSpec fault)
    {
        lock (gate)
        {
            int[] layers = LayersOf(endpoint);
            if (fault.LosesWeights && spec.Restore != RestoreKind.Checkpoint)
                bare.UnionWith(layers);
            NodeDown(cluster.Names[endpoint - 1], layers, fault.Name);
        }
    }

    private void OnFailed(string reason) => Fail(new ClusterException(reason));

    private void Fail(Exception exception)
    {
        Action<Exception>? handlers;
        lock (gate)
        {
            failed ??= exception as ClusterException ?? new ClusterException(exception.Message, exception);
            handlers = failedHandlers;
        }

        handlers?.Invoke(failed);
    }

    private void OnMessage(object message)
    {
        switch (message)
        {
            case ToTraining to when to.Training == number && to.Layer == ToTraining.Coordinator:
                Directory.Coordinator.Tell(to.Message);
                break;
            case TrainingHosted here when here.Training == number && hosted.TryGetValue((here.Endpoint, here.Incarnation), out TaskCompletionSource? waiting):
                waiting.TrySetResult();
                break;
        }
    }

    private void OnFrame(IncomingFrame frame)
    {
        using (frame)
        {
            if (!TrainingLink.Carries(frame.Kind))
                return;
            (int training, int layer, object message) = TrainingLink.Read(frame);
            if (training == number && layer == ToTraining.Coordinator)
                Directory.Coordinator.Tell(message);
            else
                (message as ITensorMessage)?.Release();
        }
    }

    private sealed class Links : ReceiveActor
    {
        private readonly IActorGuard guard;

        public Links(IActorGuard guard)
        {
            this.guard = guard;
            Receive<Props>(props => Sender.Tell(Context.ActorOf(props)));
        }

        protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(exception =>
        {
            guard.Failed(Sender, exception);
            return Directive.Stop;
        });
    }

    private readonly int[] home; // the endpoint that each layer belongs to
    private readonly SortedDictionary<int, TaskCompletionSource> leaving = []; // by endpoint; done when nothing is hosted there any more
    private readonly HashSet<PeerAddress> silent = []; // workers that were to take layers and did not answer

    /// <inheritdoc/>
    public IReadOnlyList<int> LayersToMove
    {
        get
        {
            lock (gate)
                return [.. Enumerable.Range(0, hosts.Length).Where(layer => MayGoHome(layer) || IsLeaving(hosts[layer]))];
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<LayerMove>> MoveAsync(IReadOnlyList<int> layers, int stepsDone, CancellationToken cancellation)
    {
        int[] before = [.. hosts], next = [.. hosts];
        List<(int Endpoint, int[] Layers)> stuck = [];
        lock (gate)
        {
            int[] homeward = [.. layers.Where(MayGoHome)];
            foreach (int layer in homeward)
                hosts[layer] = home[layer];
            foreach (IGrouping<int, int> share in layers.Except(homeward).Where(layer => IsLeaving(before[layer])).GroupBy(layer => before[layer]))
            {
                int[] placed = Assign([.. share], Candidates(share.Key));
                if (share.Except(placed).ToArray() is { Length: > 0 } left)
                    stuck.Add((share.Key, left));
            }

            hosts.CopyTo(next, 0);
            before.CopyTo(hosts, 0); // who dies from now on loses what it has at present
        }

        List<int> moved = [];
        foreach (IGrouping<int, int> share in layers.Where(layer => next[layer] != before[layer]).GroupBy(layer => next[layer]).OrderBy(group => group.Key))
            moved.AddRange(await HostMovedAsync(share.Key, [.. share], next, cancellation).ConfigureAwait(false));
        if (!next.SequenceEqual(before))
        {
            await TellAllAsync([.. before, .. next], cancellation).ConfigureAwait(false); // also of what did not come about
            foreach (int layer in moved)
                Directory.Replace(layer, await LinkAsync(layer, hosts[layer]).ConfigureAwait(false));
        }

        EndLeaves(stuck);
        return [.. moved.Order().Select(layer => new LayerMove(layer, cluster.Names[before[layer] - 1], cluster.Names[hosts[layer] - 1], stepsDone))];
    }

    /// <summary>A node wants to leave: its layers move to others when the present step is over.</summary>
    /// <returns>Done when nobody needs the node any more.</returns>
    private Task HandOverAsync(int endpoint)
    {
        lock (gate)
        {
            int[] layers = LayersOf(endpoint);
            if (layers.Length == 0 || over)
                return Task.CompletedTask;
            if (!leaving.TryGetValue(endpoint, out TaskCompletionSource? waiting))
                leaving[endpoint] = waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);
            EndLeaves();
            if (!waiting.Task.IsCompleted)
                cluster.Log($"Layers {string.Join(", ", layers)} of {cluster.Names[endpoint - 1]} move to other nodes when the present step is over.");
            return waiting.Task;
        }
    }

    /// <summary>Whether a layer is elsewhere than where it belongs, though the node is there. Under the lock.</summary>
    private bool MayGoHome(int layer) =>
        hosts[layer] != home[layer] && cluster.AddressOf(home[layer]) is { } back && !silent.Contains(back) && !leaving.ContainsKey(home[layer])
            && !struck.IsHeldDown(home[layer]);

    /// <summary>Whether a node waits for others to take its layers. Under the lock.</summary>
    private bool IsLeaving(int endpoint) => leaving.TryGetValue(endpoint, out TaskCompletionSource? waiting) && !waiting.Task.IsCompleted;

    /// <summary>Who may host the layers of an endpoint that is gone, or about to go.</summary>
    private PeerAddress[] Candidates(int gone)
    {
        lock (gate)
            return [.. cluster.Process.Serving()
                .Where(peer => peer.Endpoint > 0 && peer.Endpoint != gone && !leaving.ContainsKey(peer.Endpoint) && !silent.Contains(peer))];
    }

    /// <summary>Has a worker host layers that others host until then.</summary>
    /// <returns>The layers; none if it died.</returns>
    private async Task<int[]> HostMovedAsync(int endpoint, int[] layers, int[] next, CancellationToken cancellation)
    {
        if (cluster.AddressOf(endpoint) is not { } worker)
            return [];
        try
        {
            await HostAsync(worker, layers, cancellation, next).ConfigureAwait(false);
        }
        catch (IOException exception)
        {
            cluster.Log($"Layers {string.Join(", ", layers)} stay where they are: {exception.Message}");
            lock (gate)
                silent.Add(worker);
            return [];
        }

        lock (gate)
        {
            if (cluster.AddressOf(endpoint) != worker)
                return []; // it has just died, and nothing of it was told
            int[] alive = [.. layers.Where(layer => !lost.Contains(layer))]; // the others' former host died meanwhile: they are restored
            foreach (int layer in alive)
                hosts[layer] = endpoint;
            return alive;
        }
    }

    /// <summary>Waits until some workers know where every layer is; one that dies meanwhile is not waited for.</summary>
    private Task TellAllAsync(int[] involved, CancellationToken cancellation) =>
        Task.WhenAll(cluster.Process.Serving().Where(peer => peer.Endpoint > 0 && involved.Contains(peer.Endpoint)).Select(async peer =>
        {
            try
            {
                await HostAsync(peer, [], cancellation).ConfigureAwait(false);
            }
            catch (IOException)
            {
                // it died: its layers are lost, and the trainer is told of that
            }
        }));

    /// <summary>Has others host the layers of nodes that have not joined yet.</summary>
    private void PlaceAbsent()
    {
        PeerAddress[] present = [.. cluster.Process.Serving().Where(peer => peer.Endpoint > 0 && !cluster.IsAway(peer.Endpoint))];
        int[] homeless = [.. Enumerable.Range(0, hosts.Length).Where(layer => cluster.IsAway(hosts[layer]))];
        foreach (int layer in Assign(homeless, present)) // the others are lost until their node joins
            cluster.Log($"{cluster.Names[home[layer] - 1]} is not there: layer {layer} is on {cluster.Names[hosts[layer] - 1]}.");
    }

    /// <summary>Lets go those that nothing is asked of any more, and those whose layers nobody can take. All of them when the training is over.</summary>
    private void EndLeaves(IReadOnlyList<(int Endpoint, int[] Layers)>? stuck = null)
    {
        lock (gate)
        {
            foreach ((int endpoint, int[] layers) in stuck ?? [])
                leaving.GetValueOrDefault(endpoint)?.TrySetException(new IOException($"no other node has room for {string.Join(", ", layers)}."));
            foreach ((int endpoint, TaskCompletionSource done) in leaving)
            {
                if (over || LayersOf(endpoint).Length == 0)
                    done.TrySetResult();
                else if (Candidates(endpoint).Length == 0)
                    done.TrySetException(new IOException("there is no other node to take them."));
            }
        }
    }

    private readonly IReadOnlyList<NodeSpec> nodes;
    private readonly long layerBytes; // of a layer in training
    private readonly HashSet<int> homeless = []; // layers of which it has been said that they fit nowhere

    /// <summary>Where the layers are at the beginning.</summary>
    public Placement Placement { get; }

    /// <summary>Told in a sentence of layers that no survivor has room for.</summary>
    public Action<string> Say { get; init; } = _ => { };

    private static Placement Place(ClusterSpec spec, VitConfig model)
    {
        try
        {
            return Placement.Compute(spec with { Placement = spec.Placement.FirstCopies(spec.Nodes) }, model.NumHiddenLayers, 1,
                Rehosting.TrainingCost * model.LayerBytes);
        }
        catch (PlacementException exception)
        {
            throw new PlacementException($"{exception.Problem} (training takes {Rehosting.TrainingCost} times a layer's weights)", exception.Remedy);
        }
    }

    /// <summary>Chooses new hosts for layers by capacity, as far as there is room.</summary>
    /// <returns>The layers that have one now; the others keep the host that is gone.</returns>
    private int[] Assign(int[] layers, PeerAddress[] survivors)
    {
        RehostingPlan plan = Rehosting.Choose(
            layers, [.. survivors.Where(peer => peer.Endpoint <= nodes.Count)
                .Select(peer => new Survivor(peer.Endpoint, nodes[peer.Endpoint - 1].Share, nodes[peer.Endpoint - 1].MemoryBytes, LayersOf(peer.Endpoint)))],
            layerBytes);
        foreach ((int layer, int host) in plan.Moves)
        {
            hosts[layer] = host;
            homeless.Remove(layer);
        }

        foreach (int layer in plan.Orphans.Where(homeless.Add)) // asked for again and again, said once
            Say($"Not rehosted: layer {layer} ({DataSize.Text(layerBytes)} in training) fits on no survivor.");
        return [.. plan.Moves.Select(move => move.Layer)];
    }
}
