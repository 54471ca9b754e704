using LayerShuffle.Supervision;

namespace LayerShuffle.Cluster.Tests.Processes;

/// <summary>Nodes that come again under their name before the hub has given the former up.</summary>
public sealed class TakeoverTests : ProcessTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_closed_connection_frees_the_name_at_once(bool named)
    {
        Watched hub = Listen(o => o with { Wanted = 1, Grace = TimeSpan.FromMinutes(10) });
        using var proxy = new CuttableProxy(hub.Port);
        Supervised former = Supervise(proxy.Port);
        await hub.Hub.WaitForAsync(1, TestContext.Current.CancellationToken).WaitAsync(Patience);
        int worker = await StartAsync(hub, "node-1", 1);
        proxy.Cut();
        await hub.NextAsync<HubEvent.Disconnected>();

        Supervise(hub.Port, o => o with { Name = named ? "node-1" : null });

        HubEvent.Left left = await hub.NextAsync<HubEvent.Left>();
        (left.Name, left.Reason).ShouldBe(("node-1", "Nothing was heard of it any more, and a node from 127.0.0.1 has taken its place."));
        await StartAsync(hub, "node-1", 1);
        hub.Seen.Where(e => e is HubEvent.Joined or HubEvent.Left).Select(e => e.GetType().Name).ShouldBe(["Joined", "Left", "Joined"]);
        hub.Hub.Nodes.Count.ShouldBe(1);
        proxy.Heal();
        (await former.Code).ShouldBe(NodeSupervisor.LostCode, "the former was only cut off: it is told that it has been given up");
        await GoneAsync(worker);
    }

    [Fact]
    public async Task A_connection_that_is_open_and_silent_is_taken_over()
    {
        Watched hub = Listen(o => o with { Wanted = 1, Grace = TimeSpan.FromMinutes(10) });
        using var proxy = new CuttableProxy(hub.Port);
        Supervise(proxy.Port, o => o with { Name = "edge" });
        await hub.NextAsync<HubEvent.Joined>();
        proxy.Silence();

        Supervise(hub.Port, o => o with { Name = "edge" });

        (await hub.NextAsync<HubEvent.Left>()).Name.ShouldBe("edge");
        (await hub.NextAsync<HubEvent.Joined>(e => e.Node.From.Port != 0 && e.Node.Connected)).Node.Name.ShouldBe("edge");
        hub.Seen.OfType<HubEvent.Disconnected>().ShouldBeEmpty("nobody closed it");
        proxy.Cut(); // the former ends with the test
    }

    [Fact]
    public async Task A_node_that_lives_keeps_its_name_and_its_place()
    {
        Watched hub = Listen(o => o with { Wanted = 1 });
        Supervise(hub.Port, o => o with { Name = "edge" });
        await hub.NextAsync<HubEvent.Joined>();
        Supervised second = Supervise(hub.Port, o => o with { Name = "edge" }), third = Supervise(hub.Port);
        (await second.Code).ShouldBe(NodeSupervisor.RefusedCode);
        (await third.Code).ShouldBe(NodeSupervisor.RefusedCode);
        second.All.ShouldContain("has joined already and answers");
        hub.Seen.OfType<HubEvent.Left>().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_node_that_may_not_stay_is_told_why_and_ends_as_refused()
    {
        (Watched hub, Supervised node, int worker) = await WithWorkerAsync();
        await hub.Hub.RefuseAsync("node-1", "node-1 (10.0.0.7:4101) cannot be reached.", TestContext.Current.CancellationToken).WaitAsync(Patience);
        (await node.Code).ShouldBe(NodeSupervisor.RefusedCode);
        node.Said[^1].ShouldBe("The coordinator refused this node: node-1 (10.0.0.7:4101) cannot be reached.");
        Lives(worker).ShouldBeFalse();
    }
}
