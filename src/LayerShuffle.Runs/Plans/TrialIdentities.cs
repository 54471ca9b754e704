using System.Security.Cryptography;
using System.Text;
using LayerShuffle.Cluster.Serialization;
using LayerShuffle.Core.Trials;
using LayerShuffle.Results;
using LayerShuffle.Results.Csv;
using LayerShuffle.Scenarios.Specs;

namespace LayerShuffle.Runs.Plans;

/// <summary>What makes the rows of a run's trials; and what a folder holds of trials that were made by anything else.</summary>
/// <param name="scenario">The scenario.</param>
/// <param name="model">The hash of the model that a trial asks, and of its test images; blank where the network alone is simulated.</param>
internal sealed class TrialIdentities(Scenario scenario, Func<PlannedTrial, string> model)
{
    private const int Most = 5;

    /// <summary>What makes a trial's rows.</summary>
    public TrialIdentity Of(PlannedTrial planned) => new(Trial(planned), model(planned));

    /// <summary>Drops what a folder holds of trials that this run would make otherwise.</summary>
    /// <param name="writer">The folder's rows.</param>
    /// <param name="run">The trials that this run is asked for: those of the scenario, or some of them. The models of the others are not known.</param>
    /// <returns>A sentence; null where there is nothing to tell.</returns>
    public string? DropOthers(ResultsWriter writer, IReadOnlyList<PlannedTrial> run)
    {
        if (writer.Trials.Count == 0 && writer.Damaged.Count == 0)
            return null;
        List<(int Trial, string Reason)> none = [.. writer.Damaged];
        Dictionary<TrialKey, PlannedTrial> planned = ScenarioExpander.Plan(scenario).ToDictionary(trial => trial.Spec.Key);
        HashSet<TrialKey> asked = [.. run.Select(trial => trial.Spec.Key)];
        writer.Drop((key, made) =>
        {
            string? reason = !planned.TryGetValue(key, out PlannedTrial? trial) ? "the scenario has no such trial"
                : made.Trial != Trial(trial) ? "it was made under another scenario or seed"
                : asked.Contains(key) && made.Model != model(trial) ? "it was made with another model, or other test images" : null;
            if (reason is not null)
                none.Add((key.Trial, reason));
            return reason is not null;
        });
        return none.Count == 0 ? null : Say(none);
    }

    private static string Say(List<(int Trial, string Reason)> none)
    {
        none.Sort();
        string which = string.Join(", ", none.Take(Most).Select(trial => FormattableString.Invariant($"trial {trial.Trial + 1} ({trial.Reason})")));
        return FormattableString.Invariant($"{none.Count} trial(s) in this folder do not count as finished, and are made again: ")
            + FormattableString.Invariant($"{which}{(none.Count > Most ? $", and {none.Count - Most} more" : "")}");
    }

    private string Trial(PlannedTrial planned)
    {
        ModelSpec asked = planned.Model;
        string text =
            FormattableString.Invariant($"{scenario.Name}\n{scenario.Clock}\n{asked.NumHiddenLayers} {asked.Tokens} ")
                + FormattableString.Invariant($"{asked.HiddenSize}\n{TrialFingerprint.Of(planned.Spec)}")
            + string.Concat((planned.Spec.Reliability?.Units ?? []).Select(unit => FormattableString.Invariant(
                $"\n{(unit.IsDomain ? "domain" : "node")} {unit.Name} {unit.Up:R}")));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
    }
}
