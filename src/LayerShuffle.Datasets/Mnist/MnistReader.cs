using System.Globalization;
using LayerShuffle.Datasets.Accounts;
using LayerShuffle.Datasets.Sources;

namespace LayerShuffle.Datasets.Mnist;

/// <summary>Reads MNIST's IDX files (LeCun, Cortes and Burges) and EMNIST's, plain or gzipped.</summary>
internal static class MnistReader
{
    private static readonly EmnistClasses DigitClasses = new(0, [.. Enumerable.Range(0, 10).Select(digit => digit.ToString(CultureInfo.InvariantCulture))]);

    /// <summary>
    /// Opens the four files in a folder or one below it; where several selections of EMNIST lie there, the path is the file of the training images.
    /// </summary>
    public static (ImageSplit Train, ImageSplit Test) Open(string path, Bookkeeper book)
    {
        MnistFiles files = File.Exists(path) ? Named(path) : Found(path, book);
        EmnistClasses classes = files.IsEmnist ? EmnistClasses.Of(files) : DigitClasses;
        if (files.IsEmnist)
            book.Note($"EMNIST {files.Selection}: images are turned upright{(classes.First > 0 ? $", labels begin at {classes.First} in the files" : "")}");
        (book.TrainSource, book.TestSource) = (Path.GetFileName(files.Train.Images), Path.GetFileName(files.Test.Images));
        return (Split(files.Train, files.IsEmnist, classes), Split(files.Test, files.IsEmnist, classes));
    }

    private static MnistFiles Named(string path) => MnistFiles.PrefixOf(path) is { } prefix
        ? new(Path.GetDirectoryName(path)!, prefix)
        : throw new DatasetException($"MNIST: '{path}' is no file of training images (train-images-idx3-ubyte, "
            + "emnist-letters-train-images-idx3-ubyte.gz and the like); give such a file, or the folder with the four IDX files.");

    private static MnistFiles Found(string path, Bookkeeper book)
    {
        string? folder = DataFolder.Find(path, candidate => MnistFiles.In(candidate).Length > 0, book);
        MnistFiles[] all = folder is null ? [new(path, "")] : MnistFiles.In(folder);
        return all.Length == 1
            ? all[0]
            : throw new DatasetException($"MNIST: '{folder}' holds {all.Length} datasets "
                + $"({string.Join(", ", all.Select(files => files.Prefix == "" ? "MNIST" : files.Prefix.TrimEnd('-')))}); "
                + $"give one's file of training images as dataset.path, such as '{all[0].Train.Images}'.");
    }

    private static GreySplit Split((string Images, string Labels) paths, bool transposed, EmnistClasses classes)
    {
        IdxFile images = IdxFile.Read(paths.Images, 3), labels = IdxFile.Read(paths.Labels, 1);
        if (images.Dimensions[0] != labels.Dimensions[0])
            throw new DatasetException($"'{images.Path}' has {images.Dimensions[0]} images but '{labels.Path}' has {labels.Dimensions[0]} labels; download "
                + "both again.");
        if (images.Dimensions[1] < 1 || images.Dimensions[2] < 1)
            throw new DatasetException($"'{images.Path}' claims images of {images.Dimensions[1]} × {images.Dimensions[2]} pixels: it is damaged; download it "
                + "again.");
        int last = classes.First + classes.Names.Count - 1;
        int wrong = Array.FindIndex(labels.Data, label => label < classes.First || label > last);
        if (wrong >= 0)
            throw new DatasetException($"'{labels.Path}': record {wrong} has the label {labels.Data[wrong]}, expected {classes.First} to {last}; the "
                + "file is damaged or of another dataset.");
        if (classes.First > 0)
            labels = labels with { Data = [.. labels.Data.Select(label => (byte)(label - classes.First))] };
        return new(transposed ? images.Transposed() : images, labels, classes.Names);
    }
}
