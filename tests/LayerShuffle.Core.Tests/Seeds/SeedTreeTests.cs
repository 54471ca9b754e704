using LayerShuffle.Core.Seeds;

namespace LayerShuffle.Core.Tests.Seeds;

public sealed class SeedTreeTests
{
    [Fact]
    public void A_draw_is_a_function_of_its_path()
    {
        SeedTree.Root(7).Child("loss").Child(3).Uniform.ShouldBe(SeedTree.Root(7).Child("loss").Child(3).Uniform);
        HashSet<ulong> bits =
        [
            SeedTree.Root(7).Bits, SeedTree.Root(8).Bits, SeedTree.Root(7).Child(1).Child(2).Bits, SeedTree.Root(7).Child(2).Child(1).Bits,
                SeedTree.Root(7).Child(1).Bits,
            SeedTree.Root(7).Child("1").Bits, SeedTree.Root(7).Child(-1).Bits, SeedTree.Root(7).Child("ab").Child("c").Bits,
                SeedTree.Root(7).Child("a").Child("bc").Bits,
        ];
        bits.Count.ShouldBe(9);
    }

    [Fact]
    public void Children_are_uniform()
    {
        var counts = new int[64];
        for (int i = 0; i < 64_000; i++)
            counts[(int)(64 * SeedTree.Root(1).Child("draws").Child(i).Uniform)]++;
        counts.ShouldBeEquallyLikely();
    }

    /// <summary>Pairs of draws fall evenly into a grid: neighbouring indexes, parent and child, purposes, and the first and last steps of a path.</summary>
    [Theory]
    [InlineData("neighbours")]
    [InlineData("parent and child")]
    [InlineData("purposes")]
    [InlineData("swapped")]
    [InlineData("repeats")]
    [InlineData("seeds")]
    public void Related_paths_are_independent(string pair)
    {
        var counts = new int[256];
        for (int i = 0; i < 65_536; i++)
        {
            SeedTree root = SeedTree.Root(11);
            (SeedTree a, SeedTree b) = pair switch
            {
                "neighbours" => (root.Child(i), root.Child(i + 1)),
                "parent and child" => (root.Child(i), root.Child(i).Child(0)),
                "purposes" => (root.Child("loss").Child(i), root.Child("corrupt").Child(i)),
                "swapped" => (root.Child(i).Child(1_000_000 + i), root.Child(1_000_000 + i).Child(i)),
                "repeats" => (root.Child(0).Child(i), root.Child(1).Child(i)),
                _ => (SeedTree.Root(i).Child("x"), SeedTree.Root(i + 1).Child("x")),
            };
            counts[(int)(16 * a.Uniform) * 16 + (int)(16 * b.Uniform)]++;
        }
        counts.ShouldBeEquallyLikely();
    }

    [Fact]
    public void Permutations_are_equally_likely()
    {
        var counts = new int[120];
        for (int i = 0; i < 60_000; i++)
        {
            int[] order = SeedTree.Root(5).Child("order").Child(i).Stream().Permutation(5);
            order.Order().ShouldBe(Enumerable.Range(0, 5));
            int rank = 0; // its number in the factorial number system
            for (int j = 0; j < 5; j++)
                rank = rank * (5 - j) + order[(j + 1)..].Count(later => later < order[j]);
            counts[rank]++;
        }
        counts.ShouldBeEquallyLikely();
    }

    [Fact]
    public void Integers_of_a_stream_are_uniform_whatever_the_bound()
    {
        RandomStream stream = SeedTree.Root(9).Stream();
        var counts = new int[7];
        for (int i = 0; i < 70_000; i++)
            counts[stream.Next(7)]++;
        counts.ShouldBeEquallyLikely();
    }
}
