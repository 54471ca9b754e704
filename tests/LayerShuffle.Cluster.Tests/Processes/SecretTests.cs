using System.Net;
using LayerShuffle.Security;
using LayerShuffle.Supervision;

namespace LayerShuffle.Cluster.Tests.Processes;

/// <summary>A hub and supervisors with real identities.</summary>
public sealed class SecretTests : ProcessTests
{
    [Fact]
    public async Task The_right_secret_joins_also_where_strangers_can_reach()
    {
        Watched hub = Listen(o => o with { Secure = Server("the secret of this cluster"), Listen = new IPEndPoint(IPAddress.Any, 0) });
        Supervised node = Supervise(hub.Port, o => o with { Secure = Client("the secret of this cluster") });
        (await hub.NextAsync<HubEvent.Joined>()).Node.Name.ShouldBe("node-1");
        await hub.Hub.ShutdownAsync("node-1").WaitAsync(Patience);
        (await node.Code).ShouldBe(NodeSupervisor.Done);
    }

    [Fact]
    public async Task The_wrong_secret_is_refused_and_named_on_both_sides()
    {
        Watched hub = Listen(o => o with { Secure = Server("the secret of this cluster") });
        Supervised node = Supervise(hub.Port, o => o with { Secure = Client("the secret of another cluster") });

        (await node.Code).ShouldBe(NodeSupervisor.RefusedCode);
        node.All.ShouldContain($"The coordinator at 127.0.0.1:{hub.Port} is not of this node's cluster");
        node.All.ShouldContain("it holds another secret");
        HubEvent.Refused told = await hub.NextAsync<HubEvent.Refused>();
        told.From.ShouldStartWith("127.0.0.1:");
        told.Reason.ShouldContain("another");
        hub.Hub.Nodes.ShouldBeEmpty();
    }

    [Fact]
    public async Task No_secret_is_refused_and_named_on_both_sides()
    {
        Watched hub = Listen(o => o with { Secure = Server("the secret of this cluster") });
        Supervised node = Supervise(hub.Port);

        (await node.Code).ShouldBe(NodeSupervisor.RefusedCode);
        node.All.ShouldContain("only one side uses a secret");
        (await hub.NextAsync<HubEvent.Refused>()).Reason.ShouldContain("the peer has no cluster secret");
    }

    [Fact]
    public async Task A_secret_that_only_the_node_has_is_refused_on_both_sides()
    {
        Watched hub = Listen();
        Supervised node = Supervise(hub.Port, o => o with { Secure = Client("the secret of this cluster") });

        (await node.Code).ShouldBe(NodeSupervisor.RefusedCode);
        node.All.ShouldContain("is not of this node's cluster");
        (await hub.NextAsync<HubEvent.Refused>()).From.ShouldStartWith("127.0.0.1:");
    }

    [Fact]
    public async Task A_node_without_a_secret_goes_to_no_other_machine()
    {
        Supervised node = Supervise(7400, o => o with { Host = "203.0.113.1" }); // an address that is nobody's
        (await node.Code).ShouldBe(NodeSupervisor.RefusedCode);
        node.Said.ShouldHaveSingleItem().ShouldStartWith("Refused to connect to 203.0.113.1 without a cluster secret");
    }

    private static Func<Stream, CancellationToken, Task<Stream>> Server(string secret) => Shared(secret).AuthenticateAsServerAsync;

    private static Func<Stream, CancellationToken, Task<Stream>> Client(string secret) => Shared(secret).AuthenticateAsClientAsync;

    private static SharedSecret Shared(string secret) => new(System.Text.Encoding.UTF8.GetBytes(secret)); // needed until the base class has ended hub and nodes
}
