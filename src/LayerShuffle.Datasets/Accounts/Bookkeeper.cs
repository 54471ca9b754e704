namespace LayerShuffle.Datasets.Accounts;

/// <summary>Takes down what readers find while they open a dataset.</summary>
internal sealed class Bookkeeper(DatasetKind kind, string? path)
{
    private readonly SortedDictionary<string, SkippedFiles> skipped = new(StringComparer.Ordinal);
    private readonly HashSet<(string, string)> seen = [];
    private readonly List<string> notes = [];

    /// <summary>Where the training images come from.</summary>
    public string TrainSource { get; set; } = "drawn";

    /// <summary>Where the test images come from.</summary>
    public string TestSource { get; set; } = "drawn";

    /// <summary>A file or folder that is not used. It counts once, however often it is met.</summary>
    public void Skip(string what, string file)
    {
        if (seen.Add((what, file)))
            skipped[what] = skipped.TryGetValue(what, out SkippedFiles? known) ? known with { Count = known.Count + 1 } : new(what, 1, Relative(file));
    }

    /// <summary>Something else that is worth knowing, as half a sentence.</summary>
    public void Note(string text) => notes.Add(text);

    /// <summary>A path as people know it: from the dataset's path on, with slashes.</summary>
    public string Relative(string file)
    {
        string relative = path is null ? file : Path.GetRelativePath(path, file);
        return relative.Replace('\\', '/');
    }

    /// <summary>The account, when all is known.</summary>
    public DatasetAccount Close(IReadOnlyList<string> classes, (int Found, int Used) train, (int Found, int Used) test) => new()
    {
        Kind = kind,
        Path = path,
        Classes = classes,
        Train = new(TrainSource, train.Found, train.Used),
        Test = new(TestSource, test.Found, test.Used),
        Skipped = [.. skipped.Values],
        Notes = [.. notes],
    };
}
