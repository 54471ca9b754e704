using LayerShuffle.Datasets.Sources;

namespace LayerShuffle.Datasets.Cifar;

/// <summary>Reads the binary versions of CIFAR-10 and CIFAR-100 (https://www.cs.toronto.edu/~kriz/cifar.html).</summary>
internal static class CifarReader
{
    /// <summary>Opens CIFAR-10: whichever of data_batch_1.bin … data_batch_5.bin are there, and test_batch.bin.</summary>
    public static (ImageSplit Train, ImageSplit Test) OpenCifar10(string folder)
    {
        string[] train = [.. Enumerable.Range(1, 5).Select(i => Path.Combine(folder, $"data_batch_{i}.bin")).Where(File.Exists)];
        if (train.Length == 0)
            throw Missing(folder, "data_batch_1.bin", "CIFAR-10");
        IReadOnlyList<string> names = Names(folder, "batches.meta.txt", 10, "CIFAR-10");
        return (Split(train, 1, names), Split([Existing(folder, "test_batch.bin", "CIFAR-10")], 1, names));
    }

    /// <summary>Opens CIFAR-100: train.bin and test.bin, with the fine labels.</summary>
    public static (ImageSplit Train, ImageSplit Test) OpenCifar100(string folder)
    {
        IReadOnlyList<string> names = Names(folder, "fine_label_names.txt", 100, "CIFAR-100");
        return (Split([Existing(folder, "train.bin", "CIFAR-100")], 2, names), Split([Existing(folder, "test.bin", "CIFAR-100")], 2, names));
    }

    private static RecordSplit Split(IReadOnlyList<string> paths, int labelBytes, IReadOnlyList<string> names) =>
        new([.. paths.Select(path => RecordFile.Read(path, labelBytes, names.Count))], labelBytes, names);

    private static string[] Names(string folder, string file, int classes, string dataset)
    {
        string path = Existing(folder, file, dataset);
        string[] names = [.. File.ReadLines(path).Select(line => line.Trim()).Where(line => line.Length > 0)];
        if (names.Length != classes)
            throw new DatasetException($"'{path}' names {names.Length} classes, expected {classes}, one a line; download {dataset} again.");
        return names;
    }

    private static string Existing(string folder, string file, string dataset)
    {
        string path = Path.Combine(folder, file);
        return File.Exists(path) ? path : throw Missing(folder, file, dataset);
    }

    private static DatasetException Missing(string folder, string file, string dataset) =>
        new($"{dataset}: there is no '{file}' in '{folder}'; dataset.path must be the folder with the files of the binary version.");
}
