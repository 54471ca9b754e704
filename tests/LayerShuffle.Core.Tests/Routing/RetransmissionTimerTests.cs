using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Time;
using static LayerShuffle.Core.Tests.Make;

namespace LayerShuffle.Core.Tests.Routing;

public sealed class RetransmissionTimerTests
{
    /// <summary>By hand: 100 → SRTT 100, RTTVAR 50; 140 → RTTVAR 37.5 + 10 = 47.5, SRTT 105; 97 → RTTVAR 35.625 + 2 = 37.625, SRTT 104.</summary>
    [Fact]
    public void Timeouts_follow_rfc_6298()
    {
        var timer = new RetransmissionTimer();
        timer.Current.ShouldBe(Duration.FromSeconds(1));
        timer.Sample(Ms(100));
        timer.Current.ShouldBe(Ms(100 + 4 * 50));
        timer.Sample(Ms(140));
        timer.Current.ShouldBe(Ms(105 + 4 * 47.5));
        timer.Sample(Ms(97));
        timer.Current.ShouldBe(Ms(104 + 4 * 37.625));
    }

    [Fact]
    public void A_steady_round_trip_is_waited_for_one_granule_longer()
    {
        var timer = new RetransmissionTimer();
        for (int i = 0; i < 200; i++)
            timer.Sample(Ms(10));
        timer.Current.ShouldBe(Ms(11));
        timer = new();
        timer.Sample(Duration.Zero);
        timer.Current.ShouldBe(Ms(1));
    }

    [Fact]
    public void A_timeout_is_at_most_a_minute()
    {
        var timer = new RetransmissionTimer();
        timer.Sample(Duration.FromSeconds(50));
        timer.Current.ShouldBe(Duration.FromSeconds(60));
    }

    [Fact]
    public void Every_resend_of_a_message_waits_twice_as_long()
    {
        RetransmissionTimer.Backoff(Ms(30), 0).ShouldBe(Ms(30));
        RetransmissionTimer.Backoff(Ms(30), 1).ShouldBe(Ms(60));
        RetransmissionTimer.Backoff(Ms(30), 3).ShouldBe(Ms(240));
        RetransmissionTimer.Backoff(Ms(30), 1_000_000).ShouldBe(Duration.FromSeconds(60));
        RetransmissionTimer.Backoff(Duration.Zero, 5).ShouldBe(Duration.Zero);
    }
}
