using LayerShuffle.Core.Seeds;
using LayerShuffle.Datasets.Loading;

namespace LayerShuffle.Datasets.Tests;

public class OptionsTests
{
    [Fact]
    public void Impossible_options_are_refused()
    {
        DatasetOptions shapes = new() { Kind = DatasetKind.Shapes };
        Message(shapes with { ImageSize = 0 }).ShouldContain("image size of 0");
        Message(shapes with { Train = 0 }).ShouldContain("train must be at least 1");
        Message(shapes with { Test = -2 }).ShouldContain("not -2");
        Message(new() { Kind = DatasetKind.Mnist }).ShouldContain("needs a path");
        Message(shapes with { Train = int.MaxValue, ImageSize = 64 }).ShouldContain("GiB of memory");
        Message(new() { Kind = (DatasetKind)99 }).ShouldContain("unknown");
    }

    private static string Message(DatasetOptions options) => Should.Throw<DatasetException>(() => DatasetLoader.Load(options, SeedTree.Root(0))).Message;
}
