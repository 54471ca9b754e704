using LayerShuffle.Core.Seeds;

namespace LayerShuffle.Datasets.Sources;

/// <summary>Sets training images aside, by which a training is judged without the test images.</summary>
public static class HeldOut
{
    /// <summary>Splits images; every class keeps its share in both parts. Which go where is drawn from the seed and the images' labels alone.</summary>
    /// <param name="images">All of them.</param>
    /// <param name="share">How many are set aside.</param>
    /// <param name="seed">The luck.</param>
    /// <returns>What is left to train on, and what is set aside, both in the images' order and neither empty where there are two images.</returns>
    public static (IImageSet Trained, IImageSet Held) Draw(IImageSet images, double share, SeedTree seed)
    {
        int[] labels = [.. Enumerable.Range(0, images.Count).Select(images.Label)];
        int count = Math.Clamp((int)Math.Round(share * images.Count), Math.Min(1, images.Count), Math.Max(1, images.Count - 1));
        int[] held = StratifiedSample.Draw(labels, images.ClassNames.Count, count, seed);
        HashSet<int> aside = [.. held];
        return (new ImagePart(images, [.. Enumerable.Range(0, images.Count).Where(index => !aside.Contains(index))]), new ImagePart(images, held));
    }

    private sealed class ImagePart(IImageSet images, int[] indexes) : IImageSet
    {
        public int Count => indexes.Length;

        public int Height => images.Height;

        public int Width => images.Width;

        public int Channels => images.Channels;

        public IReadOnlyList<string> ClassNames => images.ClassNames;

        public int Label(int index) => images.Label(indexes[index]);

        public void CopyPixels(int index, Span<byte> destination) => images.CopyPixels(indexes[index], destination);
    }
}
