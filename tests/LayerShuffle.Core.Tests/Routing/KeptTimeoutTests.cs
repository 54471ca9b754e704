using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Time;
using static LayerShuffle.Core.Tests.Make;

namespace LayerShuffle.Core.Tests.Routing;

/// <summary>RFC 6298, 5.5 to 5.7: what proved too short is doubled, and kept until a fresh sample.</summary>
public sealed class KeptTimeoutTests
{
    private readonly RetransmissionTimer timer = new();

    public KeptTimeoutTests()
    {
        for (int i = 0; i < 200; i++)
            timer.Sample(Ms(10), At(i));
        timer.Wait(0).ShouldBe(Ms(11));
    }

    [Fact]
    public void A_backed_off_timeout_is_kept_for_the_messages_that_follow_until_a_sample()
    {
        timer.Expired(Ms(11), At(200), At(211));
        timer.Wait(0).ShouldBe(Ms(22));
        timer.Wait(1).ShouldBe(Ms(22));
        timer.Expired(Ms(22), At(200), At(233));
        timer.Wait(0).ShouldBe(Ms(44));
        timer.Wait(3).ShouldBe(Ms(88), "a message's own doubling goes on");
        timer.Current.ShouldBe(Ms(11), "what was measured has not changed");
        timer.Sample(Ms(200), At(400));
        timer.Wait(0).ShouldBeGreaterThan(Ms(200), "one late round trip is enough to wait for the next");
        timer.Wait(0).ShouldBe(timer.Current);
    }

    [Fact]
    public void Many_messages_that_expire_together_double_it_once()
    {
        for (int i = 0; i < 50; i++)
            timer.Expired(Ms(11), At(200), At(211));
        timer.Wait(0).ShouldBe(Ms(22));
    }

    [Fact]
    public void Who_has_been_silent_for_a_second_is_not_waited_for_ever_longer()
    {
        timer.Expired(Ms(400), At(200), At(600));
        timer.Wait(0).ShouldBe(Ms(800));
        timer.Expired(Ms(800), At(200), At(1400));
        timer.Wait(0).ShouldBe(Ms(11));
        timer.Wait(2).ShouldBe(Ms(44));
        timer.Expired(Ms(11), At(1400), At(1411));
        timer.Wait(0).ShouldBe(Ms(11));
        timer.Sample(Ms(10), At(1500));
        timer.Expired(Ms(11), At(1490), At(1511));
        timer.Wait(0).ShouldBe(Ms(22), "it has been heard again");
    }

    [Fact]
    public void A_second_of_silence_is_counted_from_the_sending_and_ended_by_whatever_is_heard()
    {
        timer.Sample(Ms(10), At(700));
        timer.Expired(Ms(1100), At(200), At(1300)); // sent at 200, but something was heard at 700
        timer.Wait(0).ShouldBe(Ms(2200));
    }

    [Fact]
    public void Who_is_known_to_be_dead_is_not_waited_for_any_longer_than_was_measured()
    {
        timer.Expired(Ms(11), At(200), At(211));
        timer.Silence();
        timer.Wait(0).ShouldBe(Ms(11));
    }

    [Fact]
    public void A_kept_timeout_is_at_most_a_minute()
    {
        timer.Sample(Ms(10), At(90_000));
        timer.Expired(Duration.FromSeconds(50), At(90_000), At(140_000));
        timer.Wait(0).ShouldBe(Duration.FromSeconds(60));
        timer.Wait(1_000_000).ShouldBe(Duration.FromSeconds(60));
    }
}
