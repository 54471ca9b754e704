using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Core.Tests.Routing;

public sealed class BackoffTests
{
    private static Duration Ms(double milliseconds) => Duration.FromMilliseconds(milliseconds);

    [Fact]
    public void An_attempt_waits_the_timeout_times_the_factor_to_its_power_up_to_the_most()
    {
        var backoff = new BackoffSpec(1.5, Ms(200), 0);
        Enumerable.Range(0, 7).Select(attempt => backoff.Grown(Ms(40), attempt).TotalMilliseconds)
            .ShouldBe([40, 60, 90, 135, 200, 200, 200]);
        new BackoffSpec(2, null, 0).Grown(Ms(40), 4000).ShouldBe(new Duration(long.MaxValue)); // for ever
        new BackoffSpec(2, Ms(10), 0).Grown(Ms(40), 0).ShouldBe(Ms(10));
    }

    [Fact]
    public void Jitter_spreads_evenly_and_never_beyond_the_most()
    {
        var backoff = new BackoffSpec(2, Ms(110), 0.2);
        backoff.Jittered(Ms(100), 0).ShouldBe(Ms(80));
        backoff.Jittered(Ms(100), 0.5).ShouldBe(Ms(100));
        backoff.Jittered(Ms(100), 0.74).ShouldBe(Ms(109.6));
        backoff.Jittered(Ms(100), 0.999).ShouldBe(Ms(110));
    }

    [Fact]
    public void A_measured_timeout_grows_by_the_factor_too()
    {
        var timer = new RetransmissionTimer(new BackoffSpec(3, Ms(2000), 0));
        timer.Sample(Ms(100)); // 100 + 4 · 50
        Enumerable.Range(0, 4).Select(attempt => timer.Wait(attempt).TotalMilliseconds).ShouldBe([300, 900, 2000, 2000]);
        timer.Expired(Ms(300), Instant.Zero, Instant.Zero + Ms(300));
        timer.Wait(0).ShouldBe(Ms(900)); // kept until something is heard
        new RetransmissionTimer().Wait(3).ShouldBe(Ms(8000)); // without a factor of its own it doubles
    }
}
