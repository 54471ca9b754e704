using CsCheck;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Workloads;
using static LayerShuffle.Cluster.Tests.TrialBuilder;

namespace LayerShuffle.Cluster.Tests;

/// <summary>What can be worked out by hand from DESIGN's rules.</summary>
public class ClosedFormTests
{
    private static RoutingSpec Skip(int retries, double timeoutMs = 50) => new() { OnFailure = OnFailure.Skip, Retries = retries, Timeout = Ms(timeoutMs) };

    [Theory]
    [InlineData(5, 2)]
    [InlineData(0, 3)]
    [InlineData(7.25, 0)]
    public void Without_trouble_latency_is_L_c_plus_L_plus_1_d(double d, double c)
    {
        TrialRecord trial = Run(Spec(Link(d), new RoutingSpec(), c));
        trial.Requests.ShouldAllBe(r => r.Latency == Ms(Layers * c + (Layers + 1) * d));
        trial.Retries.ShouldBe(0);
    }

    [Fact]
    public void Bandwidth_adds_L_plus_1_transmissions()
    {
        const double bytesPerSecond = 1_000_000;
        double transmissionMs = Tokens * Hidden * 4 / bytesPerSecond * 1000;
        TrialRecord trial = Run(Spec(Link(5, bandwidth: bytesPerSecond), Skip(0)));
        trial.Requests.ShouldAllBe(r => r.Latency == Ms(Layers * 2 + (Layers + 1) * (5 + transmissionMs)));
    }

    [Theory]
    [InlineData(40)]
    [InlineData(5000)]
    public void Overhead_is_transmitted_with_every_message(int overheadBytes)
    {
        const double bytesPerSecond = 1_000_000;
        double transmissionMs = ((Tokens * Hidden * 4) + overheadBytes) / bytesPerSecond * 1000;
        TrialRecord trial = Run(Spec(Link(5, bandwidth: bytesPerSecond) with { OverheadBytes = overheadBytes }, Skip(0)));
        trial.Requests.ShouldAllBe(r => r.Latency == Ms(Layers * 2 + (Layers + 1) * (5 + transmissionMs)));
    }

    [Fact]
    public void With_fail_and_no_retries_1_minus_p_to_the_L_plus_1_complete()
    {
        const double p = 0.05;
        const int n = 4000;
        TrialRecord trial = Run(Spec(Link(1, p), new RoutingSpec { OnFailure = OnFailure.Fail, Retries = 0, Timeout = Ms(20) }, requests: n, concurrency: 8));
        double expected = Math.Pow(1 - p, Layers + 1), measured = trial.Requests.Count(r => r.Outcome == RequestOutcome.Completed) / (double)n;
        measured.ShouldBe(expected, 3.3 * Math.Sqrt(expected * (1 - expected) / n));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void With_skip_and_k_retries_a_layer_is_skipped_with_p_to_the_k_plus_1(int retries)
    {
        const double p = 0.3;
        const int n = 3000;
        TrialRecord trial = Run(Spec(Link(1, p), Skip(retries, 20), requests: n, concurrency: 8));
        double expected = Math.Pow(p, retries + 1);
        double measured = trial.Requests.Sum(r => r.Skipped!.Count) / (double)(n * Layers);
        measured.ShouldBe(expected, 3.3 * Math.Sqrt(expected * (1 - expected) / (n * Layers)));
        foreach (RequestRecord request in trial.Requests)
            request.Order!.Concat(request.Skipped!).Order().ShouldBe(Enumerable.Range(0, Layers));
    }

    [Fact]
    public void The_general_law_holds_for_every_request_of_a_lossy_run()
    {
        Gen.Select(Gen.Double[0, 0.5], Gen.Int[0, 3], Gen.Int[0, 1000]).Sample((p, retries, seed) =>
        {
            TrialRecord trial = Run(Spec(Link(3, p), Skip(retries, 40), requests: 50, seed: seed));
            foreach (RequestRecord r in trial.Requests.Where(r => r.Outcome == RequestOutcome.Completed))
            {
                int s = r.Skipped!.Count, n = r.Retries!.Value;
                // Each of s skips cost its last attempt's timeout on top of its resends; with all layers skipped there is no hop left to pay for.
                double expected = (Layers - s) * 2 + (s == Layers ? 0 : Layers - s + 1) * 3 + (n + s) * 40;
                r.Latency.ShouldBe(Ms(expected), $"request {r.Request}: s={s}, n={n}");
            }
        }, iter: 20, threads: 1);
    }

    [Fact]
    public void One_dead_node_with_skip_and_no_retries_costs_one_timeout()
    {
        TrialRecord trial = Run(Spec(Link(5), Skip(0), faults: [new CrashFault("outage", default, NodeSelector.Of("node-3"), null)]));
        trial.Requests.ShouldAllBe(r => r.Latency == Ms((Layers - 1) * 2 + Layers * 5 + 50));
        trial.Requests.ShouldAllBe(r => r.Skipped!.SequenceEqual(new[] { 2 }));
        trial.Ledger[0].Effect.ShouldBe("began");
    }

    [Fact]
    public void An_open_workload_submits_at_its_rate()
    {
        TrialRecord trial = Run(Spec(Link(1), Skip(0), requests: 10, arrivals: new ArrivalSpec(ArrivalKind.Uniform, 0, 40)));
        trial.Requests.Select(r => r.Submitted.TotalMilliseconds).ShouldBe(Enumerable.Range(0, 10).Select(i => i * 25.0));
    }

    [Fact]
    public void Later_than_the_deadline_is_deadline_exceeded_and_at_it_is_not()
    {
        const double exact = Layers * 2 + (Layers + 1) * 5;
        Run(Spec(Link(5), Skip(0), deadlineMs: exact)).Requests.ShouldAllBe(r => r.Outcome == RequestOutcome.Completed);
        Run(Spec(Link(5), Skip(0), deadlineMs: exact - 0.001)).Requests.ShouldAllBe(r => r.Outcome == RequestOutcome.DeadlineExceeded && r.Order == null);
    }

    [Fact]
    public void Duplicates_are_acknowledged_but_executed_once()
    {
        TrialRecord trial = Run(Spec(Link(5, duplicate: 0.5), Skip(0), requests: 100));
        trial.Requests.ShouldAllBe(r => r.Latency == Ms(Layers * 2 + (Layers + 1) * 5));
        trial.Links.Sum(l => l.Duplicated).ShouldBeGreaterThan(200);
        trial.ResultsSuperseded.ShouldBe(0);
    }

    [Fact]
    public void Layers_of_one_node_queue_for_it()
    {
        TrialRecord trial = Run(Spec(Link(5), Skip(0, 500), nodes: 1, requests: 2, concurrency: 2));
        trial.Requests.Select(r => r.Latency!.Value.TotalMilliseconds).Order().ShouldBe([10 + 11 * 2, 10 + 12 * 2.0]);
        trial.Hops.Count(h => h.Fate == "local").ShouldBe(2 * (Layers - 1));
    }
}
