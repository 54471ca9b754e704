using LayerShuffle.Core.Links;
using LayerShuffle.Core.Seeds;
using static LayerShuffle.Core.Tests.Make;

namespace LayerShuffle.Core.Tests.Links;

/// <summary>Losses that depend on those before: what is lost after long, and in how long bursts, by hand.</summary>
public sealed class LossChainTests
{
    private const int Copies = 150_000;

    public static TheoryData<LossChain, double, double> Chains => new()
    {
        // Gilbert: bursts are geometric, 1/r long; π(bad) = p / (p + r).
        { new LossChain(LossKind.GilbertElliott) { P = 0.02, R = 0.2, LossBad = 1 }, 0.02 / 0.22, 5 },
        // A bad state that lets half through: a run goes on while it stays bad and loses again.
        { new LossChain(LossKind.GilbertElliott) { P = 0.1, R = 0.3, LossBad = 0.5 }, 0.25 * 0.5, 1 / (1 - (0.7 * 0.5)) },
        // netem's four states without single losses and gaps: Gilbert again.
        { new LossChain(LossKind.Markov) { P13 = 0.01, P31 = 0.25, P23 = 1 }, 0.01 / 0.26, 4 },
        // With p32 a burst of states 2 and 3: π2 = π3·p32/p23, π3 = π1·p13/p31, π4 = π1·p14.
        {
            new LossChain(LossKind.Markov) { P13 = 0.01, P31 = 0.2, P32 = 0.1, P23 = 0.3, P14 = 0.02 },
            ((0.01 / 0.2) + 0.02) / (1 + (0.01 / 0.2 * (1 + (0.1 / 0.3))) + 0.02),
            ((0.01 / 0.2) + 0.02) / (0.01 + 0.02 + (0.01 / 0.2 * (0.1 / 0.3) * 0.3))
        },
    };

    [Theory]
    [MemberData(nameof(Chains))]
    public void Loss_and_bursts_are_those_of_the_chain(LossChain chain, double loss, double burst)
    {
        chain.StationaryLoss().ShouldBe(loss, 1e-12);
        bool[] lost = Lost(new() { Loss = loss, LossChain = chain }, Copies, out LinkRecord record);
        // The deviation of a share of dependent draws: √(variance · (1 + 2·Σ autocorrelation) / n); five of them for a chain that forgets in 20 steps.
        lost.Average(l => l ? 1.0 : 0).ShouldBe(loss, 5 * Math.Sqrt(loss * (1 - loss) * 20 / Copies));
        (record.Lost / (double)record.Bursts).ShouldBe(burst, 0.05 * burst);
        record.Bursts.ShouldBe(lost.Where((l, i) => l && (i == 0 || !lost[i - 1])).Count());
    }

    [Fact]
    public void A_trial_begins_in_the_state_in_which_one_would_find_the_link()
    {
        var chain = new LossChain(LossKind.GilbertElliott) { P = 0.001, R = 0.001, LossBad = 1 };
        int lost = Enumerable.Range(0, 4000).Count(i => Lost(new() { Loss = 0.5, LossChain = chain }, 1, out _, i)[0]);
        lost.ShouldBeInRange(1850, 2150); // 2000 ± 5 deviations
    }

    [Fact]
    public void Correlated_loss_is_netems()
    {
        // netem: value = (1 − ρ)·u + ρ·last, lost below p; here with draws of the test's own.
        const double p = 0.25, rho = 0.5;
        bool[] lost = Lost(new() { Loss = p, LossChain = new(LossKind.Correlated) { P = p, R = rho } }, Copies, out _);
        double last = double.NaN;
        int expected = 0;
        RandomStream luck = Seed.Child("netem").Stream();
        for (int i = 0; i < Copies; i++)
        {
            last = double.IsNaN(last) ? luck.NextDouble() : ((1 - rho) * luck.NextDouble()) + (rho * last);
            expected += last < p ? 1 : 0;
        }

        ((double)lost.Count(l => l)).ShouldBe(expected, 0.03 * expected);
        (lost.Count(l => l) / (double)Copies).ShouldBeLessThan(p - 0.05, "a mean of draws is rarely small: netem's correlation makes losses rarer");
    }

    [Fact]
    public void The_first_are_lost_and_then_the_loss_rules()
    {
        bool[] lost = Lost(new() { Loss = 0, LoseFirst = 3 }, 10, out _);
        lost.ShouldBe([true, true, true, false, false, false, false, false, false, false]);
    }

    [Fact]
    public void A_fault_that_loses_the_first_begins_to_count_when_it_strikes()
    {
        LinkInjector injector = Injector(Latency(1));
        injector.Send(0, 1, Key(0), 1, At(0))[0].Fate.ShouldBe(CopyFate.Delivered);
        injector.ApplyPatch("cold", [1], new() { LoseFirst = 2 }, 0);
        Enumerable.Range(1, 3).Select(i => injector.Send(0, 1, Key(i), 1, At(i))[0].Fate).ShouldBe([CopyFate.Lost, CopyFate.Lost, CopyFate.Delivered]);
    }

    [Fact]
    public void A_plain_loss_takes_a_chain_off()
    {
        var chain = new LossChain(LossKind.GilbertElliott) { P = 1, R = 0, LossBad = 1 };
        LinkConditions bad = LinkConditions.Perfect.With(new() { Loss = 1, LossChain = chain });
        bad.With(new() { Loss = 0 }).ShouldBe(LinkConditions.Perfect);
        bad.With(new() { Corrupt = 0.5 }).LossChain.ShouldBe(chain);
    }

    [Theory]
    [InlineData(1, 1, 0)]
    [InlineData(5, 1, 4)]
    [InlineData(3, 0.5, 3)] // 2 that may not, then a coin until it falls: 1/0.5 of those
    public void With_a_gap_at_most_every_so_many_overtake(int gap, double probability, double between)
    {
        LinkInjector injector = Injector(Latency(20) with { Reorder = probability, ReorderPattern = new(0, gap) });
        int overtook = 0, sinceLast = gap;
        for (int i = 0; i < 40_000; i++)
        {
            bool skips = injector.Send(0, 1, Key(i), 1, At(i * 100))[0].At == At(i * 100);
            if (skips)
            {
                (sinceLast + 1).ShouldBeGreaterThanOrEqualTo(gap);
                overtook++;
            }

            sinceLast = skips ? 0 : sinceLast + 1;
        }

        (40_000.0 / overtook).ShouldBe(1 + between, 0.05 * (1 + between));
    }

    private static bool[] Lost(LinkPatch conditions, int copies, out LinkRecord record, int seed = 0)
    {
        LinkInjector injector = Injector(conditions, seed: Seed.Child(seed));
        bool[] lost = [.. Enumerable.Range(0, copies).Select(i => injector.Send(0, 1, Key(i), 1, At(0))[0].Fate == CopyFate.Lost)];
        record = injector.Records()[0];
        return lost;
    }
}
