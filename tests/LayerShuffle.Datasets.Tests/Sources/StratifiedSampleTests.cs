using CsCheck;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Datasets.Sources;

namespace LayerShuffle.Datasets.Tests.Sources;

public class StratifiedSampleTests
{
    [Fact]
    public void Classes_keep_their_share_to_within_one_image() =>
        Gen.Select(Gen.Int[0, 4].Array[1, 200], Gen.Double[0.01, 1]).Sample((labels, share) =>
        {
            int count = Math.Max(1, (int)(labels.Length * share));
            int[] drawn = StratifiedSample.Draw(labels, 5, count, SeedTree.Root(1));
            drawn.Length.ShouldBe(count);
            drawn.ShouldBeUnique();
            drawn.ShouldBeInOrder();
            for (int c = 0; c < 5; c++)
                Math.Abs(drawn.Count(i => labels[i] == c) - (double)labels.Count(l => l == c) * count / labels.Length).ShouldBeLessThan(1);
        }, iter: 200);

    [Fact]
    public void Everything_is_taken_as_it_lies() =>
        StratifiedSample.Draw([1, 0, 1], 2, 3, SeedTree.Root(0)).ShouldBe([0, 1, 2]);
}
