using LayerShuffle.Scenarios.Specs;

namespace LayerShuffle.Swarm.Books;

/// <summary>Reads what a run has written into a folder.</summary>
internal static class ResultsBook
{
    /// <summary>The files that two runs of one seed write byte by byte.</summary>
    public static IReadOnlyList<string> Files { get; } = ["conditions.csv", "requests.csv", "hops.csv", "links.csv", "faults.csv", "recovery.csv"];

    /// <summary>Those that are there where sets of dead nodes are weighed.</summary>
    public static IReadOnlyList<string> OfWeighed { get; } = ["reliability.csv", "importance.csv"];

    /// <summary>Its trials.</summary>
    /// <exception cref="InvalidDataException">A file is none, or a trial has not one row in <c>conditions.csv</c>.</exception>
    public static IReadOnlyList<TrialBook> Read(string folder, IReadOnlyList<PlannedTrial> planned)
    {
        IEnumerable<string> there = Files.Concat(OfWeighed.Where(name => File.Exists(Path.Combine(folder, name))));
        Dictionary<string, ILookup<long, CsvRow>> files = there.ToDictionary(name => name,
            name => CsvTable.Read(Path.Combine(folder, name)).Rows.ToLookup(row => row.Count("trial")));
        return [.. planned.Select(trial => new TrialBook(trial, Of("requests.csv", trial), Of("hops.csv", trial), Of("links.csv", trial),
            Of("faults.csv", trial),
            Of("conditions.csv", trial).ToArray() is [var only] ? only
                : throw new InvalidDataException($"Trial {trial.Spec.Key.Trial} has {Of("conditions.csv", trial).Count()} rows in conditions.csv."))
        {
            Recovery = [.. Of("recovery.csv", trial)],
            Sets = trial.Spec.Reliability is null ? [] : [.. Of("reliability.csv", trial)],
            Importance = trial.Spec.Reliability is null ? [] : [.. Of("importance.csv", trial)],
        })];

        IEnumerable<CsvRow> Of(string file, PlannedTrial trial) => files[file][trial.Spec.Key.Trial];
    }
}
