using System.Globalization;

namespace LayerShuffle.Datasets.Accounts;

/// <summary>What was found where a dataset lies: what is used of it, what is left aside and why.</summary>
public sealed record DatasetAccount
{
    private const int NamesShown = 5;

    /// <summary>Which dataset.</summary>
    public required DatasetKind Kind { get; init; }

    /// <summary>The scenario's word for the kind.</summary>
    public string Word => Kind == DatasetKind.ImageFolder ? "image-folder" : Kind.ToString().ToLowerInvariant();

    /// <summary>The scenario's path; null for drawn pictures.</summary>
    public string? Path { get; init; }

    /// <summary>The names of the classes, in the order of their labels.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>Where the training images come from.</summary>
    public required SplitAccount Train { get; init; }

    /// <summary>Where the test images come from.</summary>
    public required SplitAccount Test { get; init; }

    /// <summary>What is not used, by kind, in alphabetical order.</summary>
    public IReadOnlyList<SkippedFiles> Skipped { get; init; } = [];

    /// <summary>What else a reader of the results should know: splits that were passed over, batches that are missing.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The account for people: a line, one more if something was skipped, and one for every note.</summary>
    public IEnumerable<string> Lines()
    {
        string names = string.Join(", ", Classes.Take(NamesShown)) + (Classes.Count > NamesShown ? ", …" : "");
        string classes = Text($"{Classes.Count} {(Classes.Count == 1 ? "class" : "classes")} ({names})");
        yield return $"dataset: {Word}{(Path is null ? "" : $" in {Path}")}: {classes}; train: {Train}; test: {Test}";
        if (Skipped.Count > 0)
            yield return "dataset: skipped: " + string.Join("; ", Skipped);
        foreach (string note in Notes)
            yield return $"dataset: {note}";
    }

    internal static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
