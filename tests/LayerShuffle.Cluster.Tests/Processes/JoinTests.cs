using System.Net;
using System.Net.Sockets;
using LayerShuffle.Security;
using LayerShuffle.Supervision;

namespace LayerShuffle.Cluster.Tests.Processes;

/// <summary>Who may join, and what both sides hear if not.</summary>
public sealed class JoinTests : ProcessTests
{
    [Fact]
    public async Task Nodes_join_under_their_names_and_with_what_they_have()
    {
        Watched hub = Listen(o => o with { ScenarioHash = "abc" });
        Task<NodeInfo[]> both = hub.Hub.WaitForAsync(2, TestContext.Current.CancellationToken);
        Supervise(hub.Port, o => o with { Name = "edge.a", Capabilities = Capabilities with { Gpus = ["H100"], PublicHost = "a.example", ListenPort = 9 } });
        await hub.NextAsync<HubEvent.Joined>(e => e.Node.Name == "edge.a");
        both.IsCompleted.ShouldBeFalse();
        Supervise(hub.Port, o => o with { ScenarioHash = "abc", Capabilities = Capabilities with { ListenHost = "0.0.0.0" } });

        NodeInfo[] nodes = await both.WaitAsync(Patience);

        nodes.Select(n => n.Name).ShouldBe(["edge.a", "node-1"]);
        nodes[0].Capabilities.Gpus.ShouldBe(["H100"]);
        nodes.Select(n => n.Host).ShouldBe(["a.example", "127.0.0.1"]);
        nodes.ShouldAllBe(n => n.Connected && n.Incarnation == 0 && n.Worker == null);
        hub.Hub.Nodes.Count.ShouldBe(2);
    }

    [Fact]
    public async Task The_scenarios_names_are_given_out_in_order_and_again_when_free()
    {
        Watched hub = Listen(o => o with { Names = ["left", "right"], Wanted = 2 });
        Supervised first = Supervise(hub.Port);
        await hub.NextAsync<HubEvent.Joined>(e => e.Node.Name == "left");
        Supervise(hub.Port);
        await hub.NextAsync<HubEvent.Joined>(e => e.Node.Name == "right");
        await first.Leave.CancelAsync();
        await hub.NextAsync<HubEvent.Left>(e => e.Name == "left");
        Supervise(hub.Port);

        await hub.Hub.WaitForAsync(2, TestContext.Current.CancellationToken).WaitAsync(Patience);
        hub.Hub.Nodes.Select(n => n.Name).ShouldBe(["right", "left"]);
    }

    public static TheoryData<string, string> Strange => new()
    {
        { "version", "runs version 2 and the coordinator 1" },
        { "scenario", "was started for scenario other and the coordinator runs abc" },
        { "taken", "A node named node-1 has joined already" },
        { "unknown", "The scenario has no node node-9" },
        { "name", "is no name for a node" },
        { "many", "wants 1 nodes and has them all" },
    };

    [Theory]
    [MemberData(nameof(Strange))]
    public async Task A_node_that_does_not_fit_is_refused_with_the_same_sentence_on_both_sides(string what, string sentence)
    {
        Watched hub = Listen(o => o with { ScenarioHash = "abc", Wanted = what == "many" ? 1 : 4, Names = what == "unknown" ? ["node-1"] : null });
        if (what is "taken" or "many")
            Supervise(hub.Port);
        await hub.Hub.WaitForAsync(what is "taken" or "many" ? 1 : 0, TestContext.Current.CancellationToken).WaitAsync(Patience);

        Supervised refused = Supervise(hub.Port, o => what switch
        {
            "version" => o with { Version = "2" },
            "scenario" => o with { ScenarioHash = "other" },
            "taken" => o with { Name = "node-1" },
            "unknown" => o with { Name = "node-9" },
            "name" => o with { Name = "../../etc/\u001b[31mpasswd" },
            _ => o,
        });

        (await refused.Code).ShouldBe(NodeSupervisor.RefusedCode);
        refused.All.ShouldContain(sentence);
        HubEvent.Refused told = await hub.NextAsync<HubEvent.Refused>();
        told.Reason.ShouldBe(refused.Said[^1]);
        told.Reason.ShouldNotContain('\u001b');
        hub.Hub.Nodes.Count.ShouldBe(what is "taken" or "many" ? 1 : 0);
    }

    [Theory]
    [InlineData("linux", "x64", true)]
    [InlineData("windows", "x64", true)]
    [InlineData("macos", "arm64", true)]
    [InlineData("linux", "arm64", false)]
    [InlineData("macos", "x64", false)]
    [InlineData("freebsd", "x64", false)]
    public async Task Only_platforms_with_libtorch_may_host_workers(string os, string architecture, bool may)
    {
        (NodePlatform.Refusal(os, architecture) is null).ShouldBe(may);
        Watched hub = Listen();
        Supervised node = Supervise(hub.Port, o => o with { Capabilities = Capabilities with { Os = os, Architecture = architecture } });
        if (may)
        {
            await hub.NextAsync<HubEvent.Joined>();
            return;
        }

        (await node.Code).ShouldBe(NodeSupervisor.RefusedCode);
        node.All.ShouldContain($"cannot run on {architecture} {os}");
    }

    [Fact]
    public async Task A_coordinator_that_is_not_there_is_waited_for_and_then_given_up()
    {
        using var nobody = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        nobody.Bind(new IPEndPoint(IPAddress.Loopback, 0)); // bound, not listening: the port is ours and refuses
        Supervised node = Supervise(((IPEndPoint)nobody.LocalEndPoint!).Port, o => o with { JoinPatience = TimeSpan.FromMilliseconds(300) });

        (await node.Code).ShouldBe(NodeSupervisor.LostCode);
        node.Said.Count.ShouldBe(2);
        node.Said[0].ShouldStartWith("Waiting for the coordinator");
        node.Said[0].ShouldEndWith("; this node tries for 0.3 s.");
        node.Said[1].ShouldContain("cannot be reached");
        node.Said[1].ShouldContain("This node tried for 0.3 s.");
    }

    [Fact]
    public async Task Something_else_that_listens_is_not_taken_for_a_coordinator()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        Supervised node = Supervise(((IPEndPoint)other.LocalEndpoint).Port);
        using TcpClient client = await other.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        await client.GetStream().WriteAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);

        (await node.Code).ShouldBe(NodeSupervisor.RefusedCode);
        node.All.ShouldContain("did not answer as a coordinator");
    }

    [Fact]
    public async Task Both_directions_go_through_the_given_security()
    {
        int secured = 0;
        Task<Stream> Secure(Stream stream, CancellationToken cancellation)
        {
            Interlocked.Increment(ref secured);
            return Task.FromResult(stream);
        }

        Watched hub = Listen(o => o with { Secure = Secure });
        Supervise(hub.Port, o => o with { Secure = Secure });
        await hub.NextAsync<HubEvent.Joined>();
        secured.ShouldBe(2);
    }

    [Fact]
    public async Task A_node_of_another_cluster_is_refused_and_named()
    {
        Watched hub = Listen(o => o with { Secure = (_, _) => throw new System.Security.Authentication.AuthenticationException("not our authority") });
        Supervised node = Supervise(hub.Port);

        (await node.Code).ShouldBe(NodeSupervisor.RefusedCode);
        node.All.ShouldContain("differ");
        HubEvent.Refused told = await hub.NextAsync<HubEvent.Refused>();
        told.Reason.ShouldBe("not our authority");
        told.From.ShouldStartWith("127.0.0.1:");
    }

    [Fact]
    public void Without_security_only_loopback_is_listened_on() =>
        Should.Throw<InsecureAddressException>(() =>
            Listen(o => o with { Listen = new IPEndPoint(IPAddress.Any, 0) })).Message.ShouldContain("0.0.0.0 without a cluster secret");
}
