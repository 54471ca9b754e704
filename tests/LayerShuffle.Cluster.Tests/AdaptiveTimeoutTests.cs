using LayerShuffle.Actors.Models;
using LayerShuffle.Core.Distributions;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Time;
using LayerShuffle.Core.Trials;
using LayerShuffle.Core.Workloads;
using LayerShuffle.Simulation;
using static LayerShuffle.Cluster.Tests.TrialBuilder;

namespace LayerShuffle.Cluster.Tests;

/// <summary>
/// <c>timeout: auto</c> on networks that become slower, or are uneven, and lose nothing: nobody is to mistake slowness for damage. Four layers on four nodes,
/// 20 requests a second.
/// </summary>
public class AdaptiveTimeoutTests
{
    private const int Few = 4;

    [Theory]
    [InlineData(ArrivalKind.Uniform, 2)]
    [InlineData(ArrivalKind.Poisson, 2)]
    [InlineData(ArrivalKind.Uniform, 0)]
    [InlineData(ArrivalKind.Uniform, 5)]
    public void A_network_that_became_slower_for_good_is_learned(ArrivalKind arrivals, int retries)
    {
        TrialRecord trial = Run(Link(5), Slower(100), retries, arrivals: arrivals);
        // The first late acknowledgements come after 200 ms; until then a handful of requests meet each of five destinations.
        trial.Retries.ShouldBeLessThan(60);
        RequestRecord[] after = [.. trial.Requests.Where(r => r.Submitted >= Instant.Zero + Ms(1600))];
        after.ShouldAllBe(r => r.Skipped!.Count == 0 && r.Retries == 0);
        // now and then two meet at a node
        after.ShouldAllBe(r => r.Latency >= Ms((Few * 2) + ((Few + 1) * 100)) && r.Latency < Ms((Few * 2) + ((Few + 1) * 100) + 20));
        trial.Requests.Sum(r => r.Skipped!.Count).ShouldBeLessThan(40);
    }

    [Theory]
    [InlineData(50)]
    [InlineData(500)]
    [InlineData(1500)]
    public void However_much_slower_it_became_nothing_is_sent_again_once_a_round_trip_has_been_measured(double latencyMs)
    {
        TrialRecord trial = Run(Link(5), Slower(latencyMs), retries: 2, requests: 600);
        Instant learned = Instant.Zero + Ms(1000 + (2 * 2 * latencyMs) + (Few * 500)); // every destination has been heard of
        trial.Hops.Where(h => h.Sent > learned && h.Attempt > 0).ShouldBeEmpty();
        trial.Requests.Where(r => r.Submitted > learned).ShouldAllBe(r => r.Skipped!.Count == 0);
    }

    [Fact]
    public void Six_times_slower_in_steps_and_back_again()
    {
        FaultSpec[] faults = [.. Enumerable.Range(1, 6)
            .Select(i => new LinkFault($"step-{i}", Ms(1000 * i), ["all"], ["all"], new LinkPatch { Latency = DelayDistribution.Constant(Ms(5 * (i + 1))) },
            Ms(1000)))];
        TrialRecord trial = Run(Link(5), faults, retries: 2);
        trial.Requests.Sum(r => r.Skipped!.Count).ShouldBe(0);
        trial.Retries.ShouldBeLessThan(60);
    }

    [Fact]
    public void A_queue_that_builds_up_for_bandwidth_is_waited_for()
    {
        // For three seconds the way to node-1 carries 90% of what is sent: the queue grows by 0.3 s, then drains.
        double bytes = Tokens * Hidden * sizeof(float);
        var jam = new LinkFault("jam", Ms(2000), ["coordinator"], ["node-1"], new LinkPatch { Bandwidth = bytes * 20 * 0.9 }, Ms(3000));
        TrialRecord trial = Run(Link(5), [jam], retries: 2);
        trial.Retries.ShouldBeLessThan(20);
        trial.Requests.Sum(r => r.Skipped!.Count).ShouldBeLessThan(5);
        trial.Hops.Where(h => h.To != "node-1").ShouldAllBe(h => h.Attempt == 0); // the others are as fast as ever, and are not waited for longer
    }

    [Fact]
    public void A_link_that_cannot_carry_the_load_costs_its_layer_and_not_the_request()
    {
        // Ten times what the way to node-1 can carry: round trips of half a minute are measured, and the deadline is 5 s.
        double bytes = Tokens * Hidden * sizeof(float);
        var jam = new LinkFault("jam", Ms(2000), ["coordinator"], ["node-1"], new LinkPatch { Bandwidth = bytes * 2 }, Ms(3000));
        TrialRecord trial = Run(Link(5), [jam], retries: 2, deadlineMs: 5000); // all complete
        trial.Requests.ShouldAllBe(r => r.Skipped!.All(layer => layer == 0));
    }

    [Theory]
    [InlineData(DelayKind.Pareto, 5, 15)]
    [InlineData(DelayKind.Lognormal, 5, 20)]
    [InlineData(DelayKind.Exponential, 5, 0)]
    public void Heavy_tails_cost_resends_but_no_layers(DelayKind kind, double mean, double deviation)
    {
        TrialRecord trial = Run(Link(5) with { Latency = new DelayDistribution(kind, Ms(mean), Ms(deviation), default, null) }, [], retries: 2, requests: 2000);
        trial.Requests.Average(r => r.Skipped!.Count).ShouldBeLessThan(0.01);
        ((double)trial.Retries / trial.Hops.Count).ShouldBeLessThan(0.05);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_node_that_is_dead_or_cut_off_slows_nobody_else_down_and_is_given_up_as_quickly_later_on(bool crash)
    {
        FaultSpec fault = crash
            ? new CrashFault("dead", Ms(2000), NodeSelector.Of("node-2"), null)
            : new PartitionFault("cut", Ms(2000), [["node-2"], ["coordinator", "node-1", "node-3", "node-4"]], null);
        TrialRecord trial = Run(Link(5), [fault], retries: 2);
        trial.Hops.Where(h => h.To != "node-2" && h.From != "node-2").ShouldAllBe(h => h.Attempt == 0);
        double plain = ((Few - 1) * 2) + (Few * 5);
        RequestRecord[] later = [.. trial.Requests.Where(r => r.Submitted > Instant.Zero + Ms(6000))];
        later.Length.ShouldBeGreaterThan(200);
        later.ShouldAllBe(r => r.Skipped!.Count == 1 && r.Latency < Ms(plain + (7 * 15)), "three sendings, each waited for twice as long as the one before");
    }

    [Fact]
    public void A_node_that_comes_back_is_measured_anew()
    {
        TrialRecord trial = Run(Link(5), [new CrashFault("blip", Ms(2000), NodeSelector.Of("node-2"), Ms(1000))], retries: 2);
        trial.Requests.Where(r => r.Submitted > Instant.Zero + Ms(3200))
            .ShouldAllBe(r => r.Skipped!.Count == 0 && r.Latency == Ms((Few * 2) + ((Few + 1) * 5)));
    }

    [Fact]
    public void A_fixed_timeout_is_what_it_was()
    {
        TrialRecord trial = Run(Link(5), Slower(100), retries: 2, timeout: Ms(500));
        trial.Retries.ShouldBe(0);
        trial.Requests.ShouldAllBe(r => r.Skipped!.Count == 0);
    }

    private static FaultSpec[] Slower(double latencyMs) => [new LinkFault("slower", Ms(1000), ["all"], ["all"],
        new LinkPatch { Latency = DelayDistribution.Constant(Ms(latencyMs)) }, null)];

    private static TrialRecord Run(
        LinkConditions link, IReadOnlyList<FaultSpec> faults, int retries, int requests = 400, ArrivalKind arrivals = ArrivalKind.Uniform,
            Duration? timeout = null, double deadlineMs = 30_000)
    {
        TrialSpec spec = Spec(
            link, new RoutingSpec { Retries = retries, Timeout = timeout }, requests: requests, nodes: Few, faults: faults,
                arrivals: new ArrivalSpec(arrivals, 0, 20), deadlineMs: deadlineMs);
        using var system = new VirtualActorSystem();
        TrialRecord trial = Runner(system).Run(spec, new SizesOnlyModel(Few, Tokens, Hidden), 1000);
        trial.Requests.ShouldAllBe(r => r.Outcome == RequestOutcome.Completed);
        return trial;
    }
}
