using System.Collections.Concurrent;
using Akka.Actor;
using LayerShuffle.Actors.Guarding;
using LayerShuffle.Actors.Ports;
using LayerShuffle.Actors.Training;
using LayerShuffle.Cluster.Messages;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Wall;

/// <summary>A worker's side of one training: the layers it hosts, and links to the coordinator and the layers of others.</summary>
internal sealed class WorkerTraining
{
    private readonly ClusterProcess process;
    private readonly int self;
    private readonly IActorRef root;
    private readonly ActorGuard guard;
    private readonly TrainingDirectory directory = new();
    private readonly ConcurrentDictionary<int, IActorRef> hosted = []; // read by the data plane's threads

    public WorkerTraining(int number, int self, ClusterProcess process, Action<string> failed)
    {
        (Number, this.self, this.process) = (number, self, process);
        UndeliveredTensors.Watch(process.System);
        guard = new ActorGuard(process.System, ended => failed(ended.Message));
        IActorGuard watch = guard;
        root = process.System.ActorOf(Props.Create(() => new Root(watch)), $"training-{number}");
        guard.Watch(root, "The root of the training's actors");
        directory.EnterCoordinator(Create(TrainingLink.Props(process, number, ToTraining.Coordinator, 0)));
    }

    /// <summary>Number of the training.</summary>
    public int Number { get; }

    /// <summary>Hosts layers afresh and learns where the others are.</summary>
    public void Host(HostTraining host, Device device, int threads)
    {
        VitConfig config = VitConfig.Parse(System.Text.Encoding.UTF8.GetBytes(host.Config), "the model's configuration");
        var options = new TrainingOptions { LearningRate = host.LearningRate, WeightDecay = host.WeightDecay };
        for (int layer = 0; layer < host.Hosts.Length; layer++)
        {
            if (host.Layers.Contains(layer))
            {
                if (hosted.TryRemove(layer, out IActorRef? old))
                    End(old);
                IActorRef fresh = hosted[layer] = Create(TrainableLayerActor.Host(layer, config, options, directory, device, threads));
                guard.Watch(fresh, $"The training actor of layer {layer}");
            }
            else if (host.Hosts[layer] != self && hosted.TryRemove(layer, out IActorRef? moved))
            {
                End(moved);
            }

            directory.Replace(layer, hosted.TryGetValue(layer, out IActorRef? mine) ? mine
                : host.Hosts[layer] > 0 ? Create(TrainingLink.Props(process, Number, layer, host.Hosts[layer])) : ActorRefs.Nobody);
        }
    }

    /// <summary>Hands a message to a layer; nothing happens if it is not here.</summary>
    public void Tell(int layer, object message)
    {
        if (hosted.TryGetValue(layer, out IActorRef? actor))
            actor.Tell(message);
        else
            (message as ITensorMessage)?.Release();
    }

    /// <summary>Ends it.</summary>
    public void Stop()
    {
        guard.Dispose();
        process.System.Stop(root);
    }

    private void End(IActorRef layer)
    {
        guard.Release(layer);
        process.System.Stop(layer);
    }

    private IActorRef Create(Props props) => root.Ask<IActorRef>(props, TimeSpan.FromSeconds(30)).GetAwaiter().GetResult();

    private sealed class Root : ReceiveActor
    {
        private readonly IActorGuard guard;

        public Root(IActorGuard guard)
        {
            this.guard = guard;
            Receive<Props>(props => Sender.Tell(Context.ActorOf(props)));
        }

        protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(exception =>
        {
            guard.Failed(Sender, exception);
            return Directive.Stop; // a restarted one would have forgotten its weights
        });
    }
}
