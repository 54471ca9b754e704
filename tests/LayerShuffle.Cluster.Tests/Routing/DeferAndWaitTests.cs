using CsCheck;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Routing;
using static LayerShuffle.Cluster.Tests.TrialBuilder;

namespace LayerShuffle.Cluster.Tests.Routing;

/// <summary>What it costs to put a layer at the end of the route, and to wait for it.</summary>
public sealed class DeferAndWaitTests
{
    private const double D = 5, C = 2, T = 50;

    private static RoutingSpec Defer(int retries) => new() { OnFailure = OnFailure.Defer, Retries = retries, Timeout = Ms(T) };

    private static FaultSpec Down(double? untilMs) => new CrashFault("outage", default, NodeSelector.Of("node-3"), untilMs is { } ms ? Ms(ms) : null);

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void A_deferred_layer_that_stays_away_is_tried_once_more_at_the_end_and_skipped(int retries)
    {
        TrialRecord trial = Run(Spec(Link(D), Defer(retries), C, faults: [Down(null)]));
        trial.Requests.ShouldAllBe(r => r.Latency == Ms(((Layers - 1) * C) + (Layers * D) + (2 * (retries + 1) * T)));
        trial.Requests.ShouldAllBe(r => r.Order!.SequenceEqual(new[] { 0, 1, 3, 4, 5 }) && r.Skipped!.SequenceEqual(new[] { 2 }));
        trial.Requests.ShouldAllBe(r => r.Retries == 2 * retries);
    }

    [Fact]
    public void A_layer_that_is_back_at_the_end_is_executed_there_and_is_not_skipped()
    {
        RequestRecord request = Run(Spec(Link(D), Defer(0), C, requests: 1, faults: [Down(70)])).Requests.Single();
        request.Order.ShouldBe([0, 1, 3, 4, 5, 2]);
        request.Skipped.ShouldBeEmpty();
        request.Latency.ShouldBe(Ms((Layers * C) + ((Layers + 1) * D) + T));
    }

    [Fact]
    public void The_last_layer_is_deferred_to_where_it_is()
    {
        FaultSpec down = new CrashFault("outage", default, NodeSelector.Of("node-6"), null);
        TrialRecord trial = Run(Spec(Link(D), Defer(1), C, requests: 1, faults: [down]));
        trial.Requests.Single().Latency.ShouldBe(Ms(((Layers - 1) * C) + (Layers * D) + (4 * T)));
        trial.Hops.Where(h => h.Layer == 5).Select(h => (h.Branch, h.Position, h.Attempt)).ShouldBe([(0, 5, 0), (0, 5, 1), (1, 5, 0), (1, 5, 1)]);
    }

    [Fact]
    public void A_pinned_last_layer_stays_behind_what_is_deferred()
    {
        RoutingSpec routing = Defer(0) with { Order = OrderKind.Arbitrary, Pin = new(0, 1) };
        TrialRecord trial = Run(Spec(Link(D), routing, C, requests: 30, faults: [Down(50)]));
        trial.Requests.ShouldAllBe(r => r.Order!.Count < Layers || r.Order[Layers - 1] == Layers - 1);
        trial.Requests[0].Order!.Count.ShouldBe(Layers);
    }

    [Fact]
    public void Every_resend_deferral_and_skip_costs_a_timeout()
    {
        int deferred = 0;
        Gen.Select(Gen.Double[0, 0.5], Gen.Int[0, 2], Gen.Int[0, 1000]).Sample((p, retries, seed) =>
        {
            TrialRecord trial = Run(Spec(Link(3, p), Defer(retries), C, requests: 50, seed: seed));
            ILookup<int, HopRecord> hops = trial.Hops.ToLookup(h => h.Request);
            foreach (RequestRecord r in trial.Requests)
            {
                int s = r.Skipped!.Count, n = r.Retries!.Value, givenUp = hops[r.Request].Max(h => h.Branch);
                r.Latency.ShouldBe(Ms(((Layers - s) * C) + (s == Layers ? 0 : (Layers - s + 1) * 3) + ((n + givenUp) * T)), $"request {r.Request}");
                r.Order!.Concat(r.Skipped).Order().ShouldBe(Enumerable.Range(0, Layers));
                givenUp.ShouldBeGreaterThanOrEqualTo(2 * s); // deferred first
                deferred += givenUp - (2 * s);
            }
        }, iter: 12, threads: 1);
        deferred.ShouldBeGreaterThan(20);
    }

    [Fact]
    public void Deferring_skips_a_layer_with_p_to_twice_the_attempts()
    {
        const double p = 0.3;
        const int n = 3000;
        TrialRecord trial = Run(Spec(Link(1, p), Defer(0) with { Timeout = Ms(20) }, requests: n, concurrency: 8));
        double measured = trial.Requests.Sum(r => r.Skipped!.Count) / (double)(n * Layers);
        measured.ShouldBe(p * p, 3.3 * Math.Sqrt(p * p * (1 - (p * p)) / (n * Layers)));
    }

    [Theory]
    [InlineData(1000, 20)] // sent at 14 ms first, and every 50 ms: the first that finds it up is at 1014 ms
    [InlineData(14.5, 1)]
    [InlineData(64, 1)]
    public void Waiting_costs_as_many_timeouts_as_the_node_stays_away(double untilMs, int resends)
    {
        var routing = new RoutingSpec { OnFailure = OnFailure.Wait, Retries = 0, Timeout = Ms(T) };
        RequestRecord request = Run(Spec(Link(D), routing, C, requests: 1, faults: [Down(untilMs)])).Requests.Single();
        request.Latency.ShouldBe(Ms((Layers * C) + ((Layers + 1) * D) + (resends * T)));
        request.Order.ShouldBe(Enumerable.Range(0, Layers));
        request.Retries.ShouldBe(resends);
    }

    [Fact]
    public void Waiting_ends_at_the_deadline_and_loses_nothing_before()
    {
        var routing = new RoutingSpec { OnFailure = OnFailure.Wait, Timeout = Ms(20) };
        Run(Spec(Link(D), routing, C, requests: 3, deadlineMs: 500, faults: [Down(null)])).Requests
            .ShouldAllBe(r => r.Outcome == RequestOutcome.DeadlineExceeded);
        TrialRecord lossy = Run(Spec(Link(D, 0.4), routing, C, requests: 200));
        lossy.Requests.ShouldAllBe(r => r.Outcome == RequestOutcome.Completed && r.Skipped!.Count == 0
            && r.Latency == Ms((Layers * C) + ((Layers + 1) * D) + (r.Retries!.Value * 20)));
    }
}
