using LayerShuffle.Core.Models;
using LayerShuffle.Core.Seeds;

namespace LayerShuffle.Core.Tests.Models;

/// <summary>Orders in which batches run through the layers, against their distributions.</summary>
public sealed class OrderSpecTests
{
    private const int Draws = 20_000;

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.3)]
    [InlineData(0.8)]
    [InlineData(1.0)]
    public void Mallows_has_each_order_as_often_as_its_inversions_say(double q)
    {
        const int layers = 4;
        Dictionary<string, int> counts = All(new OrderSpec { Mallows = q }, layers).CountBy(order => string.Join(' ', order)).ToDictionary();
        double norm = Permutations(layers).Sum(order => Math.Pow(q, Inversions(order)));
        foreach (int[] order in Permutations(layers))
        {
            double p = Math.Pow(q, Inversions(order)) / norm;
            ((double)counts.GetValueOrDefault(string.Join(' ', order)) / Draws)
                .ShouldBe(p, 4 * Math.Sqrt(p * (1 - p) / Draws) + 1e-12, string.Join(' ', order));
        }
    }

    [Theory]
    [InlineData(6, 0.5)]
    [InlineData(12, 0.9)]
    public void Its_mean_distance_is_the_sum_over_the_insertions(int layers, double q)
    {
        // Item i makes k inversions with probability q^k ÷ (1 + … + q^i).
        double mean = 0, variance = 0;
        for (int i = 0; i < layers; i++)
        {
            double[] weights = [.. Enumerable.Range(0, i + 1).Select(k => Math.Pow(q, k))];
            double first = weights.Select((weight, k) => k * weight).Sum() / weights.Sum();
            mean += first;
            variance += weights.Select((weight, k) => k * k * weight).Sum() / weights.Sum() - first * first;
        }

        All(new OrderSpec { Mallows = q }, layers).Average(Inversions).ShouldBe(mean, 4 * Math.Sqrt(variance / Draws));
    }

    [Fact]
    public void A_curriculum_goes_from_ascending_to_uniform()
    {
        var half = new OrderSpec { Curriculum = 0.5 };
        SeedTree luck = SeedTree.Root(4);
        half.Draw(6, luck, luck, 0).ShouldBe([0, 1, 2, 3, 4, 5]);
        half.Draw(6, luck, luck, 0.5).ShouldBe(OrderSpec.Uniform.Draw(6, luck, luck, 0));
        half.Draw(6, luck, luck, 1).ShouldBe(OrderSpec.Uniform.Draw(6, luck, luck, 0));
        half.Draw(6, luck, luck, 0.25).ShouldBe(new OrderSpec { Mallows = 0.5 }.Draw(6, luck, luck, 0.9));
        OrderSpec.Uniform.Draw(6, luck, luck, 0).ShouldBe(luck.Stream().Permutation(6)); // what was drawn before there were others
    }

    [Fact]
    public void Pinned_layers_stay_and_others_are_left_out_for_the_whole_step()
    {
        var spec = new OrderSpec { PinFirst = 1, PinLast = 2, Skip = 0.4 };
        SeedTree step = SeedTree.Root(8);
        string[] sets = new string[50];
        for (int batch = 0; batch < sets.Length; batch++)
        {
            int[] order = spec.Draw(8, step.Child(batch), step, 0.3);
            order.Length.ShouldBe(6); // of five that may move, two are left out
            (order[0], order[^2], order[^1]).ShouldBe((0, 6, 7));
            order.Distinct().Count().ShouldBe(order.Length);
            sets[batch] = string.Join(' ', order.Order());
        }

        sets.Distinct().ShouldHaveSingleItem();
        int[] gone = [.. Enumerable.Range(0, Draws).SelectMany(i => Enumerable.Range(0, 8).Except(spec.Draw(8, step.Child(i), step.Child(i), 0)))];
        for (int layer = 1; layer < 6; layer++)
            ((double)gone.Count(other => other == layer) / Draws).ShouldBe(0.4, 4 * Math.Sqrt(0.24 / Draws));
    }

    [Fact]
    public void A_trace_is_drawn_from_and_its_words_tell_it_from_another()
    {
        OrderSpec spec = new() { Trace = new OrderTrace([[2, 0], [1], [0, 1, 2]]) };
        All(spec, 3).CountBy(order => string.Join(' ', order)).ShouldAllBe(count => Math.Abs(count.Value - Draws / 3) < 300);
        spec.ShouldBe(new OrderSpec { Trace = new OrderTrace([[2, 0], [1], [0, 1, 2]]) });
        spec.ToString().ShouldNotBe(new OrderSpec { Trace = new OrderTrace([[2, 0], [1], [0, 2, 1]]) }.ToString());
        OrderSpec.Uniform.ToString().ShouldBe("uniform");
        new OrderSpec { Mallows = 0, PinFirst = 1 }.ToString().ShouldBe("mallows 0, pin first 1");
    }

    private static IEnumerable<int[]> All(OrderSpec spec, int layers) =>
        Enumerable.Range(0, Draws).Select(i => SeedTree.Root(2).Child(i)).Select(luck => spec.Draw(layers, luck, luck, 0));

    private static int Inversions(int[] order)
    {
        int count = 0;
        for (int i = 0; i < order.Length; i++)
            count += order.Skip(i + 1).Count(later => later < order[i]);
        return count;
    }

    private static IEnumerable<int[]> Permutations(int count) => count == 0 ? [[]]
        : Permutations(count - 1).SelectMany(rest => Enumerable.Range(0, count).Select(at => (int[])[.. rest[..at], count - 1, .. rest[at..]]));
}
