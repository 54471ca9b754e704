using LayerShuffle.Datasets.Sources;
using LayerShuffle.Network.Seeds;

namespace LayerShuffle.Datasets.Folders;

/// <summary>
/// Reads PATH/train/CLASS/*.png|jpg|jpeg with PATH/test or PATH/val beside it; without a train folder PATH/CLASS/*, of which a fifth of every class, drawn from the seed, is the test split.
/// Classes and files are sorted by their names' UTF-16 code units, so that every system sees the same order.
/// </summary>
internal static class ImageFolderReader
{
    private static readonly string[] Extensions = [".png", ".jpg", ".jpeg"];

    public static (ImageSplit Train, ImageSplit Test) Open(string folder, SeedTree seed)
    {
        string train = Path.Combine(folder, "train");
        string? test = new[] { "test", "val" }.Select(name => Path.Combine(folder, name)).FirstOrDefault(Directory.Exists);
        if (!Directory.Exists(train))
            return test is null
                ? SplitOff(List(folder, Classes(folder)), seed)
                : throw new DatasetException($"image folder: '{test}' has no '{train}' beside it; add it, or keep the class folders directly in '{folder}' for an automatic split.");
        if (test is null)
            return SplitOff(List(train, Classes(train)), seed);
        string[] classes = Classes(train);
        string? unknown = Classes(test).FirstOrDefault(name => !classes.Contains(name, StringComparer.Ordinal));
        if (unknown is not null)
            throw new DatasetException($"image folder: the class '{unknown}' in '{test}' is not in '{train}'; both must have the same class folders.");
        return (List(train, classes), List(test, classes));
    }

    private static string[] Classes(string folder)
    {
        string[] names = [.. Directory.GetDirectories(folder).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];
        return names.Length > 0 ? names : throw new DatasetException($"image folder: there are no class folders in '{folder}'; expected {folder}/CLASS/*.png, .jpg or .jpeg.");
    }

    private static FileSplit List(string folder, string[] classes)
    {
        var files = new List<(string Path, int Label)>();
        for (int label = 0; label < classes.Length; label++)
        {
            string path = Path.Combine(folder, classes[label]);
            if (!Directory.Exists(path))
                continue;
            files.AddRange(Directory.GetFiles(path)
                .Where(file => Extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
                .OrderBy(file => Path.GetFileName(file), StringComparer.Ordinal)
                .Select(file => (file, label)));
        }
        return files.Count > 0 ? new(files, classes) : throw new DatasetException($"image folder: there are no .png, .jpg or .jpeg files in the class folders of '{folder}'.");
    }

    private static (ImageSplit Train, ImageSplit Test) SplitOff(FileSplit all, SeedTree seed)
    {
        int[] labels = [.. Enumerable.Range(0, all.Count).Select(all.Label)];
        int testCount = all.Count / 5;
        if (testCount == 0)
            throw new DatasetException($"image folder: {all.Count} images are too few to set a fifth aside as the test split; add images, or a train and a test folder.");
        HashSet<int> test = [.. StratifiedSample.Draw(labels, all.ClassNames.Count, testCount, seed)];
        return (all.Select(Enumerable.Range(0, all.Count).Where(index => !test.Contains(index))), all.Select(test.Order()));
    }
}
