namespace LayerShuffle.Datasets;

/// <summary>Images held in memory, one array per image.</summary>
public sealed class InMemoryImageSet : IImageSet
{
    private readonly byte[][] pixels;
    private readonly int[] labels;

    /// <summary>A set over arrays [3, height, width], which are not copied.</summary>
    public InMemoryImageSet(IReadOnlyList<byte[]> pixels, IReadOnlyList<int> labels, int height, int width, IReadOnlyList<string> classNames)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        if (pixels.Count != labels.Count)
            throw new ArgumentException($"{pixels.Count} images cannot have {labels.Count} labels.", nameof(labels));
        if (pixels.Any(image => image.Length != 3 * height * width))
            throw new ArgumentException($"Every image must have 3 × {height} × {width} bytes.", nameof(pixels));
        if (labels.Any(label => label < 0 || label >= classNames.Count))
            throw new ArgumentException($"Every label must lie in 0 … {classNames.Count - 1}.", nameof(labels));
        this.pixels = [.. pixels];
        this.labels = [.. labels];
        (Height, Width, ClassNames) = (height, width, [.. classNames]);
    }

    /// <inheritdoc/>
    public int Count => pixels.Length;

    /// <inheritdoc/>
    public int Height { get; }

    /// <inheritdoc/>
    public int Width { get; }

    /// <inheritdoc/>
    public int Channels => 3;

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames { get; }

    /// <inheritdoc/>
    public int Label(int index) => labels[index];

    /// <inheritdoc/>
    public void CopyPixels(int index, Span<byte> destination) => pixels[index].CopyTo(destination);

    /// <summary>An image's pixels [3, height, width] where they lie.</summary>
    public ReadOnlySpan<byte> Pixels(int index) => pixels[index];
}
