using System.Globalization;
using LayerShuffle.Datasets.Sources;

namespace LayerShuffle.Datasets.Mnist;

/// <summary>Reads MNIST's IDX files (LeCun, Cortes and Burges), plain or gzipped.</summary>
internal static class MnistReader
{
    private static readonly string[] ClassNames = [.. Enumerable.Range(0, 10).Select(digit => digit.ToString(CultureInfo.InvariantCulture))];

    /// <summary>Opens train-images/labels and t10k-images/labels.</summary>
    public static (ImageSplit Train, ImageSplit Test) Open(string folder) => (Split(folder, "train"), Split(folder, "t10k"));

    private static GreySplit Split(string folder, string prefix)
    {
        IdxFile images = IdxFile.Read(folder, $"{prefix}-images-idx3-ubyte", 3);
        IdxFile labels = IdxFile.Read(folder, $"{prefix}-labels-idx1-ubyte", 1);
        if (images.Dimensions[0] != labels.Dimensions[0])
            throw new DatasetException($"'{images.Path}' has {images.Dimensions[0]} images but '{labels.Path}' has {labels.Dimensions[0]} labels; download both again.");
        if (images.Dimensions[1] < 1 || images.Dimensions[2] < 1)
            throw new DatasetException($"'{images.Path}' claims images of {images.Dimensions[1]} × {images.Dimensions[2]} pixels: it is damaged; download it again.");
        int wrong = Array.FindIndex(labels.Data, label => label > 9);
        if (wrong >= 0)
            throw new DatasetException($"'{labels.Path}': record {wrong} has the label {labels.Data[wrong]}, expected 0 to 9; the file is damaged or of another dataset.");
        return new(images, labels, ClassNames);
    }
}
