using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Core.Tests.Routing;

public sealed class CircuitBreakerTests
{
    private static Instant At(double ms) => Instant.Zero + Duration.FromMilliseconds(ms);

    private static CircuitBreaker After(int failures) => new(new AvoidSpec(failures, Duration.FromMilliseconds(1000)));

    [Fact]
    public void It_opens_after_so_many_timeouts_in_a_row_and_for_so_long()
    {
        CircuitBreaker breaker = After(3);
        breaker.Failed(At(0), At(50));
        breaker.Failed(At(50), At(100));
        breaker.Succeeded();
        breaker.Failed(At(100), At(150));
        breaker.Failed(At(150), At(200));
        breaker.Allows(At(200)).ShouldBeTrue();
        breaker.Failed(At(200), At(250));
        breaker.Allows(At(250)).ShouldBeFalse();
        breaker.Allows(At(1249.999)).ShouldBeFalse();
        breaker.Left(At(1000)).ShouldBe(Duration.FromMilliseconds(250));
        breaker.Allows(At(1250)).ShouldBeTrue();
    }

    [Fact]
    public void Half_open_one_hop_tries_it()
    {
        CircuitBreaker breaker = After(1);
        breaker.Failed(At(0), At(50));
        breaker.Failed(At(10), At(60)); // sent before it opened: says nothing new
        breaker.IsHalfOpen(At(1050)).ShouldBeTrue();
        breaker.Sent(At(1050));
        breaker.Allows(At(1060)).ShouldBeFalse(); // another hop
        breaker.Failed(At(20), At(1070)); // not the one that tries it
        breaker.Failed(At(1050), At(1100));
        breaker.Allows(At(2099)).ShouldBeFalse();
        breaker.Sent(At(2100));
        breaker.Succeeded();
        breaker.Allows(At(2110)).ShouldBeTrue();
        breaker.IsHalfOpen(At(2110)).ShouldBeFalse();
    }

    [Fact]
    public void A_trial_of_which_nothing_comes_does_not_close_the_way_for_ever()
    {
        CircuitBreaker breaker = After(1);
        breaker.Failed(At(0), At(50));
        breaker.Sent(At(1050));
        breaker.Allows(At(2049)).ShouldBeFalse();
        breaker.Allows(At(2050)).ShouldBeTrue();
    }
}
