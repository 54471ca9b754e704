using Akka.Actor;
using LayerShuffle.Actors.Messages;
using LayerShuffle.Cluster.Managers;
using LayerShuffle.Cluster.Membership;
using LayerShuffle.Cluster.Messages;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Time;
using LayerShuffle.Simulation;
using LayerShuffle.Supervision;

namespace LayerShuffle.Cluster.Tests.Managers;

/// <summary>Every race between nodes that was ever mended, on the virtual kernel: the same managers as over real processes.</summary>
public sealed class RaceTests : IDisposable
{
    private readonly VirtualActorSystem world = new();

    public void Dispose() => world.Dispose();

    [Fact]
    public void A_node_goes_from_absent_to_serving_and_back()
    {
        SimulatedCluster cluster = Of();
        List<NodePhase> phases = [];
        Look();
        cluster.Join(1);
        Step(0.003);
        Answer wanted = cluster.Ask(new EnsureWorker(1));
        Step(0.003);
        PeerAddress worker = cluster.Wait<PeerAddress>(wanted);
        Look();
        cluster.Wait<Carried>(cluster.Ask(new ServeWorker(worker)));
        Look();
        cluster.Wait<Carried>(cluster.Ask(new PauseWorker(1)));
        Look();
        cluster.Wait<Carried>(cluster.Ask(new ContinueWorker(1)));
        Look();
        cluster.AskToLeave(1);
        Step(0.003);
        cluster.Run(1);
        Look();

        phases.ShouldBe([NodePhase.Absent, NodePhase.Dead, NodePhase.Starting, NodePhase.Held, NodePhase.Serving, NodePhase.Paused, NodePhase.Serving,
            NodePhase.Leaving, NodePhase.Absent]);
        cluster.Told.ShouldBe(["leaves 1", "died 1/1 asked"]);

        void Look() => phases.Add(cluster.Board[1].Phase);

        void Step(double seconds)
        {
            cluster.Run(seconds);
            Look();
        }
    }

    [Fact]
    public void A_worker_that_dies_while_it_starts_is_started_again_three_times_in_all()
    {
        SimulatedCluster cluster = Of(manners: m => m.Fates = Then(Fate.DiesEarly, Fate.DiesGreeting, Fate.Up, Fate.DiesEarly, Fate.DiesEarly, Fate.DiesEarly));
        cluster.Join(1);
        cluster.Wait<PeerAddress>(cluster.Ask(new EnsureWorker(1))).Incarnation.ShouldBe(3);
        cluster.Lines.Count(line => line.EndsWith("It is started again.", StringComparison.Ordinal)).ShouldBe(2);
        cluster.Told.ShouldBe(["died 1/1", "died 1/2"], "who asked for it sees to it that it comes up: it was not respawned");

        cluster.Wait<WorkerKilled>(cluster.Ask(new KillWorker(1)));
        Answer never = cluster.Ask(new EnsureWorker(1));
        cluster.Run(10);
        never.Problem.ShouldBe("The worker of node-1 ended before it was ready: signal 11 (segmentation fault). Its last words: last words");
        cluster.Board[1].ShouldSatisfyAllConditions(view => view.Phase.ShouldBe(NodePhase.Dead), view => view.Incarnation.ShouldBe(6));
    }

    [Fact]
    public void A_worker_that_lacks_something_is_not_started_again()
    {
        SimulatedCluster cluster = Of(manners: m => m.Fates = Then(Fate.Lacks));
        cluster.Join(1);
        Answer never = cluster.Ask(new EnsureWorker(1));
        cluster.Run(10);
        never.Problem.ShouldBe("The worker of node-1 cannot start: last words");
        cluster.Board[1].Incarnation.ShouldBe(1);
    }

    [Theory]
    [InlineData(10)]  // before it listens
    [InlineData(60)]  // before its hello is sent
    [InlineData(80)]  // while its hello is on its way
    public void A_worker_that_is_killed_while_it_starts_stays_dead_and_who_waits_for_it_hears(int milliseconds)
    {
        SimulatedCluster cluster = Of();
        cluster.Join(1);
        Answer wanted = cluster.Ask(new EnsureWorker(1));
        cluster.Run(milliseconds / 1000.0);
        Answer killed = cluster.Ask(new KillWorker(1)), next = cluster.Ask(new EnsureWorker(1));
        cluster.Run(1);

        wanted.Problem.ShouldStartWith("The worker of node-1 ended before it was ready");
        killed.Of<WorkerKilled>().Incarnation.ShouldBe(1);
        next.Of<PeerAddress>().Incarnation.ShouldBe(2, "who asks after the kill wants the next one");
        cluster.Told.ShouldBe(["died 1/1 asked"]);
        cluster.Lines.ShouldNotContain(line => line.Contains("again", StringComparison.Ordinal));
    }

    [Fact]
    public void A_worker_that_dies_by_itself_while_it_is_killed_is_not_started_behind_the_killers_back()
    {
        SimulatedCluster cluster = Of();
        cluster.Begin();
        cluster.Die(1);
        Answer killed = cluster.Ask(new KillWorker(1));
        cluster.Run(5);
        killed.Of<WorkerKilled>().Incarnation.ShouldBe(1);
        cluster.Board[1].Phase.ShouldBe(NodePhase.Dead);
        cluster.Told.ShouldBe(["died 1/1"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_hello_that_comes_after_the_death_brings_nobody_back(bool respawn)
    {
        SimulatedCluster cluster = Of(s => s with { Respawn = respawn }, m =>
        {
            m.Fates = Then(Fate.DiesGreeting);
            m.Hello = () => Duration.FromMilliseconds(300); // its last words are heard long after its end
        });
        cluster.Join(1);
        Answer wanted = cluster.Ask(new EnsureWorker(1));
        cluster.Run(0.4);
        (cluster.Board[1].Phase, cluster.Board[1].Address).ShouldBe((respawn ? NodePhase.Starting : NodePhase.Dead, null));
        cluster.Run(5);
        if (respawn)
            wanted.Of<PeerAddress>().Incarnation.ShouldBe(2);
        else
            wanted.Problem.ShouldNotBeNull();
        cluster.Serving.ShouldBeEmpty();
    }

    [Fact]
    public void The_dead_do_not_serve_however_late_they_are_asked_to()
    {
        SimulatedCluster cluster = Of(s => s with { Respawn = false });
        cluster.Begin();
        PeerAddress first = cluster.Serving[1];
        cluster.Die(1);
        cluster.Run(1);
        cluster.AskNow(new ServeWorker(first)).Problem.ShouldBe("The worker of node-1 (incarnation 1) died.");
        cluster.Wait<PeerAddress>(cluster.Ask(new EnsureWorker(1)));
        cluster.AskNow(new ServeWorker(first)).Problem.ShouldNotBeNull();
        cluster.Serving.Keys.ShouldBe([2, 3]);
    }

    [Fact]
    public void A_death_is_told_last()
    {
        SimulatedCluster cluster = Of();
        cluster.Begin();
        cluster.Sent.Clear();
        List<string> order = [];
        cluster.Ask(new AwaitEnd(cluster.Serving[1]), _ => order.Add(State("waited for")));
        cluster.Ask(new KillWorker(1), _ => order.Add(State("killed")));
        cluster.Run(1); // SimulatedCluster itself looks when it is told of the death
        order.ShouldBe(["killed: gone, told to 2, 3", "waited for: gone, told to 2, 3"]);

        string State(string what) => $"{what}: {(cluster.Serving.ContainsKey(1) || cluster.Board[1].Address is not null ? "there" : "gone")}, told to "
            + string.Join(", ", cluster.Sent.Where(sent => sent.Message is PeerDown { Endpoint: 1, Incarnation: 1 }).Select(sent => sent.Endpoint));
    }

    [Fact]
    public void A_kill_that_is_confirmed_before_its_news_is_not_over_before_them()
    {
        SimulatedCluster cluster = Of(manners: m => m.Event = () => Duration.FromMilliseconds(500));
        cluster.Begin();
        Answer killed = cluster.Ask(new KillWorker(1));
        cluster.Run(0.3); // the supervisor has confirmed
        (killed.IsHere, cluster.Serving.ContainsKey(1)).ShouldBe((false, true), "until its news it would pass for a living one");
        Answer wanted = cluster.Ask(new EnsureWorker(1));
        wanted.IsHere.ShouldBeFalse("the one that is being killed is not given to anybody");
        cluster.Run(5);
        killed.IsHere.ShouldBeTrue();
        wanted.Of<PeerAddress>().Incarnation.ShouldBe(2);
    }

    [Fact]
    public void A_killer_does_not_wait_for_ever_for_a_supervisor_that_says_nothing()
    {
        SimulatedCluster cluster = Of();
        cluster.Begin();
        cluster.Manners.Order = () => Duration.FromSeconds(3600);
        Answer killed = cluster.Ask(new KillWorker(1)), wanted = cluster.Ask(new EnsureWorker(1));
        cluster.Run(16);
        killed.IsHere.ShouldBeTrue();
        wanted.Of<PeerAddress>().Incarnation.ShouldBe(1, "nobody knows of its death");
    }

    [Fact]
    public void Only_a_newer_worker_that_serves_counts_as_back()
    {
        SimulatedCluster cluster = Of();
        cluster.Begin();
        cluster.Die(1);
        cluster.Run(1);
        cluster.Told.ShouldBe(["died 1/1", "respawned 1/2"]);
        cluster.Board[1].Phase.ShouldBe(NodePhase.Held);
        cluster.Serving.ContainsKey(1).ShouldBeFalse("it is held until somebody has it serve");
        cluster.Wait<Carried>(cluster.Ask(new ServeWorker(cluster.Board[1].Address!)));
        cluster.Serving[1].Incarnation.ShouldBe(2);
        cluster.Sent.Count(sent => sent.Message is PeerUp { Address: { Endpoint: 1, Incarnation: 2 } }).ShouldBe(2);
    }

    [Fact]
    public void A_held_worker_that_dies_is_started_again_and_held_again()
    {
        SimulatedCluster cluster = Of();
        cluster.Begin();
        cluster.Wait<WorkerKilled>(cluster.Ask(new KillWorker(1)));
        cluster.Wait<PeerAddress>(cluster.Ask(new EnsureWorker(1))).Incarnation.ShouldBe(2);
        cluster.Die(1);
        Answer early = cluster.Ask(new EnsureWorker(1));
        cluster.Run(1);
        early.Of<PeerAddress>().Incarnation.ShouldBe(2, "its death was not known");
        cluster.Told.ShouldBe(["died 1/1 asked", "died 1/2", "respawned 1/3"]);
        (cluster.Board[1].Phase, cluster.Board[1].Incarnation).ShouldBe((NodePhase.Held, 3));
    }

    [Fact]
    public void A_supervisor_that_has_left_takes_its_own_worker_along_and_not_its_successors()
    {
        SimulatedCluster cluster = Of(s => s with { MayBeAway = true });
        cluster.Begin();
        (cluster[1].Worker!.Lives, cluster[1].Session) = (false, 9);
        cluster.Managers.Tell(new HubEvent.Joined(Info(cluster, 1, session: 9))); // before anybody has told of the former's end
        cluster.Run(0.001);
        cluster.Told.ShouldBe(["died 1/1"]);
        cluster.Managers.Tell(new HubEvent.Left("node-1", "It was given up.", 1, 1));
        cluster.Managers.Tell(new HubEvent.WorkerExited("node-1", 1, new ProcessExit(137), true, []));
        cluster.Managers.Tell(new HubEvent.Leaving("node-1", 1));
        cluster.Run(0.001);
        cluster.Told.ShouldBe(["died 1/1"]);
        cluster.Board[1].Phase.ShouldBe(NodePhase.Starting, "the successor is welcomed");
    }

    [Fact]
    public void A_name_that_is_taken_over_has_a_new_worker()
    {
        SimulatedCluster cluster = Of(s => s with { MayBeAway = true });
        cluster.Begin();
        cluster.Join(1); // somebody else, who shuts out the silent one
        cluster.Run(1);
        cluster.Told.ShouldBe(["died 1/1", "arrived 1/2"], "where nodes may be away it is not respawned but arrives");
        cluster.AskNow(new AwaitEnd(Address(1, 1))).Of<WorkerEnded>();
    }

    [Fact]
    public void A_leave_that_is_granted_late_does_not_end_the_successor()
    {
        SimulatedCluster cluster = Of(s => s with { MayBeAway = true }, m => m.HandOver = () => Duration.FromSeconds(30));
        cluster.Begin();
        cluster.AskToLeave(1);
        cluster.Run(1);
        cluster.Leave(1, "It did not wait.");
        cluster.Join(1);
        cluster.Run(60);
        cluster[1].Session.ShouldBe(4);
        cluster.Board[1].Phase.ShouldBe(NodePhase.Held);
    }

    [Fact]
    public void A_node_whose_layers_nobody_takes_goes_all_the_same()
    {
        SimulatedCluster cluster = Of(s => s with { MayBeAway = true }, m => m.HandOver = () => Duration.FromSeconds(3600));
        cluster.Begin();
        cluster.AskToLeave(1);
        cluster.AskToLeave(1);
        cluster.Run(299);
        cluster.Board[1].Phase.ShouldBe(NodePhase.Leaving);
        cluster.Run(2);
        cluster.Board[1].Phase.ShouldBe(NodePhase.Absent);
        cluster.Lines.ShouldContain("The layers of node-1 could not be handed over: The operation has timed out.");
        cluster.Told.ShouldBe(["leaves 1", "died 1/1 asked"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_leaving_node_whose_worker_dies_does_not_take_its_layers_back(bool asked)
    {
        SimulatedCluster cluster = Of(s => s with { MayBeAway = true }, m => m.HandOver = () => Duration.FromSeconds(30));
        cluster.Begin();
        cluster.AskToLeave(1);
        cluster.Run(1);
        if (asked)
            cluster.Ask(new KillWorker(1));
        else
            cluster.Die(1);
        cluster.Run(1);
        cluster.Told.ShouldBe(["leaves 1", asked ? "died 1/1 asked" : "died 1/1"], "it is not started again, and goes at once");
        cluster.Board[1].Phase.ShouldBe(NodePhase.Absent);
    }

    [Fact]
    public void A_node_that_asked_to_leave_while_its_worker_was_down_gets_no_layers_back()
    {
        SimulatedCluster cluster = Of(s => s with { MayBeAway = true });
        cluster.Begin();
        var trial = new SimulatedTrial(world, cluster, 6, [], () => Duration.FromMilliseconds(10));
        trial.Begin();
        cluster.Die(1);
        cluster.AskToLeave(1);
        cluster.Run(10);

        new[] { trial.HostOf(0), trial.HostOf(3) }.ShouldBe([2, 3]);
        trial.Ledger.Rows().Select(row => row.Effect).ShouldBe(["died (signal 11 (segmentation fault))", "leaves", "rehosted 0 on node-2, 3 on node-3"]);
        cluster.Board[1].Phase.ShouldBe(NodePhase.Absent);
        trial.Stop();
    }

    [Fact]
    public void A_node_that_a_fault_has_come_to_hold_down_before_its_turn_does_not_serve()
    {
        SimulatedCluster cluster = Of();
        cluster.Begin();
        var crash = new CrashFault("crash", Duration.FromSeconds(1), NodeSelector.Of("node-1"), Duration.FromSeconds(5));
        var trial = new SimulatedTrial(world, cluster, 6, [crash], () => Duration.FromMilliseconds(800)); // it is being prepared when the fault strikes
        trial.Begin();
        cluster.Run(0.5);
        cluster.Die(1);
        cluster.Run(0.3);
        cluster.Join(1); // and is respawned, and arrives: both are to have it serve
        cluster.Run(4);
        cluster.Serving.ContainsKey(1).ShouldBeFalse();
        cluster.Run(4);
        cluster.Serving.ContainsKey(1).ShouldBeTrue();
        trial.Ledger.Rows().Where(row => row.Fault == "crash").Select(row => row.Effect).ShouldBe(["began", "restarted"]);
        trial.Stop();
    }

    [Fact]
    public void A_worker_that_crashes_while_its_node_is_shut_down_is_not_started_again()
    {
        SimulatedCluster cluster = Of(s => s with { MayBeAway = true }, m => m.HandOver = () => Duration.Zero);
        cluster.Begin();
        cluster.Manners.Order = () => Duration.FromMilliseconds(200);
        cluster.AskToLeave(1);
        cluster.Run(0.1); // it has been told to end
        cluster.Die(1);
        Answer wanted = cluster.Ask(new EnsureWorker(1)), later;
        cluster.Run(0.05);
        later = cluster.Ask(new EnsureWorker(1));
        cluster.Run(1);
        cluster.Board[1].ShouldSatisfyAllConditions(view => view.Phase.ShouldBe(NodePhase.Absent), view => view.Incarnation.ShouldBe(1));
        (wanted.Problem, later.Problem).ShouldBe(("node-1 is not there.", "node-1 is not there."));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_start_whose_supervisor_goes_is_over_or_waits_for_the_next(bool mayBeAway)
    {
        SimulatedCluster cluster = Of(s => s with { MayBeAway = mayBeAway, Advice = ": start one" }, m => m.Event = () => Duration.FromMilliseconds(100));
        cluster.Join(1);
        cluster.Run(0.2);
        Answer wanted = cluster.Ask(new EnsureWorker(1));
        cluster.Leave(1); // the command has not arrived: that is told before the end of its supervisor
        cluster.Run(1);
        if (mayBeAway)
        {
            wanted.Problem.ShouldBe("node-1 is not there.");
            cluster.Board[1].Phase.ShouldBe(NodePhase.Absent);
            return;
        }

        wanted.IsHere.ShouldBeFalse();
        cluster.Lines.Count(line => line == "Waiting for a node to take the place of node-1: start one.").ShouldBe(1);
        cluster.Join(1);
        cluster.Run(1);
        wanted.Of<PeerAddress>().Incarnation.ShouldBe(2);
    }

    [Fact]
    public void A_supervisor_on_this_machine_is_replaced_and_its_worker_respawned()
    {
        SimulatedCluster cluster = Of(manners: m => m.Local = true);
        cluster.Begin();
        cluster.Leave(2);
        cluster.Run(2);
        cluster.Told.ShouldBe(["died 2/1", "respawned 2/2", "arrived 2/2"]);
    }

    [Fact]
    public void A_worker_that_does_not_come_up_in_time_is_given_up_and_does_not_stand_in_the_next_ones_way()
    {
        SimulatedCluster cluster = Of(manners: m => m.Fates = Then(Fate.Hangs));
        cluster.Join(1);
        Answer wanted = cluster.Ask(new EnsureWorker(1));
        cluster.Run(119);
        wanted.IsHere.ShouldBeFalse();
        cluster.Run(2);
        wanted.Problem.ShouldStartWith("The worker of node-1 did not start: it has not become a member of the cluster within 120 s.");
        cluster.Wait<PeerAddress>(cluster.Ask(new EnsureWorker(1))).Incarnation.ShouldBe(2);
    }

    [Fact]
    public void A_stopped_worker_is_asked_for_no_proof_and_a_silent_one_is_not_the_newcomers_fault()
    {
        SimulatedCluster cluster = Of(s => s with { MayBeAway = true });
        cluster.Begin(places: 2);
        cluster.Wait<Carried>(cluster.Ask(new PauseWorker(1)));
        cluster[2].Worker!.Paused = true; // and nobody knows
        cluster.Join(3);
        cluster.Run(60);
        cluster.Told.ShouldBe(["arrived 3/1"]);
        cluster.Lines.ShouldContain("node-2 does not answer: it is not known whether it and node-3 reach each other.");
    }

    [Fact]
    public void A_newcomer_that_dies_while_it_proves_itself_is_started_again()
    {
        SimulatedCluster cluster = Of(s => s with { MayBeAway = true });
        cluster.Begin(places: 2);
        cluster.Manners.Probe = () => Duration.FromMilliseconds(500);
        cluster.Join(3);
        cluster.Run(0.3);
        cluster.Board[3].ShouldSatisfyAllConditions(view => view.Phase.ShouldBe(NodePhase.Starting), view => view.Address.ShouldNotBeNull());
        cluster.Die(3);
        cluster.Run(5);
        cluster.Told.ShouldBe(["died 3/1", "respawned 3/2", "arrived 3/2"]);
        cluster.Lines.ShouldContain("The worker of node-3 ended before it was known whether all others reach it. It is started again.");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_node_that_nobody_reaches_may_not_stay(bool mayBeAway)
    {
        SimulatedCluster cluster = Of(s => s with { MayBeAway = mayBeAway, Respawn = true });
        cluster.Begin();
        cluster[1].IsCutOff = true;
        cluster.Wait<WorkerKilled>(cluster.Ask(new KillWorker(1)));
        Answer wanted = cluster.Ask(new EnsureWorker(1));
        cluster.Run(60);
        if (mayBeAway)
        {
            wanted.Problem.ShouldStartWith("node-1 was refused: node-1 (node-1:");
            cluster.Board[1].Phase.ShouldBe(NodePhase.Absent);
            cluster.Told.ShouldBe(["died 1/1 asked", "died 1/2 asked"]);
            return;
        }

        wanted.Problem.ShouldStartWith("node-1 (node-1:");
        cluster.Told[^1].ShouldStartWith("failed: node-1 (node-1:");
        cluster.AskNow(new EnsureWorker(2)).Problem.ShouldBe(wanted.Problem, "whoever waits now or later learns why");
    }

    [Fact]
    public void At_the_beginning_who_cannot_be_reached_ends_it()
    {
        SimulatedCluster cluster = Of();
        cluster[2].IsCutOff = true;
        Should.Throw<InvalidOperationException>(() => cluster.Begin());
        cluster.Asked[^1].Problem.ShouldNotBeNull().ShouldContain("Connection refused");
    }

    [Fact]
    public void Of_the_dead_only_what_follows_from_a_suspicion_is_told()
    {
        SimulatedCluster cluster = Of(s => s with { Respawn = false });
        cluster.Begin();
        cluster.Managers.Tell(new MemberFound(1, 1, MembershipWatch.Unreachable));
        cluster.Die(1); // it has downed itself
        cluster.Run(1);
        cluster.Managers.Tell(new MemberFound(1, 1, MembershipWatch.Removed));
        cluster.Managers.Tell(new MemberFound(1, 1, MembershipWatch.Removed));
        cluster.Wait<WorkerKilled>(cluster.Ask(new KillWorker(2)));
        cluster.Managers.Tell(new MemberFound(2, 1, MembershipWatch.Downed)); // the cluster announces that itself
        cluster.Run(1);
        cluster.Told.ShouldBe(["found 1 unreachable", "died 1/1", "found 1 removed", "died 2/1 asked"]);
    }

    [Fact]
    public void What_a_dead_worker_hosted_is_forgotten_and_nothing_is_noted_of_it()
    {
        SimulatedCluster cluster = Of();
        cluster.Begin();
        PeerAddress first = cluster.Serving[1];
        cluster.AskNow(new NoteHosted(first, "m", [0, 3])).Of<Carried>();
        cluster.AskNow(new KeepHosted(first, "m", [3])).Of<HostedKept>().HasMore.ShouldBeTrue();
        cluster.Board[1].Hosted.Of("m").ShouldBe([3]);
        cluster.Die(1);
        cluster.Run(1);
        cluster.Board[1].Hosted.Of("m").ShouldBeEmpty();
        cluster.AskNow(new NoteHosted(first, "m", [0])).Of<Carried>();
        cluster.Board[1].Hosted.Of("m").ShouldBeEmpty();
        cluster.AskNow(new KeepHosted(first, "m", [])).Of<HostedKept>().HasMore.ShouldBeFalse();
    }

    [Fact]
    public void Nothing_is_started_when_the_run_is_over()
    {
        SimulatedCluster cluster = Of();
        cluster.Begin(places: 2);
        Answer waiting = cluster.Ask(new EnsureWorker(3));
        cluster.Managers.Tell(new ClusterOver());
        cluster.Die(1);
        cluster.Run(5);
        waiting.Problem.ShouldBe("The run is over.");
        cluster.Told.ShouldBeEmpty();
        cluster.Board.Living().ShouldBe([2]);
    }

    private SimulatedCluster Of(Func<ManagerSetting, ManagerSetting>? change = null, Action<SimulatedManners>? manners = null)
    {
        var cluster = new SimulatedCluster(world, 3, change);
        manners?.Invoke(cluster.Manners);
        return cluster;
    }

    private static Func<Fate> Then(params Fate[] fates)
    {
        var left = new Queue<Fate>(fates);
        return () => left.TryDequeue(out Fate fate) ? fate : Fate.Up;
    }

    private static PeerAddress Address(int endpoint, int incarnation) =>
        new(endpoint, $"node-{endpoint}", 1000 + incarnation, 2000 + incarnation, incarnation);

    private static NodeInfo Info(SimulatedCluster cluster, int endpoint, long session) => new(
        cluster[endpoint].Name, "", new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 1), new NodeCapabilities("here", "linux", "x64", 2, 1, [], "cpu"),
        true, 0, null, session);
}
