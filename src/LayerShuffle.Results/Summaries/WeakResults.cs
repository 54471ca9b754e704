using System.Globalization;

namespace LayerShuffle.Results.Summaries;

/// <summary>Finds the results that are statistically weak.</summary>
public static class WeakResults
{
    /// <summary>Fewer requests than this are too few for Student's t to be trusted.</summary>
    public const int EnoughRequests = 30;

    /// <summary>A top1 interval that reaches further than this to either side is wide.</summary>
    public const double WideHalfWidth = 0.05;

    private const int MostNamed = 8;

    /// <summary>The warnings: that of few requests once for all groups that it concerns, then the others in the order of the groups.</summary>
    public static IReadOnlyList<WeakResult> In(IReadOnlyList<ResultGroup> groups) =>
        [.. Few(groups), .. groups.SelectMany(group => Messages(group, groups).Select(message => new WeakResult(group.Name, message)))];

    private static IEnumerable<WeakResult> Few(IReadOnlyList<ResultGroup> groups)
    {
        ResultGroup[] few = [.. groups.Where(IsFew)];
        if (few.Length == 0)
            yield break;
        long least = few.Min(Units), most = few.Max(Units);
        string number = least == most ? Invariant($"{least}") : Invariant($"{least} to {most}");
        string[] conditions = [.. few.Select(group => group.Condition).Distinct()];
        // A condition stands for all its models and policies where all of them have few requests.
        bool whole = groups.All(group => IsFew(group) || !conditions.Contains(group.Condition));
        string[] names = whole ? conditions : [.. few.Select(group => group.Name)];
        string where = few.Length == groups.Count && groups.Count > 1 ? "every condition" :
            names.Length <= MostNamed ? string.Join("; ", names) : Invariant($"{string.Join("; ", names.Take(MostNamed))} and {names.Length - MostNamed} more");
        yield return new WeakResult(where, Invariant($"{number} requests are few (under {EnoughRequests}): take more requests or repeats."));
    }

    /// <summary>Where sets of dead nodes are weighed, each request is asked once for each of them.</summary>
    private static bool IsFew(ResultGroup group) => Units(group) < EnoughRequests;

    private static long Units(ResultGroup group) => group.Trials.Sum(trial => trial.Expected?.Count ?? trial.Metrics.Requests);

    private static IEnumerable<string> Messages(ResultGroup group, IReadOnlyList<ResultGroup> groups)
    {
        if (MetricSummary.Of(group, "top1").Ci.HalfWidth is > WideHalfWidth and var half)
            yield return Invariant($"top1 is known to ±{100 * half:0.0} points only: take more requests or repeats.");
        var completed = group.Trials.Sum(trial => trial.Metrics.Completed);
        if (completed == 0 && group.Requests > 0)
            yield return "No request completed: there is no latency to speak of. Give it a longer deadline or a kinder network.";
        if (completed > 0 && completed == group.Requests && !group.HasModel && ComparedWith(group, groups).All(AllCompleted))
            yield return "Every request completed under every policy: completion cannot tell the policies apart here. A harsher network could.";
    }

    /// <summary>The groups that a network-only one is ranked against; with nothing to rank, none that could be all completed.</summary>
    private static IEnumerable<ResultGroup> ComparedWith(ResultGroup group, IReadOnlyList<ResultGroup> groups)
    {
        var others = groups.Where(other => other != group && other.Model == group.Model && other.Condition == group.Condition).ToList();
        return others.Count > 0 ? others : [group with { Trials = [] }];
    }

    private static bool AllCompleted(ResultGroup group) => group.Requests > 0 && group.Trials.Sum(trial => trial.Metrics.Completed) == group.Requests;

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
