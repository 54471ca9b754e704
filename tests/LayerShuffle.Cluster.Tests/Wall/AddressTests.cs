using System.Net;
using LayerShuffle.Cluster.Managers;
using LayerShuffle.Cluster.Messages;
using LayerShuffle.Cluster.Tests.Addresses;
using LayerShuffle.Cluster.Tests.Security;
using LayerShuffle.Cluster.Wall;
using LayerShuffle.Core;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Security;
using LayerShuffle.Security.Addresses;

namespace LayerShuffle.Cluster.Tests.Wall;

/// <summary>Two processes meet, and prove on both planes that they reach each other, wherever they listen and whatever they are called.</summary>
public sealed class AddressTests
{
    private static readonly byte[] Secret = "a secret of at least sixteen bytes"u8.ToArray();

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1", false)]
    [InlineData("127.0.0.1", "LocalHost", false)]
    [InlineData("0.0.0.0", "127.0.0.1", true)]
    [InlineData("::1", "::1", false)]
    [InlineData("::1", "0:0::1", true)]
    [InlineData("::", "::1", true)]
    [InlineData("::", "127.0.0.1", true)]
    public async Task They_reach_each_other(string listen, string host, bool secured)
    {
        Assert.SkipUnless(!listen.Contains(':') || IPv6.IsThere, IPv6.Missing);
        byte[]? secret = secured ? Secret : null;
        var round = new TaskCompletionSource<ReachRound>();
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        ReachProber? first = null, second = null;
        await using ClusterProcess coordinator = await LoopbackProcess.StartAsync(0, null, MembershipSpec.Default, secret, Received,
            frame => first!.Heard(frame), IPAddress.Parse(listen), host);
        await using ClusterProcess node = await LoopbackProcess.StartAsync(
            1, coordinator, MembershipSpec.Default, secret, message => second!.Heard((ReachProbe)message), frame => second!.Heard(frame),
                IPAddress.Parse(listen), host);
        (first, second) = (new ReachProber(coordinator, 0), new ReachProber(node, 1));
        var up = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Akka.Cluster.Cluster.Get(node.System).RegisterOnMemberUp(() => up.TrySetResult());
        await up.Task.WaitAsync(ClusterPair.Patience, TestContext.Current.CancellationToken);
        coordinator.SetPeer(node.Address);
        node.SetPeer(coordinator.Address);

        ReachRound proof = ReachRound.Of([coordinator.Address, node.Address], null, endpoint => $"{endpoint}");
        round.SetResult(proof);
        first.Begin(new ProveReach(1, [node.Address]));
        second.Begin(new ProveReach(1, [coordinator.Address]));
        await Task.WhenAny(all.Task, Task.Delay(ClusterPair.Patience, TestContext.Current.CancellationToken));
        proof.Left.ShouldBe(0, proof.Left == 0 ? "" : proof.Describe());

        void Received(object message)
        {
            if (message is ReachProbe probe)
                first!.Heard(probe);
            else if (message is Reached reached)
                Heard(round.Task.Result, reached);
            else if (message is NotReached failed)
                round.Task.Result.NotReached(failed.From, failed.By, failed.Data, failed.Reason);
        }

        void Heard(ReachRound proven, Reached reached)
        {
            proven.Reached(reached.From, reached.By, reached.Data);
            if (proven.IsDone)
                all.TrySetResult();
        }
    }

    [Fact]
    public async Task A_port_that_is_taken_is_said_before_an_actor_system_stumbles_over_it()
    {
        using System.Net.Sockets.Socket taken = Listener.Open(new IPEndPoint(IPAddress.Loopback, 0), "a test", null, 1);
        using ClusterIdentity identity = Identities.Of("a test"u8);
        var options = new ProcessOptions
        {
            Endpoint = 0,
            Incarnation = 1,
            Token = 7,
            Listen = IPAddress.Loopback,
            Host = "127.0.0.1",
            Port = ((IPEndPoint)taken.LocalEndPoint!).Port,
            Identity = identity
        };
        (await Should.ThrowAsync<ClusterException>(() => ClusterProcess.StartAsync(options, _ => { },
            frame => frame.Dispose()))).Message.ShouldContain("for control messages");
        (await Should.ThrowAsync<ClusterException>(() => ClusterProcess.StartAsync(options with { Port = 0, DataPort = options.Port }, _ => { },
            frame => frame.Dispose()))).Message.ShouldContain("for activations");
    }

    [Fact]
    public async Task Who_cannot_be_connected_to_is_told_with_the_reason()
    {
        using System.Net.Sockets.Socket nobody = new(System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Stream,
            System.Net.Sockets.ProtocolType.Tcp);
        using ClusterIdentity identity = Identities.Of("a test"u8);
        nobody.Bind(new IPEndPoint(IPAddress.Loopback, 0)); // bound, not listening: the port is ours and refuses
        (await ReachProber.ConnectAsync("127.0.0.1", ((IPEndPoint)nobody.LocalEndPoint!).Port, identity)).ShouldNotBeNull().ShouldContain("refused");
        (await ReachProber.ConnectAsync("no-such-host.invalid", 7, identity)).ShouldNotBeNull().ShouldContain("the name no-such-host.invalid has no address");
    }
}
