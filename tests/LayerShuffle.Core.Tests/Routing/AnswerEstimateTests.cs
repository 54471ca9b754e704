using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Core.Tests.Routing;

public sealed class AnswerEstimateTests
{
    private static Instant At(double ms) => Instant.Zero + Ms(ms);

    private static Duration Ms(double ms) => Duration.FromMilliseconds(ms);

    [Fact]
    public void It_is_the_way_there_and_back_and_what_waits_there()
    {
        var estimate = new AnswerEstimate();
        estimate.Expected(At(0)).ShouldBe(0); // not known
        estimate.Acknowledged(Ms(10), 0, At(10));
        estimate.Released(Ms(40), 0, At(50));
        estimate.Acknowledged(Ms(10), 3, At(50)); // 4 of 40 ms are there now
        (estimate.Expected(At(50)) / 1e6).ShouldBe(10 + (40 * (4 + 1)), 0.5);
        (estimate.Expected(At(130)) / 1e6).ShouldBe(10 + (40 * (2 + 1)), 2); // two are done by then
        estimate.Pending = 2;
        (estimate.Expected(At(130)) / 1e6).ShouldBe(10 + (40 * (2 + 2 + 1)), 3);
    }

    [Fact]
    public void A_timeout_counts_as_the_time_that_was_waited_at_least()
    {
        var estimate = new AnswerEstimate();
        estimate.Acknowledged(Ms(10), 0, At(10));
        estimate.Missed(Ms(50), At(60));
        (estimate.Expected(At(60)) / 1e6).ShouldBe(50);
        estimate.Missed(Ms(20), At(60));
        (estimate.Expected(At(60)) / 1e6).ShouldBe(50);
        estimate.Acknowledged(Ms(10), 0, At(60));
        (estimate.Expected(At(60)) / 1e6).ShouldBe(45); // leans on it by an eighth
    }

    [Fact]
    public void What_was_seen_fades()
    {
        var estimate = new AnswerEstimate();
        estimate.Missed(Ms(50), At(0));
        (estimate.Expected(At(10_000)) / 1e6).ShouldBe(50 / Math.E, 1e-6);
        estimate.Expected(At(200_000)).ShouldBeLessThan(1);
    }
}
