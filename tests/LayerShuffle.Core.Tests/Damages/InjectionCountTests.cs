using LayerShuffle.Core.Damages;

namespace LayerShuffle.Core.Tests.Damages;

public sealed class InjectionCountTests
{
    [Theory]
    [InlineData(1e30, 0.01, 9604)] // t² ÷ 4 e²: the well-known number of opinion polls
    [InlineData(1e30, 0.05, 385)]
    [InlineData(10_000, 0.05, 370)]
    [InlineData(500, 0.01, 476)]
    [InlineData(1, 0.01, 1)]
    public void So_many_are_needed_for_a_margin_at_95_percent(double population, double margin, long needed) =>
        InjectionCount.Needed(population, margin).ShouldBe(needed);

    [Fact]
    public void A_rare_outcome_asks_for_fewer() => InjectionCount.Needed(1e30, 0.01, share: 0.1).ShouldBe(3458); // 1.96² · 0.09 ÷ 0.0001

    [Theory]
    [InlineData(1e9, 385)]
    [InlineData(10_000, 370)]
    [InlineData(500, 476)]
    public void The_margin_of_a_number_is_that_for_which_so_many_are_needed(double population, long injections)
    {
        double margin = InjectionCount.Margin(population, injections);
        InjectionCount.Needed(population, margin).ShouldBe(injections);
        InjectionCount.Needed(population, margin * 0.999).ShouldBeGreaterThanOrEqualTo(injections);
    }

    [Fact]
    public void Whoever_injects_all_knows() => InjectionCount.Margin(500, 500).ShouldBe(0);
}
