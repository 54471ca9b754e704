using LayerShuffle.Core.Records;

namespace LayerShuffle.Results.Summaries;

/// <summary>
/// Alternatives ranked by what the scenario asks for. Of several objectives those come first that no other alternative beats in one of them without losing in
/// another (the Pareto front), then the others; within both by the first objective, ties by the next.
/// </summary>
/// <param name="Alternatives">What is ranked.</param>
/// <param name="Entries">Its entries, best first.</param>
public sealed record ObjectiveRanking(Alternatives Alternatives, IReadOnlyList<RankedAlternative> Entries)
{
    /// <summary>Ranks all alternatives of a run.</summary>
    /// <param name="groups">The run's groups.</param>
    /// <param name="objectives">What to rank by, the first first; at least one.</param>
    public static IReadOnlyList<ObjectiveRanking> Of(IReadOnlyList<ResultGroup> groups, IReadOnlyList<Objective> objectives) =>
        [.. Alternatives.Of(groups).Select(alternatives => Rank(alternatives, objectives))];

    private static ObjectiveRanking Rank(Alternatives alternatives, IReadOnlyList<Objective> objectives)
    {
        bool hasModel = alternatives.Groups.All(group => group.HasModel);
        (Objective Objective, string Metric)[] metrics = [.. objectives.Select(objective => (objective, objective.Metric(hasModel)))];
        List<(ResultGroup Group, double[] Badness)> all = [.. alternatives.Groups.Select(group => (group, (double[])[.. metrics.Select(metric =>
            MetricSummary.Of(group, metric.Metric).Mean is { } mean ? metric.Objective.IsMoreBetter() ? -mean : mean : double.PositiveInfinity)]))];
        bool IsOnFront(double[] one) => objectives.Count > 1 && !all.Any(other => Dominates(other.Badness, one));
        List<(ResultGroup Group, double[] Badness, bool OnFront)> placed =
            [.. all.Select(one => (one.Group, one.Badness, IsOnFront(one.Badness))).OrderBy(one => one.Item3 ? 0 : 1).ThenBy(one => one.Badness, Lexical.Instance)];
        List<RankedAlternative> entries = [];
        foreach ((ResultGroup group, double[] badness, bool onFront) in placed)
        {
            bool ties = entries.Count > 0 && placed[entries.Count - 1] is var before && before.Badness.SequenceEqual(badness);
            entries.Add(new(alternatives.Name(group), ties ? entries[^1].Rank : entries.Count + 1, onFront,
                [.. metrics.Select(metric => new RankedValue(metric.Objective, metric.Metric, Difference.Of(group, placed[0].Group, metric.Metric)))]));
        }

        return new(alternatives, entries);
    }

    /// <summary>Whether one is nowhere worse than another, and somewhere better.</summary>
    private static bool Dominates(double[] one, double[] other) => one.Zip(other).All(pair => pair.First <= pair.Second)
        && one.Zip(other).Any(pair => pair.First < pair.Second);

    private sealed class Lexical : IComparer<double[]>
    {
        public static Lexical Instance { get; } = new();

        public int Compare(double[]? x, double[]? y) => x!.Zip(y!).Select(pair => pair.First.CompareTo(pair.Second)).FirstOrDefault(order => order != 0);
    }
}

/// <summary>An alternative's place.</summary>
/// <param name="Name">The model, policy or condition.</param>
/// <param name="Rank">1 for the best. Equal values share a place.</param>
/// <param name="OnFront">Whether it is on the Pareto front of several objectives; false for one.</param>
/// <param name="Values">By objective: its value, and how it differs from the first of the ranking.</param>
public sealed record RankedAlternative(string Name, int Rank, bool OnFront, IReadOnlyList<RankedValue> Values);

/// <summary>What an alternative comes to in one objective.</summary>
/// <param name="Objective">The objective.</param>
/// <param name="Metric">The metric that it goes by.</param>
/// <param name="Difference">The value, and its difference to the first of the ranking.</param>
public sealed record RankedValue(Objective Objective, string Metric, Difference Difference);
