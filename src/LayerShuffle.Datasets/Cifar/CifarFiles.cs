namespace LayerShuffle.Datasets.Cifar;

/// <summary>The files of one version of one dataset.</summary>
/// <param name="Dataset">Its name.</param>
/// <param name="Pickled">Whether it is the Python version.</param>
/// <param name="Train">The files of training images.</param>
/// <param name="Test">The file of test images.</param>
/// <param name="Names">The file with the names of the classes.</param>
/// <param name="NamesKey">Their key there, in the Python version.</param>
/// <param name="LabelKeys">The labels of an image, the last of which counts: their bytes in the binary version, their keys in the Python one.</param>
/// <param name="Classes">The number of classes.</param>
internal sealed record CifarFiles(string Dataset, bool Pickled, string[] Train, string Test, string Names, string NamesKey, string[] LabelKeys, int Classes)
{
    /// <summary>CIFAR-10: the binary version, then the Python one.</summary>
    public static CifarFiles[] Cifar10 { get; } =
    [
        new("CIFAR-10", false, [.. Enumerable.Range(1, 5).Select(i => $"data_batch_{i}.bin")], "test_batch.bin", "batches.meta.txt", "", ["labels"], 10),
        new("CIFAR-10", true, [.. Enumerable.Range(1, 5).Select(i => $"data_batch_{i}")], "test_batch", "batches.meta", "label_names", ["labels"], 10),
    ];

    /// <summary>CIFAR-100: the binary version, then the Python one.</summary>
    public static CifarFiles[] Cifar100 { get; } =
    [
        new("CIFAR-100", false, ["train.bin"], "test.bin", "fine_label_names.txt", "", ["coarse_labels", "fine_labels"], 100),
        new("CIFAR-100", true, ["train"], "test", "meta", "fine_label_names", ["coarse_labels", "fine_labels"], 100),
    ];

    /// <summary>Files any of which tells that a folder is of this version.</summary>
    public IEnumerable<string> Marks => [.. Train, Test, Names];

    /// <summary>That a file is not there.</summary>
    public DatasetException Missing(string folder, string file) => new(
        $"{Dataset}: there is no '{file}' in '{folder}'; dataset.path must be the folder with the files of the binary or of the Python version "
            + $"({Train[0]}, {Test}, {Names}), or one above it.");
}
