using Akka.Actor;
using LayerShuffle.Cluster.Training;
using LayerShuffle.Vision;

namespace LayerShuffle.Cluster.Tests.Training;

/// <summary>Hosts that are actors: layer i lives on host i mod hosts, behind a gate that sees every message before it. A killed host takes its mailboxes along.</summary>
internal sealed class LocalTrainingCluster : ITrainingCluster
{
    private readonly ActorSystem system;
    private readonly VitConfig config;
    private readonly TrainingOptions options;
    private readonly int hosts;
    private readonly Lock gate = new();
    private readonly Dictionary<int, IActorRef> living = []; // by host

    public LocalTrainingCluster(ActorSystem system, VitConfig config, TrainingOptions options, int hosts)
    {
        (this.system, this.config, this.options, this.hosts) = (system, config, options, hosts);
        for (int host = 0; host < hosts; host++)
            Start(host);
    }

    public event Action<IReadOnlyList<int>>? LayersLost;

    public TrainingDirectory Directory { get; } = new();

    /// <summary>Asked about every message to a layer, on its thread.</summary>
    public Func<int, object, Verdict> Judge { get; set; } = (_, _) => Verdict.Deliver;

    /// <summary>Whether a host comes back.</summary>
    public Func<int, bool> ComesBack { get; set; } = _ => true;

    public int Restored { get; private set; }

    public int[] Layers(int host) => [.. Enumerable.Range(0, config.NumHiddenLayers).Where(layer => layer % hosts == host)];

    public async Task<IReadOnlyList<int>> RestoreAsync(IReadOnlyList<int> layers, CancellationToken cancellation)
    {
        List<int> back = [];
        foreach (int host in layers.Select(layer => layer % hosts).Distinct())
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
        lock (gate)
            living.TryGetValue(host, out dying);
        if (dying is null)
            return;
        system.Stop(dying);
        LayersLost?.Invoke(Layers(host));
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
            living[host] = actor;
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
            {
                IActorRef actor = Context.ActorOf(TrainableLayerActor.Host(layer, cluster.config, cluster.options, cluster.Directory, threads: 1));
                cluster.Directory.Replace(layer, Context.ActorOf(Props.Create(() => new Gate(cluster, host, layer, actor))));
            }

            ReceiveAny(_ => { });
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
