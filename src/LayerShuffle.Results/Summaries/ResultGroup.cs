using LayerShuffle.Results.Metrics;

namespace LayerShuffle.Results.Summaries;

/// <summary>The trials of one model under one policy and condition: all its training seeds and repeats.</summary>
public sealed record ResultGroup
{
    /// <summary>The model's name.</summary>
    public required string Model { get; init; }

    /// <summary>The policy's name.</summary>
    public required string Policy { get; init; }

    /// <summary>The condition's full name, with its sweep point in brackets.</summary>
    public required string Condition { get; init; }

    /// <summary>The swept values by column name.</summary>
    public required IReadOnlyDictionary<string, string> Swept { get; init; }

    /// <summary>Those swept values that are numbers, in SI units, by the names of their columns.</summary>
    public IReadOnlyDictionary<string, string> SweptNumbers { get; init; } = new Dictionary<string, string>();

    /// <summary>The trials, at least one.</summary>
    public required IReadOnlyList<TrialData> Trials { get; init; }

    /// <summary>The condition's name in the scenario: without the sweep point.</summary>
    public string BaseCondition => SweptColumns.Bare(Condition);

    /// <summary>How messages call the group: <c>model / policy / condition</c>.</summary>
    public string Name => $"{Model} / {Policy} / {Condition}";

    /// <summary>Whether a model computed in every trial: without one the accuracies are blank.</summary>
    public bool HasModel => Trials.All(trial => trial.HasModel);

    /// <summary>How many training seeds there are.</summary>
    public int TrainingSeeds => Trials.Select(trial => trial.Key.TrainingSeed).Distinct().Count();

    /// <summary>How many repeats there are.</summary>
    public int Repeats => Trials.Select(trial => trial.Key.Repeat).Distinct().Count();

    /// <summary>Requests of all trials.</summary>
    public long Requests => Trials.Sum(trial => trial.Metrics.Requests);

    /// <summary>Groups trials, in the order in which each group's first trial comes.</summary>
    public static IReadOnlyList<ResultGroup> Of(IEnumerable<TrialData> trials) =>
    [
        .. trials.GroupBy(trial => (trial.Key.Model, trial.Key.Policy, trial.Key.Condition)).Select(group => new ResultGroup
        {
            Model = group.Key.Model,
            Policy = group.Key.Policy,
            Condition = group.Key.Condition,
            Swept = group.First().Swept,
            SweptNumbers = group.First().SweptNumbers,
            Trials = [.. group],
        }),
    ];
}
