namespace LayerShuffle.Datasets.Tests.Support;

/// <summary>Small image sets and ways to look into them.</summary>
public static class Pictures
{
    public static byte[] Pixels(IImageSet set, int index)
    {
        var pixels = new byte[3 * set.Height * set.Width];
        set.CopyPixels(index, pixels);
        return pixels;
    }

    /// <summary>Images whose bytes count up, so that every pixel is telling.</summary>
    public static InMemoryImageSet Counting(int count, int side, int classes = 3) => new(
        [.. Enumerable.Range(0, count).Select(i => Enumerable.Range(0, 3 * side * side).Select(p => (byte)(17 * i + p)).ToArray())],
        [.. Enumerable.Range(0, count).Select(i => i % classes)],
        side,
        side,
        [.. Enumerable.Range(0, classes).Select(c => $"class-{c}")]);
}
