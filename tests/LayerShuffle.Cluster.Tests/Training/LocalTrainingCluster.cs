using System.Collections.Concurrent;
using Akka.Actor;
using LayerShuffle.Actors.Training;
using LayerShuffle.Core.Clusters;

namespace LayerShuffle.Cluster.Tests.Training;

/// <summary>
/// Hosts that are actors: layer i lives on host i mod hosts until it moves, behind a gate that sees every message before it. A killed host takes its mailboxes
/// along.
/// </summary>
internal sealed class LocalTrainingCluster : ITrainingCluster
{
    private readonly ActorSystem system;
    private readonly VitConfig config;
    private readonly TrainingOptions options;
    private readonly int[] hostOf; // by layer
    private readonly Lock gate = new();
    private readonly Dictionary<int, IActorRef> living = []; // by host; those that were killed too, until they are restored
    private readonly HashSet<int> dead = [];

    public LocalTrainingCluster(ActorSystem system, VitConfig config, TrainingOptions options, int hosts)
    {
        (this.system, this.config, this.options) = (system, config, options);
        hostOf = [.. Enumerable.Range(0, config.NumHiddenLayers).Select(layer => layer % hosts)];
        for (int host = 0; host < hosts; host++)
            Start(host);
    }

    public event Action<IReadOnlyList<int>>? LayersLost;

    public event Action<Exception>? Failed;

    public TrainingDirectory Directory { get; } = new();

    /// <summary>Asked about every message to a layer, on its thread.</summary>
    public Func<int, object, Verdict> Judge { get; set; } = (_, _) => Verdict.Deliver;

    /// <summary>Whether a host comes back.</summary>
    public Func<int, bool> ComesBack { get; set; } = _ => true;

    public int Restored { get; private set; }

    /// <summary>What layers get whose host is killed: its end takes their weights along; null: those of the checkpoint.</summary>
    public RestoreKind? Restore { get; set; }

    public Core.Faults.LayerRestoration? Restoration => Restore is not { } kind ? null : new(
        new ClusterSpec([new NodeSpec("all", ComputeTimeSpec.Zero, 1, null)], PlacementSpec.RoundRobin) { Restore = kind },
        Placement.Compute(new ClusterSpec([new NodeSpec("all", ComputeTimeSpec.Zero, 1, null)], PlacementSpec.RoundRobin), config.NumHiddenLayers, 1), null,
        (_, _) => Core.Links.LinkConditions.Perfect);

    public IReadOnlyList<int> TakeWithoutWeights(IReadOnlyList<int> layers) => Restore is null ? [] : layers;

    /// <summary>The cluster as a whole cannot go on.</summary>
    public void Fail(Exception reason) => Failed?.Invoke(reason);

    /// <summary>Where layers are to move at the next step boundary: host by layer.</summary>
    public ConcurrentDictionary<int, int> Wanted { get; } = [];

    /// <summary>Called when a layer's new host has made an actor for it, before it counts as there.</summary>
    public Action<int> Moving { get; set; } = _ => { };

    public IReadOnlyList<int> LayersToMove => [.. Wanted.Keys.Order()];

    public int[] Layers(int host)
    {
        lock (gate)
            return [.. hostOf.Index().Where(layer => layer.Item == host).Select(layer => layer.Index)];
    }

    public async Task<IReadOnlyList<LayerMove>> MoveAsync(IReadOnlyList<int> layers, int stepsDone, CancellationToken cancellation)
    {
        List<LayerMove> moves = [];
        foreach (int layer in layers)
        {
            Wanted.TryRemove(layer, out int target).ShouldBeTrue();
            IActorRef? to;
            lock (gate)
                to = dead.Contains(target) ? null : living[target];
            if (to is null)
                continue;
            IActorRef fresh = await to.Ask<IActorRef>(layer, TimeSpan.FromMinutes(1), cancellation);
            Moving(layer);
            int from;
            lock (gate)
            {
                from = hostOf[layer];
                if (dead.Contains(target) || dead.Contains(from))
                    continue; // one of them has died: who was told of its end was told of what it had until now
                hostOf[layer] = target;
            }

            Directory.Replace(layer, fresh);
            moves.Add(new LayerMove(layer, $"host {from}", $"host {target}", stepsDone));
        }

        return moves;
    }

    public async Task<IReadOnlyList<int>> RestoreAsync(IReadOnlyList<int> layers, CancellationToken cancellation)
    {
        List<int> back = [];
        foreach (int host in layers.Select(layer => hostOf[layer]).Distinct())
        {
            IActorRef? old;
            lock (gate)
                living.Remove(host, out old);
            if (old is not null)
                await old.GracefulStop(TimeSpan.FromMinutes(1));
            if (!ComesBack(host))
                continue;
            Start(host);
            Restored++;
            back.AddRange(Layers(host));
        }

        return back;
    }

    public void Kill(int host)
    {
        IActorRef? dying;
        int[] gone;
        lock (gate)
        {
            living.TryGetValue(host, out dying);
            dead.Add(host);
            gone = Layers(host);
        }

        if (dying is null)
            return;
        system.Stop(dying);
        LayersLost?.Invoke(gone);
    }

    public async Task StopAsync()
    {
        foreach (IActorRef host in living.Values)
            await host.GracefulStop(TimeSpan.FromMinutes(1));
        await UndeliveredTensors.Watch(system).Listener.Ask<ActorIdentity>(new Identify(null), TimeSpan.FromMinutes(1)); // its mailbox is empty now
    }

    private void Start(int host)
    {
        IActorRef actor = system.ActorOf(Props.Create(() => new Host(this, host)));
        actor.Ask<ActorIdentity>(new Identify(null), TimeSpan.FromMinutes(1)).GetAwaiter().GetResult();
        lock (gate)
        {
            living[host] = actor;
            dead.Remove(host);
        }
    }

    public enum Verdict
    {
        Deliver,
        Swallow,
        KillBefore,
        KillInstead,
        KillAfter,
    }

    private sealed class Host : ReceiveActor
    {
        public Host(LocalTrainingCluster cluster, int host)
        {
            foreach (int layer in cluster.Layers(host))
                cluster.Directory.Replace(layer, Make(layer));
            Receive<int>(layer => Sender.Tell(Make(layer)));
            ReceiveAny(_ => { });

            IActorRef Make(int layer)
            {
                IActorRef actor = Context.ActorOf(TrainableLayerActor.Host(layer, cluster.config, cluster.options, cluster.Directory, threads: 1));
                return Context.ActorOf(Props.Create(() => new Gate(cluster, host, layer, actor)));
            }
        }

        protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);
    }

    private sealed class Gate : ReceiveActor
    {
        public Gate(LocalTrainingCluster cluster, int host, int layer, IActorRef actor) => ReceiveAny(message =>
        {
            Verdict verdict = cluster.Judge(layer, message);
            if (verdict is Verdict.KillBefore or Verdict.KillInstead)
                cluster.Kill(host);
            if (verdict is Verdict.Swallow or Verdict.KillInstead)
                (message as ITensorMessage)?.Release();
            else
                actor.Forward(message);
            if (verdict == Verdict.KillAfter)
                cluster.Kill(host);
        });
    }
}
