namespace LayerShuffle.EndToEnd.Tests;

/// <summary>Looks at what a run wrote.</summary>
internal static class ResultsFolder
{
    private const string MayDiffer = "run.json";

    public static readonly string[] CsvFiles = ["conditions.csv", "requests.csv", "hops.csv", "faults.csv", "links.csv", "training.csv"];

    /// <summary>All files of a run but run.json, relative to its folder.</summary>
    public static string[] Files(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder, file))
            .Where(file => file != MayDiffer).Order(StringComparer.Ordinal)];

    /// <summary>Both folders hold the same files with the same bytes.</summary>
    public static void ShouldBeTheRun(this string folder, string reference)
    {
        Files(folder).ShouldBe(Files(reference));
        foreach (string file in Files(reference))
            File.ReadAllBytes(Path.Combine(folder, file)).SequenceEqual(File.ReadAllBytes(Path.Combine(reference, file)))
                .ShouldBeTrue($"{file} in {folder} differs from {reference}");
    }

    /// <summary>Every file ends with a whole row and is the beginning of the same file of the whole run. Returns the number of finished trials.</summary>
    public static int ShouldBeginLike(this string folder, string reference)
    {
        foreach (string file in CsvFiles)
        {
            byte[] part = File.ReadAllBytes(Path.Combine(folder, file)), whole = File.ReadAllBytes(Path.Combine(reference, file));
            part[^1].ShouldBe((byte)'\n', file);
            whole.AsSpan().StartsWith(part).ShouldBeTrue($"{file} is not the beginning of the whole run's");
        }

        return File.ReadLines(Path.Combine(folder, "conditions.csv")).Count() - 1;
    }

    /// <summary>The requests that a file tells of are those of the finished trials and no others.</summary>
    public static void ShouldHoldOnly(this string folder, int trials) =>
        File.ReadLines(Path.Combine(folder, "requests.csv")).Skip(1).Select(row => row[..row.IndexOf(',', StringComparison.Ordinal)]).Distinct()
            .ShouldBe(Enumerable.Range(0, trials).Select(trial => $"{trial}"));
}
