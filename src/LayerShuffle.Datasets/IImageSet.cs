namespace LayerShuffle.Datasets;

/// <summary>Labelled images of one size, addressed by index.</summary>
public interface IImageSet
{
    /// <summary>The number of images.</summary>
    int Count { get; }

    /// <summary>The height of every image, in pixels.</summary>
    int Height { get; }

    /// <summary>The width of every image, in pixels.</summary>
    int Width { get; }

    /// <summary>The number of channels: 3 (red, green, blue).</summary>
    int Channels { get; }

    /// <summary>The names of the classes; a label indexes this list.</summary>
    IReadOnlyList<string> ClassNames { get; }

    /// <summary>The label of an image.</summary>
    int Label(int index);

    /// <summary>Copies an image's pixels as planar RGB bytes [3, height, width].</summary>
    void CopyPixels(int index, Span<byte> destination);
}
