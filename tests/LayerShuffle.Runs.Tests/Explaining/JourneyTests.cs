using LayerShuffle.Core.Records;
using LayerShuffle.Results.Journeys;
using LayerShuffle.Runs.Explaining;
using LayerShuffle.Runs.Failures;
using LayerShuffle.Runs.Options;

namespace LayerShuffle.Runs.Tests.Explaining;

/// <summary>Journeys of requests, read from a run's files: what they say adds up, and the trial that is run again is the trial.</summary>
public sealed class JourneyTests(JourneyTests.Rough rough) : IClassFixture<JourneyTests.Rough>
{
    [Fact]
    public void What_every_request_s_time_went_into_adds_up_to_its_latency_and_its_way_is_its_order()
    {
        int told = 0;
        foreach ((string policy, string condition) in Rough.Trials)
        {
            for (int request = 0; request < Rough.Requests; request++)
            {
                Journey journey = rough.Read(request, policy, condition);
                if (journey.Request.Latency is not { } latency)
                    continue;
                string name = $"{policy} {condition} {request}";
                journey.Total.ShouldBe(latency, name);
                journey.Otherwise.Nanoseconds.ShouldBe(0, name);
                journey.Legs.Where(leg => leg.Hop.Layer is not null).Select(leg => leg.Hop.Layer!.Value).ShouldBe(journey.Request.Order!, name);
                told++;
            }
        }

        told.ShouldBeGreaterThan(Rough.Requests * 2);
    }

    [Fact]
    public void By_hand_a_dead_node_costs_two_timeouts_and_its_layer()
    {
        Journey journey = rough.Read(0, "skip", "down");
        journey.Request.Latency!.Value.TotalMilliseconds.ShouldBe(15 + 4 + 80); // three links of 5 ms, two layers of 2 ms, two timeouts of 40 ms
        (journey.OnLinks.TotalMilliseconds, journey.Computing.TotalMilliseconds, journey.ForTimeouts.TotalMilliseconds).ShouldBe((15, 4, 80));
        string[] lines = [.. JourneyWords.Lines(journey)];
        lines[2].ShouldBe("Most of that, 80 ms (81%), was spent waiting for timeouts and news of deaths: "
            + "sent in vain 2× to node-2 (2× the receiver was down).");
        lines.ShouldContain("       +7 ms node-1 → node-2 for layer 1, in vain: the receiver was down [met outage (crash of node-2)]");
        lines.ShouldContain("      +47 ms node-1 → node-2 for layer 1, 1st resend, in vain: the receiver was down [met outage (crash of node-2)]");
        lines.ShouldContain("      +87 ms node-1 → node-3: 5 ms on the link, layer 2 in 2 ms");
        lines.ShouldContain("           80 ms   81%  waiting for timeouts and news of deaths");
        lines.ShouldContain("           99 ms        together: its latency");
        lines.ShouldContain("Sent again by node-1 (1×); 1 of these on the way of its result.");
        lines.ShouldContain("Layers executed: 0 2; lost to failures: 1.");
    }

    [Fact]
    public void A_request_that_failed_is_told_to_where_it_came()
    {
        Journey journey = rough.Read(0, "fail", "down");
        journey.Request.Outcome.ShouldBe(RequestOutcome.Failed);
        string[] lines = [.. JourneyWords.Lines(journey)];
        lines[1].ShouldEndWith("and was given up.");
        lines[2].ShouldBe("It came to nothing: sent in vain 2× to node-2 (2× the receiver was down).");
        lines.ShouldContain("            7 ms        to where it came furthest");
        lines.ShouldContain(line => line.Contains("node-1 → node-2 for layer 1, in vain"));
    }

    [Fact]
    public void Without_the_fault_the_request_is_what_it_is_in_a_trial_that_never_had_it()
    {
        using TrialAgain trial = TrialAgain.Of(rough.Folder, rough.Read(0, "skip", "down").Trial);
        WithoutFault without = WithoutFault.Of(trial, rough.Read(0, "skip", "down").Request, "outage");
        without.IsSame.ShouldBeTrue();
        without.Lines().ShouldBe([
            "Without outage, on the same luck:",
            "  outcome   completed, as it was",
            "  latency   26 ms instead of 99 ms (-73 ms)",
            "  order     0 1 2 instead of 0 2",
            "  skipped   none instead of 1",
            "  resends   0 instead of 1",
        ]);
    }

    [Fact]
    public void A_trial_that_is_run_again_under_losses_meets_the_same_luck()
    {
        for (int request = 0; request < 5; request++)
        {
            Journey told = rough.Read(request, "skip", "rough");
            using TrialAgain trial = TrialAgain.Of(rough.Folder, told.Trial);
            WithoutFault without = WithoutFault.Of(trial, told.Request, "late");
            without.IsSame.ShouldBeTrue();
            without.As.Hops.Count.ShouldBe(told.Hops.Count);
            without.AlsoGone.ShouldBe(["later"]);
            without.Changes.ShouldBeFalse(); // both strike when everything is over
            without.Lines().ShouldBe(["Without late (and later, which begins after it), on the same luck, nothing of it would have changed."]);
        }
    }

    [Fact]
    public void What_is_not_there_is_said_with_what_there_is()
    {
        Should.Throw<JourneyException>(() => JourneyReader.Read(rough.Folder, new JourneyQuery(0))).Message
            .ShouldBe("4 trials have a request 0. Choose by --condition down, rough; --policy skip, fail.");
        Should.Throw<JourneyException>(() => JourneyReader.Read(rough.Folder, new JourneyQuery(0) { Condition = "dwn" })).Message
            .ShouldStartWith("No trial of ");
        Should.Throw<JourneyException>(() => rough.Read(40, "skip", "down")).Message
            .ShouldBe("There is no request 40: trial 0 (none / skip / down, repeat 0) has the requests 0 to 39.");
        Should.Throw<JourneyException>(() => JourneyReader.Read(Path.GetTempPath(), new JourneyQuery(0))).Message.ShouldContain("holds no results");
        using TrialAgain trial = TrialAgain.Of(rough.Folder, rough.Read(0, "skip", "down").Trial);
        Should.Throw<UsageException>(() => trial.Check("outge")).Message
            .ShouldBe("--without outge: the trial has no such fault; it has outage; did you mean `outage`?");
    }

    [Fact]
    public void A_request_that_was_not_traced_is_said_with_the_setting_that_traces_it()
    {
        using var scratch = new Scratch();
        RunPlan.Load(new RunOptions
        {
            Scenario = scratch.Write("s.yaml", Rough.Scenario),
            Output = scratch.At("out"),
            Only = ["condition=down,policy=skip"],
            Sets = ["trace=3"],
        }).Execute();
        Should.Throw<JourneyException>(() => JourneyReader.Read(scratch.At("out"), new JourneyQuery(3))).Message.ShouldBe(
            "Request 3 was not traced: hops.csv has hops of the requests 0 to 2 of trial 0. `trace` in the scenario says how many requests are; run it again "
                + "with --set trace=4, or with --set trace=all.");
    }

    /// <summary>One run for all tests.</summary>
    public sealed class Rough : IDisposable
    {
        internal const int Requests = 40;

        internal const string Scenario = """
            name: rough
            model: {architecture: none, num_hidden_layers: 3}
            cluster: {nodes: 3, compute_time: 2ms}
            network: {latency: 5ms}
            faults: {outage: {kind: crash, nodes: [node-2], at: 0s}}
            routing: {timeout: 40ms, retries: 1, replicas: 1}
            policies:
              skip: {on_failure: skip}
              fail: {on_failure: fail}
            conditions:
              down: {}
              rough:
                network: {latency: {distribution: normal, mean: 20ms, stddev: 15ms}, loss: 15%, duplicate: 5%, reorder: 5%}
                faults:
                  outage: null
                  blip: {kind: crash, nodes: {random: 1}, at: 100ms, every: 300ms, restart_after: 60ms}
                  slow: {kind: slowdown, nodes: [node-3], factor: 10, at: 0s}
                  late: {kind: crash, nodes: [node-1], at: 1000s, restart_after: 1s}
                  later: {kind: pause, nodes: [node-3], after: {fault: late, delay: 1s}, for: 1s}
            workload: {requests: 40, arrivals: {concurrency: 2}}
            trace: all

            """;

        private readonly Scratch scratch = new();

        /// <summary>Runs it.</summary>
        public Rough() => RunPlan.Load(new RunOptions { Scenario = scratch.Write("s.yaml", Scenario), Output = Folder }).Execute();

        internal static (string Policy, string Condition)[] Trials => [("skip", "down"), ("skip", "rough"), ("fail", "down"), ("fail", "rough")];

        internal string Folder => scratch.At("out");

        internal Journey Read(int request, string policy, string condition) =>
            JourneyReader.Read(Folder, new JourneyQuery(request) { Policy = policy, Condition = condition });

        /// <inheritdoc/>
        public void Dispose() => scratch.Dispose();
    }
}
