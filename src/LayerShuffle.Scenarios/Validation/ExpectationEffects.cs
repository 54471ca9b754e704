using LayerShuffle.Core.Records;
using LayerShuffle.Core.Trials;
using LayerShuffle.Scenarios.Specs;

namespace LayerShuffle.Scenarios.Validation;

/// <summary>Which expectations say nothing.</summary>
internal static class ExpectationEffects
{
    /// <summary>Why an expectation says nothing, and what to do; null where it says something.</summary>
    /// <param name="expectation">The expectation.</param>
    /// <param name="models">The models that it speaks of.</param>
    /// <param name="variants">The variants that it speaks of.</param>
    /// <param name="isRepeated">Whether it stands in the list already.</param>
    public static string? Idle(ExpectationSpec expectation, IReadOnlyList<string> models, IReadOnlyList<TrialVariant> variants, bool isRepeated)
    {
        if (isRepeated)
            return "no effect: this expectation stands in the list already; leave it out";
        if (expectation.Of is { } of)
        {
            return variants.All(variant => models.All(model => IsItself(expectation, of, model, variant)))
                ? "no effect: it is relative to itself, which is always 100%; name another model, condition, policy or metric in `of`" : null;
        }

        (double least, double? most) = Range(expectation.Metric, variants);
        if ((expectation.Min ?? double.NegativeInfinity) <= least
            && (most is null ? expectation.Max is null : (expectation.Max ?? double.PositiveInfinity) >= most))
            return $"cannot fail: `{expectation.Metric}` is never less than {Text(least)}{(most is { } limit ? $" nor more than {Text(limit)}" : "")}; give a "
                + "closer bound, or leave it out";
        return null;
    }

    /// <summary>The least and the most that a metric can be; null for no limit.</summary>
    private static (double Least, double? Most) Range(string metric, IReadOnlyList<TrialVariant> variants)
    {
        if (metric is "completed" or "failed" or "requests")
            return (0, variants.Any(variant => variant.Workload.Requests is null) ? null : variants.Max(variant => variant.Workload.Requests));
        bool isShare = metric == "kendall_tau_distance_mean" || MetricCatalogue.All.Any(entry => entry.Name == metric && entry.Unit == MetricUnit.Share);
        return (0, isShare ? 1 : null);
    }

    private static bool IsItself(ExpectationSpec expectation, ExpectationReference of, string model, TrialVariant variant) =>
        !expectation.UsesCiLow && (of.Metric ?? expectation.Metric) == expectation.Metric && (of.Model ?? model) == model
            && (of.Policy ?? variant.Policy) == variant.Policy &&
        (of.Condition is null || of.Condition == variant.BaseCondition || of.Condition == variant.Condition);

    private static string Text(double value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
