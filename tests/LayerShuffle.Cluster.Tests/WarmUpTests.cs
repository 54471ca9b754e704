using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Time;
using LayerShuffle.Core.Trials;
using LayerShuffle.Core.Workloads;
using static LayerShuffle.Cluster.Tests.TrialBuilder;

namespace LayerShuffle.Cluster.Tests;

/// <summary>What comes before measuring, and what must come after healing.</summary>
public sealed class WarmUpTests
{
    private static readonly RoutingSpec Resend = new() { OnFailure = OnFailure.Skip, Retries = 2, Timeout = Ms(25) };
    private static readonly ArrivalSpec Evenly = new(ArrivalKind.Uniform, 0, 100);

    [Fact]
    public void Requests_of_the_warm_up_are_marked_and_counted_nowhere()
    {
        // Every 10 ms a request: 30 of 80 before 300 ms. What is counted is recomputed from the hops of the others.
        LinkConditions link = Link(5, loss: 0.15, duplicate: 0.1, reorder: 0.1, bandwidth: 2e6) with { Corrupt = 0.05 };
        TrialSpec spec = Warm(Spec(link, Resend, requests: 80, arrivals: Evenly), 300);
        TrialRecord trial = Run(spec), cold = Run(Warm(spec, 0));
        trial.Requests.Select(request => request.WarmUp).ShouldBe(Enumerable.Range(0, 80).Select(i => i < 30));
        trial.Requests.Select(request => request with { WarmUp = false }).Select(request => (request.Latency, request.Outcome))
            .ShouldBe(cold.Requests.Select(request => (request.Latency, request.Outcome)), "a warm-up changes what is counted, not what happens");
        HopRecord[] measured = [.. trial.Hops.Where(hop => hop.Request >= 30 && hop.Fate != "local")];
        trial.Links.Sum(l => l.MessagesSent).ShouldBe(measured.Length);
        trial.Links.Sum(l => l.Bytes).ShouldBe(measured.Length * Tokens * Hidden * 4L);
        trial.Links.ShouldAllBe(l => l.Lost + l.Carried == l.MessagesSent + l.Duplicated && l.Corrupted + l.Delivered <= l.Carried);
        trial.Links.Sum(l => l.Lost).ShouldBeInRange(1, cold.Links.Sum(l => l.Lost) - 1);
        trial.Links.Sum(l => l.Duplicated).ShouldBeInRange(1, cold.Links.Sum(l => l.Duplicated) - 1);
        trial.Links.Sum(l => l.Overtook).ShouldBeLessThan(cold.Links.Sum(l => l.Overtook));
        trial.Retries.ShouldBe(measured.Count(hop => hop.Attempt > 0));
        trial.Length.ShouldBe(cold.Length - Ms(300));
        int Superseded(TrialRecord of, int from) => of.Hops.Where(hop => hop.Request >= from && hop.Layer is null && hop.Delivered is not null)
            .Select(hop => (hop.Request, hop.Branch, hop.Position)).Distinct().Count()
            - of.Requests.Count(r => r.Request >= from && r.Outcome == RequestOutcome.Completed);
        (cold.ResultsSuperseded, trial.ResultsSuperseded).ShouldBe((Superseded(cold, 0), Superseded(trial, 30)));
    }

    [Fact]
    public void Time_counts_from_the_end_of_the_warm_up()
    {
        // One request at a time, each 12 ms + 7 · (5 + t) ms; a warm-up of 100 ms. What links and nodes do before is not counted.
        TrialSpec spec = Spec(Link(5, bandwidth: 1e6), Resend with { Timeout = Ms(500) }, requests: 10);
        spec = spec with
        {
            Cluster = spec.Cluster with { Nodes = [.. spec.Cluster.Nodes.Select(node => node with { Power = new(0, 1), PricePerHour = 3600 })] },
        };
        double transmission = Tokens * Hidden * 4 / 1e6 * 1e3, each = 12 + (7 * (5 + transmission));
        TrialRecord trial = Run(Warm(spec, 100));
        trial.Requests.Count(request => request.WarmUp).ShouldBe((int)Math.Ceiling(100 / each));
        trial.Length.TotalMilliseconds.ShouldBe((10 * each) - 100, 1e-3);
        // Of the request that is underway at 100 ms, what it does after that counts.
        HopRecord[] hops = [.. trial.Hops];
        trial.Joules.ShouldNotBeNull().ShouldBe(hops.Sum(hop => Beyond(hop.ComputeStart, hop.ComputeEnd)) / 1000, 1e-9);
        trial.Price.ShouldNotBeNull().ShouldBe(6 * trial.Length.TotalSeconds, 1e-9);
        LinkRecord first = trial.Links.Single(link => (link.From, link.To) == (ClusterSpec.Coordinator, "node-1"));
        first.Busy.TotalMilliseconds.ShouldBe(hops.Where(hop => hop.From == ClusterSpec.Coordinator)
            .Sum(hop => Beyond(hop.Sent, hop.Sent + Ms(transmission))), 1e-3);

        static double Beyond(Instant? start, Instant? end) =>
            end is null ? 0 : Math.Max(0, end.Value.TotalMilliseconds - Math.Max(100, start!.Value.TotalMilliseconds));
    }

    [Fact]
    public void Faults_are_lifted_and_what_is_open_then_completes()
    {
        // node-3 is dead and node-5 cut off for ever, but for the healing at 200 ms: requests wait for them by resends.
        FaultSpec[] faults =
        [
            new CrashFault("outage", Ms(20), NodeSelector.Of("node-3"), null),
            new PartitionFault("cut", Ms(30), [["node-5"], ["coordinator", "node-1", "node-2", "node-3", "node-4", "node-6"]], null),
            new CrashFault("never", Ms(500), NodeSelector.Of("node-1"), null),
        ];
        TrialSpec spec = Spec(Link(5), new() { OnFailure = OnFailure.Fail, Retries = 100, Timeout = Ms(25), Detection = Ms(25) }, requests: 60,
            arrivals: Evenly, faults: faults, deadlineMs: 5000);
        TrialRecord healed = Run(spec with { Workload = spec.Workload with { HealAfter = Ms(200) } });
        healed.Heals.ShouldBeTrue();
        healed.Requests.ShouldAllBe(request => request.Outcome == RequestOutcome.Completed && !request.Unhealed);
        healed.Ledger.Where(row => row.Time == At(200) && row.Effect is "restarted" or "ended").Select(row => row.Fault).ShouldBe(["outage", "cut"]);
        healed.Ledger.Where(row => row.Fault == "never").ShouldAllBe(row => row.Effect == FaultEffects.NeverBegan);
        Run(spec).Requests.ShouldContain(request => request.Outcome != RequestOutcome.Completed);
    }

    [Fact]
    public void A_request_that_stands_still_in_a_healed_cluster_is_told()
    {
        // node-4 cannot send to node-5 at all, which no fault does and no healing mends: requests fail 25 ms after their hop.
        // Those that failed before are not meant.
        TrialSpec spec = Spec(Link(5), new() { OnFailure = OnFailure.Fail, Retries = 0, Timeout = Ms(25) }, requests: 20, arrivals: Evenly, deadlineMs: 5000);
        spec = spec with
        {
            Network = spec.Network with { Links = [new("node-4", "node-5", new() { Loss = 1 })] },
            Workload = spec.Workload with { HealAfter = Ms(150), WarmUp = Ms(100) },
        };
        TrialRecord trial = Run(spec);
        trial.Requests.ShouldAllBe(request => request.Outcome == RequestOutcome.Failed);
        // Submitted at 10·i ms, four layers and crossings later at +28 ms the fifth hop is sent; it is given up at +53 ms and the coordinator knows at +58 ms.
        trial.Requests.Select(request => request.Unhealed).ShouldBe(Enumerable.Range(0, 20).Select(i => (10 * i) + 58 >= 150));
    }

    private static Instant At(double milliseconds) => Instant.Zero + Ms(milliseconds);

    private static TrialSpec Warm(TrialSpec spec, double warmUpMs) => spec with { Workload = spec.Workload with { WarmUp = Ms(warmUpMs) } };
}
