using System.Diagnostics;
using LayerShuffle.Supervision;

namespace LayerShuffle.Cluster.Tests.Processes;

/// <summary>What supervisors do with real processes.</summary>
public sealed class WorkerTests : ProcessTests
{
    [Fact]
    public async Task A_worker_says_where_it_listens_and_its_words_go_to_hub_and_log()
    {
        using var folder = new TemporaryFolder();
        (Watched hub, _, int worker) = await WithWorkerAsync("chatty", null, o => o with { LogDirectory = folder.Path });

        HubEvent.WorkerReady ready = await hub.NextAsync<HubEvent.WorkerReady>();
        ready.Address.ShouldBe(new WorkerAddress("127.0.0.1", 1001, 2001));
        ready.Elapsed.ShouldBeGreaterThan(TimeSpan.Zero);
        hub.Hub.Nodes[0].Worker.ShouldBe(ready.Address);
        hub.Hub.Nodes[0].Incarnation.ShouldBe(1);
        (await hub.NextAsync<HubEvent.LogLine>()).ShouldBe(new HubEvent.LogLine("node-1", "before it is ready"));
        await hub.Hub.KillAsync("node-1").WaitAsync(Patience);
        File.ReadAllLines(Path.Combine(folder.Path, "node-1.log")).ShouldBe(
            [$"-- incarnation 1, process {worker}", "before it is ready", "-- incarnation 1 ended: signal 9 (kill), as asked"]);
    }

    [Fact]
    public async Task A_kill_is_confirmed_when_the_process_is_gone_and_the_next_incarnation_can_start()
    {
        (Watched hub, _, int first) = await WithWorkerAsync();

        CommandResult killed = await hub.Hub.KillAsync("node-1").WaitAsync(Patience);

        Lives(first).ShouldBeFalse();
        killed.ProcessId.ShouldBe(first);
        killed.Elapsed.ShouldBeGreaterThan(TimeSpan.Zero);
        HubEvent.WorkerExited exited = await hub.NextAsync<HubEvent.WorkerExited>();
        exited.Asked.ShouldBeTrue();
        exited.Exit.Signal.ShouldBe(9);
        exited.LastLines.ShouldBeEmpty();
        hub.Hub.Nodes[0].Worker.ShouldBeNull();
        int second = await StartAsync(hub, "node-1", 2);
        second.ShouldNotBe(first);
        hub.Hub.Nodes[0].Worker!.AkkaPort.ShouldBe(1002);
    }

    [Fact]
    public async Task A_worker_that_dies_by_itself_is_reported_with_its_last_lines_and_not_restarted()
    {
        (Watched hub, Supervised supervisor, _) = await WithWorkerAsync("crash");

        HubEvent.WorkerExited exited = await hub.NextAsync<HubEvent.WorkerExited>();

        exited.Asked.ShouldBeFalse();
        exited.Exit.ShouldBe(new ProcessExit(7));
        exited.LastLines.Count.ShouldBe(50);
        exited.LastLines[^1].ShouldBe("line 60 \uFFFD[31m", "control characters are for nobody's terminal");
        supervisor.All.ShouldContain("ended by itself: exit code 7");
        await StartAsync(hub, "node-1", 2);
    }

    [Fact]
    public async Task A_foreign_kill_is_not_taken_for_an_asked_one()
    {
        (Watched hub, _, int worker) = await WithWorkerAsync();
        Process.GetProcessById(worker).Kill();
        HubEvent.WorkerExited exited = await hub.NextAsync<HubEvent.WorkerExited>();
        (exited.Asked, exited.Exit.Signal).ShouldBe((false, 9));
    }

    [Fact]
    public async Task A_stopped_worker_stands_still_until_it_is_continued()
    {
        (Watched hub, _, int worker) = await WithWorkerAsync();
        State(worker).ShouldNotBe('T');

        (await hub.Hub.StopAsync("node-1").WaitAsync(Patience)).ProcessId.ShouldBe(worker);
        await UntilAsync(() => State(worker) == 'T', "it is stopped");
        await hub.Hub.ContinueAsync("node-1").WaitAsync(Patience);
        await UntilAsync(() => State(worker) != 'T', "it goes on");

        await hub.Hub.StopAsync("node-1").WaitAsync(Patience);
        await hub.Hub.KillAsync("node-1").WaitAsync(Patience);
        Lives(worker).ShouldBeFalse();
        (await hub.NextAsync<HubEvent.WorkerExited>()).Asked.ShouldBeTrue();
    }

    [Fact]
    public async Task Commands_that_cannot_be_carried_out_are_answered_with_sentences()
    {
        (Watched hub, _, _) = await WithWorkerAsync();

        (await Should.ThrowAsync<NodeCommandException>(hub.Hub.StartWorkerAsync("node-1", 2, ""))).Message.ShouldContain("incarnation 1) still runs");
        await hub.Hub.KillAsync("node-1").WaitAsync(Patience);
        (await hub.Hub.KillAsync("node-1").WaitAsync(Patience)).ProcessId.ShouldBeNull("there is nothing to kill");
        (await Should.ThrowAsync<NodeCommandException>(hub.Hub.StopAsync("node-1"))).Message.ShouldContain("no running worker");
        Should.Throw<NodeCommandException>(() => { _ = hub.Hub.KillAsync("node-7"); }).Message.ShouldContain("no node node-7");
        Should.Throw<ArgumentException>(() =>
        {
            _ =
            hub.Hub.StartWorkerAsync("node-1", 2, new string('x', HubCodec.LongestMessage));
        }).Message.ShouldContain("longer than");
        await StartAsync(hub, "node-1", 3);
    }

    [Fact]
    public async Task A_program_that_cannot_be_started_is_a_sentence()
    {
        Watched hub = Listen();
        Supervise(hub.Port, null, new MissingProgram());
        await hub.Hub.WaitForAsync(1, TestContext.Current.CancellationToken).WaitAsync(Patience);
        (await Should.ThrowAsync<NodeCommandException>(hub.Hub.StartWorkerAsync("node-1", 1, ""))).Message.ShouldContain("cannot be started");
    }

    [Fact]
    public async Task Long_settings_arrive_whole()
    {
        string settings = "echo" + string.Concat(Enumerable.Repeat("{\"é\":1}\n", 5000));
        (Watched hub, _, _) = await WithWorkerAsync(settings);
        (await hub.NextAsync<HubEvent.LogLine>()).Text.ShouldBe($"{settings.Length}");
    }

    [Theory]
    [InlineData("")]
    [InlineData("deaf")]
    [InlineData("stopped")]
    public async Task A_shutdown_ends_worker_and_supervisor(string kind)
    {
        (Watched hub, Supervised supervisor, int worker) = await WithWorkerAsync(kind, null,
            o => o with { EndPatience = TimeSpan.FromMilliseconds(kind == "deaf" ? 200 : 20_000) });
        if (kind == "stopped")
            await hub.Hub.StopAsync("node-1").WaitAsync(Patience);

        await hub.Hub.ShutdownAsync("node-1").WaitAsync(Patience);

        Lives(worker).ShouldBeFalse();
        (await supervisor.Code).ShouldBe(NodeSupervisor.Done);
        HubEvent.WorkerExited exited = await hub.NextAsync<HubEvent.WorkerExited>();
        (exited.Asked, exited.Exit.Signal).ShouldBe((true, kind == "" ? null : 9));
        (await hub.NextAsync<HubEvent.Left>()).Reason.ShouldBe("It was told to end.");
        hub.Hub.Nodes.ShouldBeEmpty();
    }

    [Fact]
    public async Task All_are_shut_down_and_nobody_is_let_in_any_more()
    {
        (Watched hub, Supervised first, int worker) = await WithWorkerAsync();
        Supervised second = Supervise(hub.Port);
        await hub.Hub.WaitForAsync(2, TestContext.Current.CancellationToken).WaitAsync(Patience);

        (await hub.Hub.ShutdownAllAsync().WaitAsync(Patience)).ShouldBeEmpty();

        Lives(worker).ShouldBeFalse();
        (await first.Code).ShouldBe(NodeSupervisor.Done);
        (await second.Code).ShouldBe(NodeSupervisor.Done);
        Supervised late = Supervise(hub.Port);
        (await late.Code).ShouldBe(NodeSupervisor.RefusedCode);
        late.All.ShouldContain("run is over");
    }

    [Fact]
    public async Task Ctrl_C_on_a_supervisor_asks_for_leave_and_gets_it()
    {
        (Watched hub, Supervised supervisor, int worker) = await WithWorkerAsync("", null, o => o with { LeavePatience = Patience });
        await supervisor.Leave.CancelAsync();
        await hub.NextAsync<HubEvent.Leaving>();
        Lives(worker).ShouldBeTrue("it waits for the coordinator, which may have layers to hand over");

        await hub.Hub.ShutdownAsync("node-1").WaitAsync(Patience);

        (await supervisor.Code).ShouldBe(NodeSupervisor.Done);
        Lives(worker).ShouldBeFalse();
    }

    [Fact]
    public async Task Ctrl_C_without_an_answer_ends_it_all_the_same()
    {
        (Watched hub, Supervised supervisor, int worker) = await WithWorkerAsync("", null, o => o with { LeavePatience = TimeSpan.FromMilliseconds(50) });
        await supervisor.Leave.CancelAsync();
        (await supervisor.Code).ShouldBe(NodeSupervisor.InterruptedCode);
        Lives(worker).ShouldBeFalse();
        (await hub.NextAsync<HubEvent.Left>()).Reason.ShouldBe("Its user ended this node.");
    }

    [Fact]
    public async Task Ctrl_C_twice_ends_it_without_the_coordinators_leave()
    {
        (Watched hub, Supervised supervisor, int worker) = await WithWorkerAsync("", null, o => o with { LeavePatience = Timeout.InfiniteTimeSpan });
        await supervisor.Leave.CancelAsync();
        await hub.NextAsync<HubEvent.Leaving>();
        supervisor.Said[^1].ShouldContain("Ctrl-C once more ends this node at once");
        await supervisor.Now.CancelAsync();
        (await supervisor.Code).ShouldBe(NodeSupervisor.InterruptedCode);
        Lives(worker).ShouldBeFalse();
        (await hub.NextAsync<HubEvent.Left>()).Reason.ShouldBe("Its user ended this node.");
    }

    private sealed class MissingProgram : IWorkerLauncher
    {
        public ProcessStartInfo Command(WorkerStart start) => new("/nowhere/worker");
    }
}
