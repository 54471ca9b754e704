using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Core.Tests.Routing;

public class PhiAccrualTests
{
    private static readonly PhiSpec Akka = PhiSpec.Default;

    [Theory]
    [InlineData(0, 0.30102999566398)] // one half is as likely as not: −log10 of it
    [InlineData(1, 0.79951)] // −log10 of 1 − Φ(1) = 0.15866 …
    [InlineData(2, 1.6432)] // … and 0.02275: the logistic approximation is near
    [InlineData(3, 2.8697)]
    public void Phi_is_the_logarithm_of_how_unlikely_it_is(double deviations, double phi) => PhiAccrual.Phi(deviations).ShouldBe(phi, 0.05);

    [Theory]
    [InlineData(100)]
    [InlineData(20)]
    public void With_constant_heartbeats_the_time_is_their_interval_plus_the_pause_plus_so_many_least_deviations(double leastMs)
    {
        PhiSpec spec = Akka with { LeastDeviation = Duration.FromMilliseconds(leastMs) };
        var detector = new PhiAccrual(spec, Instant.Zero);
        Instant now = Instant.Zero;
        for (int i = 0; i < 3000; i++)
            detector.Heard(now += Duration.FromSeconds(1));
        // The two that it began with are forgotten after a thousand: the deviation is the least there is. a = ln(10^8 − 1), and y(1.5976 + 0.070566 y²) = a.
        double a = Math.Log(Math.Pow(10, 8) - 1), y = Cardano(0.070566, 1.5976, a);
        (detector.SuspectedAt - now).TotalSeconds.ShouldBe(1 + 3 + (y * leastMs / 1000), 1e-6);
        PhiAccrual.Phi(y).ShouldBe(8, 1e-9);
    }

    [Fact]
    public void Before_the_first_heartbeat_it_begins_with_a_quarter_of_an_interval()
    {
        double y = Cardano(0.070566, 1.5976, Math.Log(Math.Pow(10, 8) - 1));
        (new PhiAccrual(Akka, Instant.Zero).SuspectedAt - Instant.Zero).TotalSeconds.ShouldBe(1 + 3 + (y * 0.25), 1e-6);
    }

    [Fact]
    public void Who_comes_back_is_believed_and_the_gap_is_not_an_interval()
    {
        var detector = new PhiAccrual(Akka, Instant.Zero);
        Instant now = Instant.Zero;
        for (int i = 0; i < 1100; i++)
            detector.Heard(now += Duration.FromSeconds(1));
        Duration usual = detector.SuspectedAt - now;
        detector.Heard(now += Duration.FromSeconds(60));
        (detector.SuspectedAt - now).ShouldBe(usual);
        detector.Heard(now += Duration.FromSeconds(2)); // late, and no more than that
        (detector.SuspectedAt - now).ShouldBeGreaterThan(usual);
    }

    /// <summary>The root of a y³ + b y = c, for a and b greater than 0.</summary>
    private static double Cardano(double a, double b, double c)
    {
        double p = b / a, q = c / a, root = Math.Sqrt((q * q / 4) + (p * p * p / 27));
        return Math.Cbrt((q / 2) + root) + Math.Cbrt((q / 2) - root);
    }
}
