using System.Collections.Immutable;
using System.Net.Sockets;
using System.Reflection;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Cluster;
using Akka.Configuration;
using Akka.Dispatch.SysMsg;
using Akka.Remote.Transport.DotNetty;
using LayerShuffle.Actors.Messages;
using LayerShuffle.Cluster.Messages;
using LayerShuffle.Cluster.Serialization;
using LayerShuffle.Cluster.Tests.Security;
using LayerShuffle.Cluster.Tests.Wall;
using LayerShuffle.Cluster.Wall;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Time;
using LayerShuffle.Security;

namespace LayerShuffle.Cluster.Tests.Membership;

/// <summary>
/// An actor system of a stranger's, with Akka's own remoting, that goes to the control ports of a coordinator and a worker and orders them about.
/// </summary>
public sealed class ForeignClientTests
{
    private const string ClusterAssembly = "Akka.Cluster";
    private static readonly byte[] Run = "the run that is attacked"u8.ToArray();
    private static readonly MembershipSpec Patient = new(Duration.FromSeconds(5), Duration.FromSeconds(600));

    /// <summary>What the stranger proves itself by.</summary>
    public enum Proof
    {
        /// <summary>Nothing: plain TCP.</summary>
        None,

        /// <summary>A certificate of another run: all that one can make who knows the secret by which nodes join.</summary>
        OtherRun,

        /// <summary>What a worker of this very run is given: then only what is not the protocol is refused.</summary>
        ThisRun,
    }

    [Theory]
    [InlineData(Proof.None)]
    [InlineData(Proof.OtherRun)]
    [InlineData(Proof.ThisRun)]
    public async Task Nothing_that_a_strange_actor_system_says_is_obeyed(Proof proof)
    {
        await using ClusterPair pair = await ClusterPair.StartAsync(Patient, Run);
        using ClusterIdentity? identity = proof == Proof.None ? null : Identities.Of(proof == Proof.ThisRun ? Run : "another run"u8);
        using ActorSystem stranger = Start(identity);
        var answers = new System.Collections.Concurrent.ConcurrentQueue<object>();
        IActorRef ear = stranger.ActorOf(Props.Create(() => new Ear(answers)));
        try
        {
            foreach (ClusterProcess target in new[] { pair.Coordinator, pair.Node })
            {
                foreach (Action<string, IActorRef> order in Orders(stranger, target, pair, proof == Proof.ThisRun))
                    order($"{(identity is null ? "akka.tcp" : "akka.ssl.tcp")}://layershuffle@127.0.0.1:{target.Address.AkkaPort}", ear);
            }

            if (proof == Proof.ThisRun)
                await UntilAsync(() => pair.Log.Count(line => line.Contains("was refused", StringComparison.Ordinal)) >= 20,
                    "the filters have seen most of it: " + string.Join('\n', pair.Log));
            else if (proof == Proof.OtherRun)
                await UntilAsync(() => pair.Log.Any(line => line.Contains("Refused a connection to the actor system", StringComparison.Ordinal)),
                    "the door has refused it");
            for (int i = 0; i < 20; i++)
            {
                pair.Coordinator.Tell(1, new ClockProbe(0, i));
                (await pair.Message(1)).ShouldBe(new ClockProbe(0, i));
                pair.Node.Tell(0, new ClockProbed(i, 2 * i));
                (await pair.Message(0)).ShouldBe(new ClockProbed(i, 2 * i));
            }
        }
        finally
        {
            await stranger.Terminate().WaitAsync(ClusterPair.Patience); // after this, whatever it sent has arrived or never will
        }

        foreach (ClusterProcess process in new[] { pair.Coordinator, pair.Node })
        {
            process.System.WhenTerminated.IsCompleted.ShouldBeFalse();
            ClusterEvent.CurrentClusterState state = Akka.Cluster.Cluster.Get(process.System).State;
            state.Members.Select(member => (member.Address.Port, member.Status)).ShouldBe(
                new[] { ((int?)pair.Coordinator.Address.AkkaPort, MemberStatus.Up), (pair.Node.Address.AkkaPort, MemberStatus.Up) }, ignoreOrder: true);
        }

        pair.HasMessage(0).ShouldBeFalse();
        pair.HasMessage(1).ShouldBeFalse();
        answers.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_thousand_idle_connections_to_an_actor_system_keep_nobody_out()
    {
        await using ClusterPair pair = await ClusterPair.StartAsync(Patient, Run);
        Socket[] idle = [.. Enumerable.Range(0, 1000).Select(_ => new Socket(SocketType.Stream, ProtocolType.Tcp))];
        foreach (Socket socket in idle)
            await socket.ConnectAsync("127.0.0.1", pair.Coordinator.Address.AkkaPort);
        try
        {
            await using ClusterProcess late = await LoopbackProcess.StartAsync(2, pair.Coordinator, Patient, Run, _ => { }, frame => frame.Dispose());
            var up = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Akka.Cluster.Cluster.Get(late.System).RegisterOnMemberUp(() => up.TrySetResult());
            await up.Task.WaitAsync(ClusterPair.Patience);
            await UntilAsync(() => idle.Count(socket => socket.Poll(0, SelectMode.SelectRead)) >= 1000 - 256 - 10, "only so many are kept");
        }
        finally
        {
            foreach (Socket socket in idle)
                socket.Dispose();
        }
    }

    /// <summary>What it orders: more than fifteen things.</summary>
    private static IEnumerable<Action<string, IActorRef>> Orders(ActorSystem stranger, ClusterProcess target, ClusterPair pair, bool isMember)
    {
        string inbox = "/user/" + InboxActor.Name;
        Address victim = Akka.Cluster.Cluster.Get(pair.Node.System).SelfAddress;
        var self = (UniqueAddress)Akka.Cluster.Cluster.Get(stranger).SelfUniqueAddress;
        object empty = Type("Gossip").GetField("Empty", BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)!.GetValue(null)!;
        foreach (string path in new[] { inbox, "/user", "/system/cluster", "/system/cluster/core/daemon", "/system" })
        {
            foreach (object message in new object[] { PoisonPill.Instance, Kill.Instance, new Identify(1), "a string", 7, Stop() })
                yield return (to, ear) => stranger.ActorSelection(to + path).Tell(message, ear);
            yield return (to, _) => Ref(to + path).SendSystemMessage(new Terminate());
            yield return (to, ear) => Ref(to + path).SendSystemMessage(new Suspend());
            yield return (to, ear) => Ref(to + path).SendSystemMessage(new Watch(Ref(to + path), (IInternalActorRef)ear));
            yield return (to, ear) => Ref(to + path).Tell(PoisonPill.Instance, ear);
        }

        yield return (to, ear) => stranger.ActorSelection(to + "/user/*").Tell(PoisonPill.Instance, ear);
        foreach (object message in new[]
        {
            New("ClusterUserAction+Down", victim), New("ClusterUserAction+Leave", victim), New("InternalClusterAction+Welcome", self, empty),
                New("GossipEnvelope", self, Akka.Cluster.Cluster.Get(target.System).SelfUniqueAddress, empty, null!),
        })
        {
            yield return (to, ear) => stranger.ActorSelection(to + "/system/cluster/core/daemon").Tell(message, ear);
        }

        yield return (to, ear) => stranger.ActorOf(Props.Create(() => new Ear(new())).WithDeploy(new Deploy(new RemoteScope(Address.Parse(to)))));
        if (isMember)
            yield break; // what follows is the protocol's own
        yield return (to, ear) => stranger.ActorSelection(to + "/system/cluster/core/daemon")
            .Tell(New("InternalClusterAction+Join", self, ImmutableHashSet<string>.Empty, Akka.Util.AppVersion.Zero), ear);
        yield return (to, ear) => stranger.ActorSelection(to + inbox).Tell(new ClockProbe(0, 99), ear);
        yield return (to, ear) => stranger.ActorSelection(to + inbox).Tell(new CrashNode(), ear);

        IInternalActorRef Ref(string path) => (IInternalActorRef)((ExtendedActorSystem)stranger).Provider.ResolveActorRef(path);

        static object Stop() => new Status.Failure(new InvalidOperationException("stop"));
    }

    private static Type Type(string name) => System.Type.GetType($"Akka.Cluster.{name}, {ClusterAssembly}", throwOnError: true)!;

    private static object New(string name, params object[] arguments) => Activator.CreateInstance(
        Type(name), BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.CreateInstance, null, arguments, null)!;

    private static ActorSystem Start(ClusterIdentity? identity)
    {
        Config config = ConfigurationFactory.ParseString($$"""
            akka {
              actor.provider = cluster
              stdout-loglevel = OFF
              loglevel = OFF
              coordinated-shutdown.run-by-clr-shutdown-hook = off
              remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0, enable-ssl = {{(identity is null ? "off" : "on")}} }
            }
            """).WithFallback(ClusterSerialization.Config());
        ActorSystemSetup setup = BootstrapSetup.Create().WithConfig(config.WithFallback(ConfigurationFactory.Default())).And(identity is null
            ? new EmptySetup()
            : new DotNettySslSetup(identity.Certificate, suppressValidation: true));
        return ActorSystem.Create("layershuffle", setup);
    }

    private static async Task UntilAsync(Func<bool> holds, string what)
    {
        for (long began = TimeProvider.System.GetTimestamp(); !holds(); await Task.Delay(20))
            TimeProvider.System.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromSeconds(30), what);
    }

    private sealed class EmptySetup : Setup;

    private sealed class Ear : ReceiveActor
    {
        public Ear(System.Collections.Concurrent.ConcurrentQueue<object> heard)
        {
            Receive<ActorIdentity>(identity => identity.Subject is null, _ => { }); // its own system's, for what could not be sent
            ReceiveAny(heard.Enqueue);
        }
    }
}
