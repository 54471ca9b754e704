using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Routing;
using static LayerShuffle.Cluster.Tests.TrialBuilder;

namespace LayerShuffle.Cluster.Tests.Routing;

/// <summary>What resends that wait longer and longer cost a request.</summary>
public sealed class BackoffTrialTests
{
    private static readonly FaultSpec Dead = new CrashFault("outage", default, NodeSelector.Of("node-3"), null);

    [Theory]
    [InlineData(2, 1000, 50 + 100 + 200)]
    [InlineData(3, 1000, 50 + 150 + 450)]
    [InlineData(2, 120, 50 + 100 + 120)]
    [InlineData(1, 1000, 3 * 50)]
    public void A_dead_node_costs_the_sum_of_the_waits(double factor, double maxMs, double sumMs)
    {
        var routing = new RoutingSpec { Retries = 2, Timeout = Ms(50), Backoff = new(factor, Ms(maxMs), 0) };
        TrialRecord trial = Run(Spec(Link(5), routing, faults: [Dead]));
        trial.Requests.ShouldAllBe(r => r.Latency == Ms(((Layers - 1) * 2) + (Layers * 5) + sumMs));
        trial.Requests.ShouldAllBe(r => r.Retries == 2);
    }

    [Fact]
    public void Jitter_draws_each_wait_by_itself_and_the_same_in_every_run()
    {
        var routing = new RoutingSpec { Retries = 1, Timeout = Ms(50), Backoff = new(2, null, 0.2) };
        double[] waits = [.. Waited(routing)];
        waits.ShouldAllBe(ms => ms >= 0.8 * 150 && ms <= 1.2 * 150);
        waits.Distinct().Count().ShouldBe(waits.Length);
        waits.Average().ShouldBe(150, 3.3 * Math.Sqrt((100.0 * 100 / 3 * 0.04) + (50.0 * 50 / 3 * 0.04)) / Math.Sqrt(waits.Length));
        Waited(routing).ShouldBe(waits);

        static IEnumerable<double> Waited(RoutingSpec routing) => Run(Spec(Link(5), routing, requests: 200, faults: [Dead])).Requests
            .Select(r => r.Latency!.Value.TotalMilliseconds - ((Layers - 1) * 2) - (Layers * 5));
    }
}
