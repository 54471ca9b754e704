using LayerShuffle.Scenarios.Specs;

namespace LayerShuffle.Swarm.Books;

/// <summary>Reads what a run has written into a folder.</summary>
internal static class ResultsBook
{
    /// <summary>The files that two runs of one seed write byte by byte.</summary>
    public static IReadOnlyList<string> Files { get; } = ["conditions.csv", "requests.csv", "hops.csv", "links.csv", "faults.csv"];

    /// <summary>Its trials.</summary>
    /// <exception cref="InvalidDataException">A file is none, or a trial has not one row in <c>conditions.csv</c>.</exception>
    public static IReadOnlyList<TrialBook> Read(string folder, IReadOnlyList<PlannedTrial> planned)
    {
        Dictionary<string, ILookup<long, CsvRow>> files = Files.ToDictionary(name => name,
            name => CsvTable.Read(Path.Combine(folder, name)).Rows.ToLookup(row => row.Count("trial")));
        return [.. planned.Select(trial => new TrialBook(trial, Of("requests.csv", trial), Of("hops.csv", trial), Of("links.csv", trial),
            Of("faults.csv", trial),
            Of("conditions.csv", trial).ToArray() is [var only] ? only
                : throw new InvalidDataException($"Trial {trial.Spec.Key.Trial} has {Of("conditions.csv", trial).Count()} rows in conditions.csv.")))];

        IEnumerable<CsvRow> Of(string file, PlannedTrial trial) => files[file][trial.Spec.Key.Trial];
    }
}
