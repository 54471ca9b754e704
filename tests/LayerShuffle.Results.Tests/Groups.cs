using LayerShuffle.Core.Records;
using LayerShuffle.Results.Metrics;
using LayerShuffle.Results.Summaries;

namespace LayerShuffle.Results.Tests;

/// <summary>Groups of trials made by hand.</summary>
internal static class Groups
{
    public static IReadOnlyList<ResultGroup> Of(params TrialRecord[] trials) =>
        ResultGroup.Of(trials.Select(trial => TrialData.From(trial, new Dictionary<string, string>())));

    /// <summary>Trials whose condition is swept over <c>network.loss</c>.</summary>
    public static IReadOnlyList<ResultGroup> Swept(params (string Loss, TrialRecord Trial)[] trials) => ResultGroup.Of(trials.Select(pair => TrialData.From(
        pair.Trial with { Key = pair.Trial.Key with { Condition = $"{pair.Trial.Key.Condition}[network.loss={pair.Loss}]" } },
        new Dictionary<string, string> { ["network.loss"] = pair.Loss })));
}
