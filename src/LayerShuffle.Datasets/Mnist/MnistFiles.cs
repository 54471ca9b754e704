using System.Text.RegularExpressions;

namespace LayerShuffle.Datasets.Mnist;

/// <summary>The four IDX files of one dataset, found by their names.</summary>
/// <param name="Folder">Where they lie.</param>
/// <param name="Prefix">What their names begin with: nothing for MNIST and what is shaped like it, <c>emnist-letters-</c> and the like for EMNIST.</param>
internal sealed partial record MnistFiles(string Folder, string Prefix)
{
    private static readonly string[] TestParts = ["t10k", "test"];

    /// <summary>Whether these are files of EMNIST, whose images lie on their sides.</summary>
    public bool IsEmnist => Prefix.StartsWith("emnist-", StringComparison.OrdinalIgnoreCase);

    /// <summary>What EMNIST calls this selection of its classes, such as <c>letters</c>.</summary>
    public string Selection => IsEmnist ? Prefix["emnist-".Length..].TrimEnd('-').ToLowerInvariant() : "";

    /// <summary>The files in a folder, in the order of their prefixes.</summary>
    public static MnistFiles[] In(string folder)
    {
        try
        {
            return [.. Directory.GetFiles(folder).Select(path => TrainImages().Match(Path.GetFileName(path))).Where(match => match.Success)
                .Select(match => match.Groups["prefix"].Value).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
                .Select(prefix => new MnistFiles(folder, prefix))];
        }
        catch (UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>The prefix of a file of training images, or null where it is none.</summary>
    public static string? PrefixOf(string path) => TrainImages().Match(Path.GetFileName(path)) is { Success: true } match ? match.Groups["prefix"].Value : null;

    /// <summary>The training files.</summary>
    public (string Images, string Labels) Train => (Find(["train"], "images", 3), Find(["train"], "labels", 1));

    /// <summary>The test files.</summary>
    public (string Images, string Labels) Test => (Find(TestParts, "images", 3), Find(TestParts, "labels", 1));

    /// <summary>EMNIST's table from labels to characters, or null where it does not lie beside the files.</summary>
    public string? Mapping
    {
        get
        {
            string path = Path.Combine(Folder, $"{Prefix}mapping.txt");
            return File.Exists(path) ? path : null;
        }
    }

    // As the authors wrote the names, as unpacking programs write them (a dot for the hyphen), and either of them gzipped.
    private string Find(string[] parts, string what, int rank)
    {
        IEnumerable<string> plain = parts.SelectMany(part => new[] { $"{Prefix}{part}-{what}-idx{rank}-ubyte", $"{Prefix}{part}-{what}.idx{rank}-ubyte" });
        string[] names = [.. plain.SelectMany(name => new[] { name, name + ".gz" })];
        return names.Select(name => Path.Combine(Folder, name)).FirstOrDefault(File.Exists)
            ?? throw new DatasetException($"MNIST: there is neither '{names[0]}' nor '{names[1]}' in '{Folder}' (nor with a dot, as in '{names[2]}'); "
                + "dataset.path must be the folder with the four IDX files.");
    }

    [GeneratedRegex(@"^(?<prefix>.*?)train-images[-.]idx3-ubyte(\.gz)?$", RegexOptions.CultureInvariant)]
    private static partial Regex TrainImages();
}
