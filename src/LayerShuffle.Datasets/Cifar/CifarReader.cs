using LayerShuffle.Datasets.Accounts;
using LayerShuffle.Datasets.Sources;

namespace LayerShuffle.Datasets.Cifar;

/// <summary>
/// Reads the binary and the Python versions of CIFAR-10 and CIFAR-100 (https://www.cs.toronto.edu/~kriz/cifar.html), in the folder that is named or one
/// below it.
/// </summary>
internal sealed class CifarReader(CifarFiles files, string folder, Bookkeeper book)
{
    /// <summary>Opens CIFAR-10: whichever of the five batches are there, and the test batch.</summary>
    public static (ImageSplit Train, ImageSplit Test) OpenCifar10(string folder, Bookkeeper book) => Open(folder, CifarFiles.Cifar10, book);

    /// <summary>Opens CIFAR-100, with the fine labels.</summary>
    public static (ImageSplit Train, ImageSplit Test) OpenCifar100(string folder, Bookkeeper book) => Open(folder, CifarFiles.Cifar100, book);

    // Both versions hold the same images in the same order; where both are there, the binary one is read.
    private static (ImageSplit Train, ImageSplit Test) Open(string folder, CifarFiles[] versions, Bookkeeper book)
    {
        foreach (CifarFiles files in versions)
        {
            if (DataFolder.Find(folder, path => files.Marks.Any(name => File.Exists(Path.Combine(path, name))), book) is { } found)
                return new CifarReader(files, found, book).Open();
        }
        string? archive = Directory.EnumerateFiles(folder)
            .Where(path => Path.GetFileName(path).StartsWith("cifar-", StringComparison.Ordinal)).Order(StringComparer.Ordinal).FirstOrDefault();
        throw archive is null
            ? versions[0].Missing(folder, versions[0].Train[0])
            : new DatasetException($"{versions[0].Dataset}: '{archive}' is still packed; unpack it (tar -xzf), and give the folder as dataset.path.");
    }

    private (ImageSplit Train, ImageSplit Test) Open()
    {
        string[] there = [.. files.Train.Where(name => File.Exists(Path.Combine(folder, name)))];
        string[] missing = [.. files.Train.Except(there, StringComparer.Ordinal)];
        if (there.Length == 0)
            throw files.Missing(folder, files.Train[0]);
        if (missing.Length > 0)
            book.Note($"{files.Dataset}: {missing.Length} of {files.Train.Length} training batches are missing: {string.Join(", ", missing)}");
        IReadOnlyList<string> names = Names();
        string test = Existing(files.Test);
        (book.TrainSource, book.TestSource) = (string.Join(", ", there), files.Test);
        return (Split([.. there.Select(name => Path.Combine(folder, name))], names), Split([test], names));
    }

    private RecordSplit Split(IReadOnlyList<string> paths, IReadOnlyList<string> names) =>
        new([.. paths.Select(path => Records(path, names.Count))], files.LabelKeys.Length, names);

    private RecordFile Records(string path, int classes) =>
        files.Pickled ? PickledBatch.Read(path, files.LabelKeys, classes) : RecordFile.Read(path, files.LabelKeys.Length, classes);

    private string[] Names()
    {
        string path = Existing(files.Names);
        string[] names = files.Pickled
            ? PickledBatch.Names(path, files.NamesKey)
            : [.. System.Text.Encoding.UTF8.GetString(DataFile.Read(path, 1 << 20)).Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0)];
        if (names.Length != files.Classes)
            throw new DatasetException($"'{path}' names {names.Length} classes, expected {files.Classes}{(files.Pickled ? "" : ", one a line")}; "
                + $"download {files.Dataset} again.");
        return names;
    }

    private string Existing(string file)
    {
        string path = Path.Combine(folder, file);
        return File.Exists(path) ? path : throw files.Missing(folder, file);
    }
}
