using LayerShuffle.Supervision;

namespace LayerShuffle.Cluster.Tests.Processes;

/// <summary>Connections that break, hubs that go.</summary>
public sealed class LossTests : ProcessTests
{
    [Fact]
    public async Task A_broken_connection_comes_back_and_the_worker_stays()
    {
        Watched hub = Listen();
        using var proxy = new CuttableProxy(hub.Port);
        Supervise(proxy.Port);
        await hub.Hub.WaitForAsync(1, TestContext.Current.CancellationToken).WaitAsync(Patience);
        int worker = await StartAsync(hub, "node-1", 1);

        proxy.Cut();
        await hub.NextAsync<HubEvent.Disconnected>();
        hub.Hub.Nodes[0].Connected.ShouldBeFalse();
        Task<CommandResult> killed = hub.Hub.KillAsync("node-1"); // said into the gap
        Task<CommandResult> again = hub.Hub.StartWorkerAsync("node-1", 2, "");
        Lives(worker).ShouldBeTrue();
        proxy.Heal();

        (await killed.WaitAsync(Patience)).ProcessId.ShouldBe(worker);
        Expect((await again.WaitAsync(Patience)).ProcessId!.Value);
        await hub.NextAsync<HubEvent.Reconnected>();
        await hub.NextAsync<HubEvent.WorkerReady>(e => e.Incarnation == 2);
        hub.Hub.Nodes[0].Connected.ShouldBeTrue();
        hub.Seen.OfType<HubEvent.WorkerExited>().Count().ShouldBe(1);
        hub.Seen.OfType<HubEvent.Joined>().Count().ShouldBe(1);
    }

    [Fact]
    public async Task Words_said_while_it_is_cut_again_and_again_are_heard_once_each_and_in_order()
    {
        Watched hub = Listen();
        using var proxy = new CuttableProxy(hub.Port);
        Supervise(proxy.Port);
        await hub.Hub.WaitForAsync(1, TestContext.Current.CancellationToken).WaitAsync(Patience);
        int worker = await StartAsync(hub, "node-1", 1);
        var commands = new List<Task<CommandResult>>();
        for (int round = 0; round < 8; round++)
        {
            commands.AddRange([hub.Hub.StopAsync("node-1"), hub.Hub.ContinueAsync("node-1")]);
            proxy.Cut();
            commands.AddRange([hub.Hub.StopAsync("node-1"), hub.Hub.ContinueAsync("node-1")]);
            proxy.Heal();
            await commands[^1].WaitAsync(Patience);
        }

        foreach (Task<CommandResult> command in commands)
            (await command.WaitAsync(Patience)).ProcessId.ShouldBe(worker);
        await UntilAsync(() => State(worker) != 'T', "the last word was that it goes on");
        hub.Seen.OfType<HubEvent.Left>().ShouldBeEmpty();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task When_the_hub_is_gone_the_worker_is_killed_and_the_supervisor_goes(bool stopped)
    {
        (Watched hub, Supervised supervisor, int worker) = await WithWorkerAsync("", o => o with { Grace = TimeSpan.FromSeconds(1) });
        if (stopped)
            await hub.Hub.StopAsync("node-1").WaitAsync(Patience);

        await hub.DisposeAsync();

        (await supervisor.Code).ShouldBe(NodeSupervisor.LostCode);
        Lives(worker).ShouldBeFalse();
        supervisor.Said[^1].ShouldContain("Lost the coordinator at 127.0.0.1");
    }

    [Fact]
    public async Task Silence_on_an_open_connection_counts_as_gone_on_both_sides()
    {
        Watched hub = Listen(o => o with { Grace = TimeSpan.FromSeconds(1) });
        using var proxy = new CuttableProxy(hub.Port);
        Supervised supervisor = Supervise(proxy.Port);
        await hub.Hub.WaitForAsync(1, TestContext.Current.CancellationToken).WaitAsync(Patience);
        int worker = await StartAsync(hub, "node-1", 1);

        proxy.Silence();
        Task<CommandResult> command = hub.Hub.StopAsync("node-1");

        (await hub.NextAsync<HubEvent.Left>()).Reason.ShouldBe("Nothing was heard of it for 1 s.");
        (await supervisor.Code).ShouldBe(NodeSupervisor.LostCode);
        (await Should.ThrowAsync<NodeCommandException>(command.WaitAsync(Patience))).Message.ShouldContain("left before it confirmed");
        Lives(worker).ShouldBeFalse();
    }
}
