using System.Globalization;
using LayerShuffle.Results.Expectations;
using LayerShuffle.Runs.Failures;
using LayerShuffle.Scenarios.Specs;
using LayerShuffle.Scenarios.Syntax;

namespace LayerShuffle.Runs.Plans;

/// <summary>
/// <c>--only condition=…,policy=…,model=…,training_seed=…</c>: the part of a scenario's trials that is run. Trials keep their numbers and their luck, so that a
/// narrowed run's rows are the whole run's, and <c>--resume</c> without it runs the rest.
/// </summary>
internal sealed class TrialSelection
{
    private static readonly string[] Kinds = ["condition", "policy", "model", "training_seed"];
    private readonly Dictionary<string, HashSet<string>> wanted = [];

    private TrialSelection()
    {
    }

    /// <summary>The options as they were given, on one line; empty where there are none.</summary>
    public string Text { get; private init; } = "";

    /// <summary>Whether anything is left out on purpose.</summary>
    public bool IsNarrow => wanted.Count > 0;

    /// <summary>Whether an expectation cannot be judged because what it needs is left out.</summary>
    public bool LeavesOut(ExpectationResult result) => IsNarrow && result.LacksTrials;

    /// <summary>Reads the options.</summary>
    /// <exception cref="UsageException">One of them names what the scenario does not have.</exception>
    public static TrialSelection Parse(IReadOnlyList<string> options, Scenario scenario)
    {
        var selection = new TrialSelection { Text = string.Join(',', options) };
        string kind = "";
        foreach (string part in options.SelectMany(Parts))
        {
            // A comma may also stand between values of one kind: condition=ideal,loss.
            int equals = part.Split('[')[0].IndexOf('=', StringComparison.Ordinal);
            if (equals >= 0)
                kind = part[..equals].Trim();
            if (!Kinds.Contains(kind))
                throw new UsageException($"--only {part}: expected condition=NAME, policy=NAME, model=NAME or training_seed=N{Meant(kind, Kinds)}");
            selection.Add(kind, part[(equals + 1)..].Trim(), scenario);
        }

        return selection;
    }

    /// <summary>Whether a trial is run.</summary>
    public bool Holds(PlannedTrial trial) => Is("model", trial.Model.Name) && Is("policy", trial.Variant.Policy)
        && Is("training_seed", Number(trial.Spec.Key.TrainingSeed))
        && (Is("condition", trial.Variant.BaseCondition) || Is("condition", trial.Variant.Condition));

    private static string Number(int seed) => seed.ToString(CultureInfo.InvariantCulture);

    private bool Is(string kind, string name) => !wanted.TryGetValue(kind, out HashSet<string>? names) || names.Contains(name);

    private void Add(string kind, string name, Scenario scenario)
    {
        string[] known = kind switch
        {
            "model" => [.. scenario.Models.Select(model => model.Name)],
            "training_seed" => [.. Enumerable.Range(0, scenario.Models.Select(ScenarioExpander.TrainingSeeds).DefaultIfEmpty(1).Max()).Select(Number)],
            "policy" => [.. scenario.Conditions.Select(variant => variant.Policy).Distinct()],
            _ => [.. scenario.Conditions.Select(variant => variant.BaseCondition).Concat(scenario.Conditions.Select(variant => variant.Condition)).Distinct()],
        };
        if (!known.Contains(name))
        {
            string[] shown = [.. known.Where(other => !other.Contains('[', StringComparison.Ordinal))];
            throw new UsageException($"--only {kind}={name}: the scenario has no such {kind}; it has "
                + $"{string.Join(", ", shown.Take(12))}{(shown.Length > 12 ? ", …" : "")}{Meant(name, known)}");
        }

        if (!wanted.TryGetValue(kind, out HashSet<string>? names))
            wanted[kind] = names = [];
        names.Add(name);
    }

    private static string Meant(string word, IEnumerable<string> known) => NearestName.Find(word, known) is { } near ? $"; did you mean `{near}`?" : "";

    /// <summary>The parts between commas that stand outside of brackets: the name of a sweep point holds commas.</summary>
    private static IEnumerable<string> Parts(string option)
    {
        int begin = 0, depth = 0;
        for (int i = 0; i <= option.Length; i++)
        {
            if (i < option.Length && (option[i] != ',' || depth > 0))
            {
                depth += option[i] == '[' ? 1 : option[i] == ']' ? -1 : 0;
                continue;
            }

            yield return option[begin..i];
            begin = i + 1;
        }
    }
}
