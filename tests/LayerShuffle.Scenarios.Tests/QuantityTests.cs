using LayerShuffle.Core.Time;
using LayerShuffle.Scenarios.Units;

namespace LayerShuffle.Scenarios.Tests;

public class QuantityTests
{
    [Theory]
    [InlineData("250us", 250_000)]
    [InlineData("20ms", 20_000_000)]
    [InlineData("1.5s", 1_500_000_000)]
    [InlineData("2m", 120_000_000_000)]
    [InlineData("1h", 3_600_000_000_000)]
    [InlineData("7ns", 7)]
    [InlineData("7 ns", 7)]
    [InlineData("1e-3s", 1_000_000)]
    [InlineData(".5us", 500)]
    [InlineData("0s", 0)]
    public void Durations_are_exact(string text, long nanoseconds)
    {
        Quantity.Duration(text, out Duration value).ShouldBeNull();
        value.Nanoseconds.ShouldBe(nanoseconds);
    }

    [Theory]
    [InlineData("20", "a bare number where a unit is needed")]
    [InlineData("0", "a bare number where a unit is needed")]
    [InlineData("20MS", "unknown unit `MS`")]
    [InlineData("-1ms", "a duration cannot be negative")]
    [InlineData("soon", "`soon` is not a duration")]
    [InlineData("9000000h", "a duration of more than a year")]
    [InlineData("1,5s", "unknown unit `,5s`")]
    public void Durations_say_what_is_wrong(string text, string problem) => Quantity.Duration(text, out _).ShouldBe(problem);

    [Theory]
    [InlineData("5%", 0.05)]
    [InlineData("0.05", 0.05)]
    [InlineData("100%", 1)]
    [InlineData("0", 0)]
    [InlineData("0.1%", 0.001)]
    [InlineData("1e-2", 0.01)]
    public void Probabilities(string text, double expected)
    {
        Quantity.Probability(text, out double value).ShouldBeNull();
        value.ShouldBe(expected);
    }

    [Theory]
    [InlineData("120%", "a probability of 120% is impossible")]
    [InlineData("-1%", "a probability of -1% is impossible")]
    [InlineData("-0.1", "a probability of -0.1 is impossible")]
    [InlineData("1", "a bare probability lies in [0, 1); certainty is written `100%`")]
    [InlineData("5", "a bare probability of 5 is impossible: it lies in [0, 1)")]
    [InlineData("5ms", "unknown unit `ms`")]
    public void Impossible_probabilities(string text, string problem) => Quantity.Probability(text, out _).ShouldBe(problem);

    [Theory]
    [InlineData("100Mbps", 12_500_000)]
    [InlineData("12MB/s", 12_000_000)]
    [InlineData("8bps", 1)]
    [InlineData("8Mbit", 1_000_000)]
    [InlineData("8Mbits/s", 1_000_000)]
    [InlineData("2MBps", 2_000_000)]
    [InlineData("3KiB/s", 3072)]
    [InlineData("1kbps", 125)]
    [InlineData("1Gbps", 125_000_000)]
    [InlineData("1Kibps", 128)]
    [InlineData("1KiB/s", 1024)]
    [InlineData("1MiB/s", 1_048_576)]
    [InlineData("1kB/s", 1000)]
    [InlineData("1KB/s", 1000)]
    [InlineData("3B/s", 3)]
    [InlineData("8Mbit/s", 1_000_000)]
    public void Rates_are_bytes_a_second(string text, double expected)
    {
        Quantity.Rate(text, out double value).ShouldBeNull();
        value.ShouldBe(expected);
    }

    [Theory]
    [InlineData("64KB", 64_000)]
    [InlineData("1MiB", 1_048_576)]
    [InlineData("1GB", 1e9)]
    [InlineData("8b", 1)]
    public void Sizes_are_bytes(string text, double expected)
    {
        Quantity.Size(text, out double value).ShouldBeNull();
        value.ShouldBe(expected);
    }

    [Theory]
    [InlineData("50/s", 50)]
    [InlineData("2/ms", 2000)]
    [InlineData("120/m", 2)]
    public void Rates_of_requests(string text, double expected)
    {
        Quantity.RequestRate(text, out double value).ShouldBeNull();
        value.ShouldBe(expected, 1e-9);
    }

    [Fact]
    public void A_rate_needs_its_unit()
    {
        Quantity.Rate("100", out _).ShouldBe("a bare number where a unit is needed");
        Quantity.Rate("0bps", out _).ShouldBe("a rate must be greater than 0");
        Quantity.Rate("100Mb", out _).ShouldBe("unknown unit `Mb`");
        Quantity.RequestRate("50", out _).ShouldBe("a bare number where a unit is needed");
        Quantity.Size("50", out _).ShouldBe("a bare number where a unit is needed");
    }
}
