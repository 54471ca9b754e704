using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using LayerShuffle.Actors.Messages;
using LayerShuffle.Cluster.Serialization;
using LayerShuffle.Core.Routing;
using AkkaCluster = Akka.Cluster.Cluster;

namespace LayerShuffle.Cluster.Tests.Serialization;

public class SerializerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly Config Garbling = ConfigurationFactory.ParseString($$"""
        akka.actor {
          serializers.layershuffle = "{{typeof(GarblingSerializer).AssemblyQualifiedName}}"
          serialization-bindings { "{{typeof(Garbled).AssemblyQualifiedName}}" = layershuffle }
        }
        """);

    private static readonly Config Clustered = ClusterSerialization.Config().WithFallback(ConfigurationFactory.ParseString("""
        akka {
          loggers = []
          stdout-loglevel = OFF
          loglevel = OFF
          actor.provider = cluster
          remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
          coordinated-shutdown.run-by-clr-shutdown-hook = off
          cluster { gossip-interval = 100ms, leader-actions-interval = 100ms, seed-node-timeout = 1s }
        }
        """));

    [Fact]
    public async Task Every_message_is_bound_to_the_serializer_and_nothing_else_travels()
    {
        using ActorSystem system = ActorSystem.Create("one", Clustered);
        Akka.Serialization.Serialization serialization = system.Serialization;
        foreach (MessageCodec codec in MessageCodecs.Control)
            serialization.FindSerializerForType(codec.MessageType).ShouldBeOfType<ClusterMessageSerializer>();
        var hop = new HopMessage(new Journey { Request = 1, Images = 1, Route = [], Deadline = default }, 0, 0); // the data plane's
        foreach (object unbound in new object[] { new Unbound("x"), hop, new List<int>() })
            Should.Throw<SerializationException>(() => serialization.Serialize(unbound)).Message.ShouldContain(unbound.GetType().Name);
        // Neither JSON nor a remote deployment that names types can come in.
        Should.Throw<SerializationException>(() => serialization.Deserialize("{}"u8.ToArray(), 1, typeof(Unbound)));
        Should.Throw<SerializationException>(() => serialization.Deserialize([], 3, typeof(Unbound)));
        Should.Throw<SerializationException>(() => serialization.Deserialize([], ClusterMessageSerializer.WireIdentifier + 1, typeof(Unbound)));
        await system.Terminate().WaitAsync(Patience);
    }

    [Fact]
    public async Task Unknown_manifests_and_garbage_are_refused_by_name()
    {
        using ActorSystem system = ActorSystem.Create("one", Clustered);
        string Refusal(string manifest, params byte[] bytes) =>
            Should.Throw<SerializationException>(() => system.Serialization.Deserialize(bytes, ClusterMessageSerializer.WireIdentifier, manifest)).Message;
        Refusal("System.Diagnostics.Process, System", 1).ShouldContain("'System.Diagnostics.Process, System'");
        Refusal("hop-ack", 1, 2, 3).ShouldContain("hop-ack");
        await system.Terminate().WaitAsync(Patience);
    }

    [Fact]
    public async Task Two_systems_form_a_cluster_and_talk_while_what_is_unbound_and_garbled_stays_out()
    {
        using ActorSystem here = ActorSystem.Create("cluster", Garbling.WithFallback(Clustered)), there = ActorSystem.Create("cluster", Clustered);
        var received = new TaskCompletionSource<List<object>>(TaskCreationOptions.RunContinuationsAsynchronously);
        there.ActorOf(Props.Create(() => new Listener(received)), "listener");
        var up = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        AkkaCluster.Get(here).Join(AkkaCluster.Get(here).SelfAddress);
        AkkaCluster.Get(there).RegisterOnMemberUp(() => up.TrySetResult());
        AkkaCluster.Get(there).Join(AkkaCluster.Get(here).SelfAddress);
        await up.Task.WaitAsync(Patience);

        ActorSelection listener = here.ActorSelection(new RootActorPath(AkkaCluster.Get(there).SelfAddress) / "user" / "listener");
        IActorRef target = await listener.ResolveOne(Patience);
        var ack = new HopAcknowledged(new HopId(1, 2, 3), 4, 0, 0, 1, 1);
        target.Tell(ack);
        target.Tell(new Unbound("stays here"));
        target.Tell(new Garbled("hop-ack"));
        target.Tell(new Garbled("System.Object"));
        target.Tell(CrashNode.Instance);
        target.Tell(new SubmitRequest(7));
        (await received.Task.WaitAsync(Patience)).ShouldBe([ack, CrashNode.Instance, new SubmitRequest(7)]);
        await Task.WhenAll(here.Terminate(), there.Terminate()).WaitAsync(Patience);
    }

    private sealed record Unbound(string Text);

    private sealed class Listener : ReceiveActor
    {
        public Listener(TaskCompletionSource<List<object>> received)
        {
            List<object> all = [];
            ReceiveAny(message =>
            {
                all.Add(message);
                if (message is SubmitRequest)
                    received.TrySetResult(all);
            });
        }
    }
}
