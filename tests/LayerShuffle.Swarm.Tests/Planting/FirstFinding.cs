using LayerShuffle.Swarm.Drawing;
using LayerShuffle.Swarm.Invariants;

namespace LayerShuffle.Swarm.Tests.Planting;

/// <summary>Called by its name, in a world of its own: only texts and numbers go in and out.</summary>
public static class FirstFinding
{
    /// <summary>Judges the scenarios of seeds, one after the other, those without a model, until one breaks something.</summary>
    /// <returns>The seed and what is broken; null if nothing is.</returns>
    public static string? Look(long[] seeds)
    {
        using var judge = new Judge();
        LossTally losses = default;
        foreach (long seed in seeds)
        {
            DrawnScenario drawn = ScenarioDraw.Draw(seed, judge.Folder);
            if (drawn.Tree.Get("dataset") is not null)
                continue;
            Verdict verdict = judge.Of(drawn.Yaml);
            if (!verdict.Holds)
                return $"seed {seed}: {string.Join("\n", verdict.Findings.Select(finding => finding.ToString()).Concat(verdict.Mistakes))}";
            losses += verdict.Losses;
            if (losses.Problem is { } problem)
                return $"with seed {seed}: {problem}";
        }

        return null;
    }

    /// <summary>The seed that a finding is of.</summary>
    public static long Seed(string found) => long.Parse(found.Split("seed ")[1].Split(':')[0], System.Globalization.CultureInfo.InvariantCulture);
}
