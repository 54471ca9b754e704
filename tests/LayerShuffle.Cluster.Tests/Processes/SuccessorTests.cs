using System.Diagnostics;
using LayerShuffle.Supervision;

namespace LayerShuffle.Cluster.Tests.Processes;

/// <summary>What is said of a supervisor is not taken as said of the next one of its name.</summary>
public sealed class SuccessorTests : ProcessTests
{
    [Fact]
    public async Task The_end_of_a_supervisor_that_was_given_up_does_not_expel_its_successor()
    {
        Watched hub = Listen(o => o with { Version = "stand-in", Grace = TimeSpan.FromSeconds(3) });
        await using LocalSupervisors local = await LocalSupervisors.StartAsync(
            new LocalSupervisorsOptions
            {
                Names = ["node-1"],
                Command = arguments => new ProcessStartInfo(StandIn, arguments),
                EndPatience = TimeSpan.FromMilliseconds(50)
            }, hub.Hub);
        await hub.NextAsync<HubEvent.Joined>();
        int former = local.ProcessIds["node-1"], worker = await StartAsync(hub, "node-1", 1);
        Expect(former);
        Signal("-STOP", former);
        (await hub.NextAsync<HubEvent.Left>()).ShouldBe(new HubEvent.Left("node-1", "Nothing was heard of it for 3 s.", 1, 1));

        await local.RestartAsync("node-1").WaitAsync(Patience);

        Lives(former).ShouldBeFalse("its end is known before its successor is started");
        await GoneAsync(worker);
        await hub.NextAsync<HubEvent.Joined>(joined => joined.Node.Session == 2);
        Expect(local.ProcessIds["node-1"]);
        await StartAsync(hub, "node-1", 2);
        hub.Hub.Nodes.ShouldHaveSingleItem().Session.ShouldBe(2);
        hub.Seen.OfType<HubEvent.Left>().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task The_end_of_a_supervisor_names_the_last_worker_that_was_its_own()
    {
        Watched hub = Listen();
        Supervised first = Supervise(hub.Port, o => o with { Name = "node-1" });
        await hub.NextAsync<HubEvent.Joined>();
        await StartAsync(hub, "node-1", 1);
        await first.Leave.CancelAsync();
        (await hub.NextAsync<HubEvent.Left>()).Incarnation.ShouldBe(1);
        await first.Code;
        Supervised second = Supervise(hub.Port, o => o with { Name = "node-1" });
        await hub.NextAsync<HubEvent.Joined>(joined => joined.Node.Session == 2);
        await second.Leave.CancelAsync();
        await hub.NextAsync<HubEvent.Left>(left => left.Incarnation == 0); // it had started none: nobody's worker dies with it
    }

    [Fact]
    public async Task A_leave_that_is_granted_late_does_not_end_the_successor()
    {
        Watched hub = Listen();
        Supervised first = Supervise(hub.Port, o => o with { Name = "node-1", LeavePatience = TimeSpan.Zero });
        await hub.NextAsync<HubEvent.Joined>();
        await first.Leave.CancelAsync();
        HubEvent.Leaving leaving = await hub.NextAsync<HubEvent.Leaving>();
        await first.Code;
        await hub.NextAsync<HubEvent.Left>();
        Supervise(hub.Port, o => o with { Name = "node-1" });
        await hub.NextAsync<HubEvent.Joined>(joined => joined.Node.Session == 2);

        (await Should.ThrowAsync<NodeCommandException>(async () => await hub.Hub.ShutdownAsync(leaving.Name, leaving.Session))).Message.ShouldBe(
            "There is no node node-1 in the cluster any more that this was meant for.");
        await Should.ThrowAsync<NodeCommandException>(async () => await hub.Hub.RefuseAsync(leaving.Name, leaving.Session, "It cannot be reached."));

        hub.Hub.Nodes.ShouldHaveSingleItem().Session.ShouldBe(2);
        await StartAsync(hub, "node-1", 1);
    }

    [Fact]
    public async Task A_supervisor_that_ends_before_it_has_joined_is_told()
    {
        Watched hub = Listen(o => o with { Version = "another" }); // it is refused
        var told = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using LocalSupervisors local = await LocalSupervisors.StartAsync(
            new LocalSupervisorsOptions { Names = ["node-1"], Command = arguments => new ProcessStartInfo(StandIn, arguments), NeverJoined = told.SetResult },
                hub.Hub);
        int process = local.ProcessIds["node-1"];
        (await told.Task.WaitAsync(Patience, TestContext.Current.CancellationToken))
            .ShouldBe($"The supervisor of node-1 (process {process}) ended: exit code 2. It had not joined yet.");
    }

    [Fact]
    public async Task A_worker_that_is_told_to_end_has_its_node_ask_for_leave()
    {
        (Watched hub, Supervised supervisor, int worker) = await WithWorkerAsync("polite", null, o => o with { LeavePatience = Patience });
        Signal("-TERM", worker);
        (await hub.NextAsync<HubEvent.Leaving>()).Session.ShouldBe(1);
        Lives(worker).ShouldBeTrue("it waits until others have what it hosts");
        supervisor.All.ShouldContain("The worker of node-1 was told to end (SIGTERM): this node leaves.");

        await hub.Hub.ShutdownAsync("node-1", 1).WaitAsync(Patience);

        (await supervisor.Code).ShouldBe(NodeSupervisor.Done);
        Lives(worker).ShouldBeFalse();
        (await hub.NextAsync<HubEvent.WorkerExited>()).Exit.Code.ShouldBe(0);
    }

    private static void Signal(string signal, int process)
    {
        using Process kill = Process.Start("kill", [signal, $"{process}"]);
        kill.WaitForExit();
        kill.ExitCode.ShouldBe(0);
    }
}
