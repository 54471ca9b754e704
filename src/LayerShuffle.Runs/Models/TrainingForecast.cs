using LayerShuffle.Runs.Images;
using LayerShuffle.Scenarios.Specs;

namespace LayerShuffle.Runs.Models;

/// <summary>What a run is going to train, how long that took before, what it takes from the store, and why not more.</summary>
internal static class TrainingForecast
{
    /// <summary>A line for every model that is trained, and one for those that are not.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <param name="trials">What is run of it.</param>
    /// <param name="keys">The models' keys.</param>
    /// <param name="data">The images.</param>
    /// <param name="store">The store.</param>
    /// <param name="retrain">Whether nothing is to be reused.</param>
    public static IEnumerable<string> Lines(
        Scenario scenario, IReadOnlyList<PlannedTrial> trials, TrainingKeys keys, RunData data, ModelStore store, bool retrain)
    {
        IReadOnlyList<StoreEntry> entries = store.Entries();
        List<string> reused = [];
        HashSet<string> seen = [];
        foreach (ModelSpec spec in scenario.Models.Where(model => model.Training is not null))
        {
            for (int seed = 0; seed < ScenarioExpander.TrainingSeeds(spec); seed++)
            {
                if (!keys.IsNeeded(trials, spec, seed))
                    continue;
                TrainingKey key = keys.Planned(spec, seed);
                string label = Label(spec, seed);
                if (!seen.Add(key.Hash) || (!retrain && store.Has(key.Hash) && store.Breach(key.Hash) is null))
                    reused.Add(label);
                else
                    yield return $"{label}: to be trained, {Work(spec, key, data, store, entries)}{(retrain ? "" : Why(store, key, entries))}";
            }
        }

        if (reused.Count > 0)
            yield return $"Reused, not trained again: {string.Join(", ", reused)}";
    }

    /// <summary>A model's name, with its training seed where there are several.</summary>
    public static string Label(ModelSpec spec, int seed) => ScenarioExpander.TrainingSeeds(spec) > 1 ? FormattableString.Invariant($"{spec.Name} (seed {seed})")
        : spec.Name;

    /// <summary>A time as people say it: 12 s, 3 min, 2.5 h.</summary>
    public static string Text(TimeSpan span) => span.TotalSeconds < 90 ? FormattableString.Invariant($"{Math.Max(0.1, span.TotalSeconds):0.#} s")
        : span.TotalMinutes < 90 ? FormattableString.Invariant($"{span.TotalMinutes:0} min") : FormattableString.Invariant($"{span.TotalHours:0.0} h");

    private static string Work(ModelSpec spec, TrainingKey key, RunData data, ModelStore store, IReadOnlyList<StoreEntry> entries)
    {
        TrainingSpec training = spec.Training!;
        int images = data.TrainingCount(spec);
        string work = FormattableString.Invariant($"{training.Epochs} epochs of {images} images");
        if (store.EpochsDone(key.Hash) is > 0 and int done)
            work += FormattableString.Invariant($", {done} of them done before it was interrupted");
        return StoreSearch.TookLike(key, training.Epochs, images, entries) is { } took
            ? $"{work}; going by earlier trainings here that takes about {Text(took)}" : work;
    }

    private static string Why(ModelStore store, TrainingKey key, IReadOnlyList<StoreEntry> entries)
    {
        if (store.Has(key.Hash) && store.Breach(key.Hash) is { } breach)
            return $" (what was kept of an earlier training cannot be used: {breach})";
        if (StoreSearch.Nearest(key, entries) is not { } near)
            return "";
        return $" (a kept one nearly matches, {near.Entry.Hash[..8]}, but differs in {string.Join(", ", near.Parts.Select(Part))})";

        string Part(string name)
        {
            string there = near.Entry.Key!.Parts.GetValueOrDefault(name, "none"), here = key.Parts.GetValueOrDefault(name, "none");
            return there.Length + here.Length > 60 ? name : $"{name} (there {Shown(there)}, here {Shown(here)})";
        }

        static string Shown(string value) => value.Length == 0 ? "none" : value;
    }
}
