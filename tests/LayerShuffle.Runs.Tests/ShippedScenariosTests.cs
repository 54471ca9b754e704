using LayerShuffle.Cli.Tests;
using LayerShuffle.Runs.Options;

namespace LayerShuffle.Runs.Tests;

/// <summary>Every scenario of the repository that trains nothing, run in short form: a few requests, once, on the virtual clock.</summary>
[Collection(TrainedOnce.Name)]
public sealed class ShippedScenariosTests : IDisposable
{
    private static readonly string Folder = Path.Combine(Root(), "scenarios");

    private readonly Scratch scratch = new();

    public static TheoryData<string> Scenarios =>
        [.. Directory.EnumerateFiles(Folder, "*.yaml").Concat(Directory.EnumerateFiles(Path.Combine(Folder, "flaky-boxes"), "*.yaml")).Where(TrainsNothing)
            .Select(file => Path.GetRelativePath(Folder, file).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    [Fact]
    public void There_are_many() => Scenarios.Count.ShouldBeGreaterThan(12);

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void It_runs_in_short_form(string name)
    {
        string text = File.ReadAllText(Path.Combine(Folder, name));
        List<string> shorter = ["clock=virtual", "repeats=1", "expect=null", "threads=1", "workload.requests=3"];
        if (text.Contains("checkpoint:", StringComparison.Ordinal))
            shorter.Add("workload.images_per_request=2");
        if (text.Contains("probes:", StringComparison.Ordinal))
            shorter.AddRange("probes.images=5", "probes.orders=1");
        RunPlan plan = RunPlan.Load(new RunOptions
        {
            Scenario = Path.Combine(Folder, name),
            Output = scratch.At("out"),
            Sets = shorter,
        });
        plan.Mistakes.ShouldBeEmpty();
        RunOutcome outcome = plan.Execute();
        outcome.End.ShouldBe(RunEnd.Done);
        outcome.Trials.Count.ShouldBe(plan.Trials.Count);
        outcome.Trials.ShouldAllBe(trial => trial.Metrics.Requests > 0 || trial.Expected != null);
    }

    public void Dispose() => scratch.Dispose();

    private static bool TrainsNothing(string file)
    {
        string text = File.ReadAllText(file);
        bool imports = text.Contains("checkpoint:", StringComparison.Ordinal) && !text.Contains("training:", StringComparison.Ordinal);
        return imports || text.Contains("architecture: none", StringComparison.Ordinal) || text.Contains("model: none", StringComparison.Ordinal);
    }

    private static string Root()
    {
        DirectoryInfo folder = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "LayerShuffle.sln")))
            folder = folder.Parent ?? throw new DirectoryNotFoundException("No folder above the tests holds LayerShuffle.sln.");
        return folder.FullName;
    }
}
