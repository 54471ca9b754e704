using System.Collections.Concurrent;
using Akka.Actor;
using LayerShuffle.Actors.Guarding;
using LayerShuffle.Actors.Training;
using LayerShuffle.Cluster.Messages;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Wall;

/// <summary>A worker's side of one training: the layers it hosts, and links to the coordinator and the layers of others.</summary>
internal sealed class WorkerTraining
{
    private readonly ClusterProcess process;
    private readonly IActorRef root;
    private readonly ActorGuard guard;
    private readonly ConcurrentDictionary<int, IActorRef> hosted = []; // written by the root's turns, read by the data plane's threads

    public WorkerTraining(int number, int self, ClusterProcess process, Action<string> failed)
    {
        (Number, this.process) = (number, process);
        UndeliveredTensors.Watch(process.System);
        guard = new ActorGuard(process.System, ended => failed(ended.Message));
        (ActorGuard watch, ConcurrentDictionary<int, IActorRef> shared) = (guard, hosted);
        root = process.System.ActorOf(Props.Create(() => new Root(number, self, process, watch, shared)), $"training-{number}");
        guard.Watch(root, "The root of the training's actors");
    }

    /// <summary>Number of the training.</summary>
    public int Number { get; }

    /// <summary>Hosts layers afresh and learns where the others are.</summary>
    /// <param name="host">Which, and where.</param>
    /// <param name="device">Where layers compute.</param>
    /// <param name="threads">Computing threads.</param>
    /// <param name="done">Called when the actors exist, by the root's turn.</param>
    public void Host(HostTraining host, Device device, int threads, Action done) => root.Tell(new Hosting(host, device, threads, done));

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

    private sealed record Hosting(HostTraining Host, Device Device, int Threads, Action Done);

    /// <summary>The parent of the training's actors: makes them in its own turn, so that nobody waits for it.</summary>
    private sealed class Root : ReceiveActor
    {
        private readonly int number, self;
        private readonly ClusterProcess process;
        private readonly ActorGuard guard;
        private readonly ConcurrentDictionary<int, IActorRef> hosted;
        private readonly TrainingDirectory directory = new();

        public Root(int number, int self, ClusterProcess process, ActorGuard guard, ConcurrentDictionary<int, IActorRef> hosted)
        {
            (this.number, this.self, this.process, this.guard, this.hosted) = (number, self, process, guard, hosted);
            directory.EnterCoordinator(Link(ToTraining.Coordinator, 0));
            Receive<Hosting>(OnHosting);
        }

        protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(exception =>
        {
            guard.Failed(Sender, exception);
            return Directive.Stop; // a restarted one would have forgotten its weights
        });

        private void OnHosting(Hosting hosting)
        {
            try
            {
                Host(hosting);
                hosting.Done();
            }
            catch (Exception exception)
            {
                guard.Failed(Self, new InvalidOperationException($"{nameof(HostTraining)}: {exception.Message}", exception));
            }
        }

        private void Host(Hosting hosting)
        {
            HostTraining host = hosting.Host;
            VitConfig config = VitConfig.Parse(System.Text.Encoding.UTF8.GetBytes(host.Config), "the model's configuration");
            var options = new TrainingOptions { LearningRate = host.LearningRate, WeightDecay = host.WeightDecay };
            for (int layer = 0; layer < host.Hosts.Length; layer++)
            {
                if (host.Layers.Contains(layer))
                {
                    if (hosted.TryRemove(layer, out IActorRef? old))
                        End(old);
                    IActorRef fresh = hosted[layer] =
                        Context.ActorOf(TrainableLayerActor.Host(layer, config, options, directory, hosting.Device, hosting.Threads));
                    guard.Watch(fresh, $"The training actor of layer {layer}");
                }
                else if (host.Hosts[layer] != self && hosted.TryRemove(layer, out IActorRef? moved))
                {
                    End(moved);
                }

                directory.Replace(layer, hosted.TryGetValue(layer, out IActorRef? mine) ? mine
                    : host.Hosts[layer] > 0 ? Link(layer, host.Hosts[layer]) : ActorRefs.Nobody);
            }
        }

        private IActorRef Link(int layer, int endpoint) => Context.ActorOf(TrainingLink.Props(process, number, layer, endpoint));

        private void End(IActorRef layer)
        {
            guard.Release(layer);
            Context.Stop(layer);
        }
    }
}
