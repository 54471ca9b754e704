using LayerShuffle.Cluster.Wall;
using LayerShuffle.Core.Distributions;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Time;
using LayerShuffle.Core.Trials;

namespace LayerShuffle.Cluster.Tests.Wall;

/// <summary>What a machine that is too busy has done to a trial, and what it has not.</summary>
public sealed class TrialStrainTests
{
    private static readonly LedgerEntry Crash = new(At(7.3), "outage", "crash", "node-3", "began", At(5));

    [Fact]
    public void A_fault_that_struck_seconds_late_is_told()
    {
        LedgerEntry prompt = new(At(1.01), "nap", "pause", "node-1", "began", At(1)), told = new(At(99), "", "process", "node-1", "respawned");
        TrialStrain strain = TrialStrain.Of(Spec(), [prompt, Crash, told], 0, Duration.Zero);
        strain.IsNoticeable.ShouldBeTrue();
        strain.FaultLate.ShouldBe(Duration.FromMilliseconds(2300));
        strain.Warning().ShouldContain("outage (crash, began) on node-3 struck 2.3 s after its time");
        TrialStrain.Of(Spec(), [prompt, told], 0, Duration.Zero).IsNoticeable.ShouldBeFalse();
    }

    [Fact]
    public void Messages_sent_again_though_nothing_was_lost_are_told()
    {
        TrialStrain strain = TrialStrain.Of(Spec(), [], 12, Duration.Zero);
        strain.IsNoticeable.ShouldBeTrue();
        strain.Warning().ShouldContain("12 messages were sent again though nothing was lost");
        TrialStrain.Of(Spec(), [], 0, Duration.Zero).IsNoticeable.ShouldBeFalse();
    }

    public static TheoryData<string> Reasons => ["loss", "corrupt", "bandwidth", "jitter", "link", "timeout", "fault", "death"];

    [Theory]
    [MemberData(nameof(Reasons))]
    public void Nothing_is_said_of_messages_sent_again_for_a_reason(string reason)
    {
        TrialSpec spec = Spec();
        LinkConditions link = spec.Network.Default;
        spec = reason switch
        {
            "loss" => spec with { Network = spec.Network with { Default = link with { Loss = 0.01 } } },
            "corrupt" => spec with { Network = spec.Network with { Default = link with { Corrupt = 0.01 } } },
            "bandwidth" => spec with { Network = spec.Network with { Default = link with { BandwidthBytesPerSecond = 1e6 } } },
            "jitter" => spec with { Network = spec.Network with { Default = link with { Latency = link.Latency with { Kind = DelayKind.Exponential } } } },
            "link" => spec with { Network = spec.Network with { Links = [new LinkException("all", "node-1", new LinkPatch { Loss = 0.5 })] } },
            "timeout" => spec with { Routing = spec.Routing with { Timeout = Duration.FromMilliseconds(90) } },
            "fault" => spec with { Faults = [new LinkFault("bad", Duration.Zero, ["all"], ["all"], new LinkPatch { Loss = 1 }, null)] },
            _ => spec,
        };
        LedgerEntry[] ledger = reason == "death" ? [new(At(1), "", "process", "node-1", "died (signal 9)")] : [];
        TrialStrain.Of(spec, ledger, 12, Duration.Zero).IsNoticeable.ShouldBeFalse();
    }

    [Fact]
    public void Timers_of_the_coordinator_that_were_late_are_told() =>
        TrialStrain.Of(Spec(), [], 0, Duration.FromMilliseconds(1234)).Warning().ShouldContain("the coordinator's own timers were up to 1.2 s late");

    private static Instant At(double seconds) => Instant.Zero + Duration.FromMilliseconds((long)Math.Round(seconds * 1000));

    private static TrialSpec Spec() => TrialBuilder.Spec(TrialBuilder.Link(5), new RoutingSpec());
}
