using CsCheck;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Seeds;

namespace LayerShuffle.Core.Tests.Routing;

public sealed class KendallTauTests
{
    [Theory]
    [InlineData(new int[0], 0)]
    [InlineData(new[] { 5 }, 0)]
    [InlineData(new[] { 0, 1, 2, 3 }, 0)]
    [InlineData(new[] { 3, 2, 1, 0 }, 1)]
    [InlineData(new[] { 1, 0, 2 }, 1.0 / 3)]
    [InlineData(new[] { 7, 2 }, 1)]
    public void Known_distances(int[] order, double expected) => KendallTau.NormalizedDistance(order).ShouldBe(expected);

    /// <summary>The distance is also the least number of swaps of neighbours that sorts: a bubble sort makes exactly so many.</summary>
    [Fact]
    public void It_is_the_number_of_swaps_of_a_bubble_sort() =>
        Gen.Select(Gen.Int[2, 12], Gen.Int).Sample((count, seed) =>
        {
            int[] order = SeedTree.Root(seed).Stream().Permutation(count), sorted = [.. order];
            int swaps = 0;
            for (int pass = 0; pass < count; pass++)
                for (int i = 0; i + 1 < count; i++)
                    if (sorted[i] > sorted[i + 1])
                    {
                        (sorted[i], sorted[i + 1]) = (sorted[i + 1], sorted[i]);
                        swaps++;
                    }
            KendallTau.NormalizedDistance(order).ShouldBe(swaps / (count * (count - 1) / 2.0));
        }, iter: 500, seed: "0000KOIPe036", threads: 1);
}
