using LayerShuffle.Network.Links;
using LayerShuffle.Network.Records;
using LayerShuffle.Network.Routing;
using LayerShuffle.Network.Time;
using static LayerShuffle.Cluster.Tests.TrialBuilder;

namespace LayerShuffle.Cluster.Tests;

/// <summary>Corners of the hop protocol, worked out by hand.</summary>
public class ProtocolTests
{
    private static readonly RoutingSpec Patient = new() { OnFailure = OnFailure.Skip, Retries = 0, Timeout = Ms(5000) };

    [Fact]
    public void Luck_of_acknowledgements_does_not_depend_on_what_else_is_underway()
    {
        LinkConditions jitter = Link(0) with { Latency = new DelayDistribution(DelayKind.Exponential, Ms(5), default, default, null) };
        Dictionary<(int, string, string, int?), Duration> Waits(int concurrency) =>
            Run(Spec(jitter, Patient, 0, 30, concurrency: concurrency)).Hops.Where(h => h is { Acked: not null, Delivered: not null })
                .ToDictionary(h => (h.Request, h.From, h.To, h.Layer), h => h.Acked!.Value - h.Delivered!.Value);

        Dictionary<(int, string, string, int?), Duration> alone = Waits(1), crowded = Waits(6);
        int compared = 0;
        foreach (((int, string, string, int?) hop, Duration wait) in crowded.Where(hop => alone.ContainsKey(hop.Key)))
        {
            wait.ShouldBe(alone[hop], hop.ToString());
            compared++;
        }

        compared.ShouldBeGreaterThan(100);
    }
}
