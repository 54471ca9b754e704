using LayerShuffle.Actors.Training;
using LayerShuffle.Runs.Backends;
using LayerShuffle.Runs.Images;
using LayerShuffle.Scenarios.Specs;

namespace LayerShuffle.Runs.Models;

/// <summary>The keys of a scenario's models, before any of them is made.</summary>
/// <param name="scenario">The scenario.</param>
/// <param name="data">Its images.</param>
/// <param name="place">Where it is computed.</param>
/// <param name="anywhere">Whose models do as well if they were trained at another place; null: those of this place alone.</param>
internal sealed class TrainingKeys(Scenario scenario, RunData data, ComputePlace place, ModelStore? anywhere = null)
{
    private readonly Lazy<IReadOnlyList<StoreEntry>> kept = new(() => anywhere?.Entries() ?? []);
    private readonly Rehearsals rehearsals = new(scenario);

    /// <summary>What a training meets on the virtual clock; null: nothing.</summary>
    /// <exception cref="Failures.RunFailedException">It does not get through the cluster.</exception>
    public MetTraining? Met(ModelSpec spec, int trainingSeed) =>
        spec.Training is { Faults: true } ? rehearsals.Of(spec, trainingSeed, data.TrainingCount(spec)) : null;

    /// <summary>The model that a model starts from, and the training seed of that; null if there is none.</summary>
    public (ModelSpec Spec, int Seed)? Origin(ModelSpec spec, int trainingSeed)
    {
        if (spec.InitFrom is not { } name)
            return null;
        ModelSpec from = scenario.Models.First(m => m.Name == name);
        return (from, Math.Min(trainingSeed, ScenarioExpander.TrainingSeeds(from) - 1));
    }

    /// <summary>Whether a model is needed for trials: for one of its own, or as what another starts from.</summary>
    public bool IsNeeded(IReadOnlyList<PlannedTrial> trials, ModelSpec spec, int trainingSeed) =>
        trials.Any(trial => trial.Model == spec && trial.Spec.Key.TrainingSeed == trainingSeed)
        || scenario.Models.Any(other => Enumerable.Range(0, ScenarioExpander.TrainingSeeds(other))
            .Any(seed => Origin(other, seed) == (spec, trainingSeed) && IsNeeded(trials, other, seed)));

    /// <summary>
    /// The key of a model whose origin has a hash: that of one which is kept of another place, if there is none of this place and that does as well.
    /// </summary>
    public TrainingKey Of(ModelSpec spec, int trainingSeed, string? origin)
    {
        TrainingKey key = TrainingKey.Of(scenario, spec, trainingSeed, data.TrainingImages(spec), origin, place, Met(spec, trainingSeed));
        return spec.Training is null || anywhere is null || anywhere.Has(key.Hash) ? key : StoreSearch.Elsewhere(key, kept.Value) ?? key;
    }

    /// <summary>The key of a model if nothing disturbs what it starts from.</summary>
    public TrainingKey Planned(ModelSpec spec, int trainingSeed) =>
        Of(spec, trainingSeed, Origin(spec, trainingSeed) is { } origin ? Planned(origin.Spec, origin.Seed).Hash : null);
}
