using System.Collections.Concurrent;
using System.Text;
using Akka.Actor;
using LayerShuffle.Actors.Faults;
using LayerShuffle.Actors.Guarding;
using LayerShuffle.Actors.Ports;
using LayerShuffle.Actors.Training;
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
public sealed partial class WallTrainingCluster : ITrainingCluster, IAsyncDisposable
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
    /// <param name="timeline">The faults, from the beginning of the training.</param>
    /// <param name="log">Told of each.</param>
    public void Schedule(IReadOnlyList<FaultEvent> timeline, Action<string> log)
    {
        var clock = new WallClock(cluster.Process.Timer);
        clock.Begin(cluster.Process.Timer.Now);
        Topology topology = Topology.Of(spec);
        Props striking = FaultActor.Props(new FaultSetting
        {
            Timeline = [.. timeline.Where(strike => strike.Fault is CrashFault or PauseFault)],
            Clock = clock,
            Nodes = struck,
            Health = new NodeHealth(spec),
            Ledger = new Ledger(topology, () => clock.Now, asked: true,
                row => log($"{(row.Fault.Length > 0 ? $"Fault {row.Fault}: " : "")}{row.Target} {row.Effect}")),
        });
        IActorGuard watch = guard;
        faults = struck.Listener = cluster.Process.System.ActorOf(Props.Create(() => new WallTrialRoot(striking, "The actor of the training's faults", watch)),
            $"training-{number}-faults");
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
            if (gone.Length > 0)
                lostHandlers?.Invoke(gone);
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
}
