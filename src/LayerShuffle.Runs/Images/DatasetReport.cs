using System.Text.Json.Nodes;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Datasets;
using LayerShuffle.Datasets.Accounts;
using LayerShuffle.Datasets.Loading;
using LayerShuffle.Scenarios.Specs;

namespace LayerShuffle.Runs.Images;

/// <summary>What a scenario's dataset was found to be: looked at before a run, and written down after it.</summary>
public static class DatasetReport
{
    /// <summary>
    /// Looks at the scenario's dataset as a run would read it. Null where there is none, where it is drawn, or where its path does not exist: the scenario's
    /// own warning says that it is needed where the run takes place.
    /// </summary>
    /// <exception cref="DatasetException">It is there, and the run would fail at it.</exception>
    public static DatasetAccount? Inspect(Scenario scenario) =>
        scenario is { NetworkOnly: false, Dataset: { Path: { } path } spec } && Path.Exists(path)
            ? DatasetLoader.Inspect(ModelSpecs.Dataset(spec,
                scenario.Models.Select(model => model.Config).MaxBy(config => config.ImageHeight * config.ImageWidth) ?? new()), Luck(scenario))
            : null;

    /// <summary>Where a scenario's dataset gets its luck from.</summary>
    internal static SeedTree Luck(Scenario scenario) => SeedTree.Root(scenario.Seed).Child("dataset");

    /// <summary>The account for <c>run.json</c>.</summary>
    /// <param name="account">The account.</param>
    /// <param name="shared">How it names files to others.</param>
    internal static JsonObject ToJson(DatasetAccount account, Func<string, string> shared) => new()
    {
        ["kind"] = account.Word,
        ["path"] = account.Path is { } path ? shared(path) : null,
        ["classes"] = new JsonArray([.. account.Classes.Select(name => (JsonNode)name)]),
        ["train"] = Split(account.Train),
        ["test"] = Split(account.Test),
        ["skipped"] = new JsonArray([.. account.Skipped.Select(skipped => (JsonNode)Skipped(skipped, shared))]),
        ["notes"] = new JsonArray([.. account.Notes.Select(note => (JsonNode)shared(note))]),
    };

    private static JsonObject Skipped(SkippedFiles skipped, Func<string, string> shared) =>
        new() { ["what"] = skipped.Kind, ["count"] = skipped.Count, ["example"] = shared(skipped.Example) };

    private static JsonObject Split(SplitAccount split) => new() { ["source"] = split.Source, ["found"] = split.Found, ["used"] = split.Used };
}
