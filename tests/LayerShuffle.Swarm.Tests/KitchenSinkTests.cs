using LayerShuffle.Scenarios.Language;
using LayerShuffle.Scenarios.Loading;
using LayerShuffle.Scenarios.Syntax;
using LayerShuffle.Swarm.Drawing;

namespace LayerShuffle.Swarm.Tests;

/// <summary>Everything on at once: it is the same twice, finishes, and keeps what must always hold.</summary>
public sealed class KitchenSinkTests : IDisposable
{
    private readonly Scratch scratch = new();

    /// <summary>All that the swarm can draw, in one scenario: one of several that exclude each other at each place, drawn by the seed.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Everything_at_once_is_the_same_twice_and_finishes(long seed)
    {
        using var judge = new Judge();
        DrawnScenario sink = ScenarioDraw.KitchenSink(seed, judge.Folder);
        Verdict verdict = judge.Of(sink.Yaml);
        verdict.Mistakes.ShouldBeEmpty(sink.Yaml);
        verdict.Findings.ShouldBeEmpty(sink.Yaml);
        verdict.Trials.ShouldBeGreaterThan(0);
        // Some faults exclude all.
        LanguageSchema.VariedSections.Count(section => sink.Tree.Map(section) is { Entries.Count: > 0 }).ShouldBeGreaterThanOrEqualTo(4);
    }

    [Fact]
    public void A_few_of_them_have_every_key_of_network_and_routing()
    {
        SampleFiles.Write(scratch.Folder);
        HashSet<string> found = [];
        for (long seed = 1; seed <= 40; seed++)
        {
            MapNode tree = ScenarioDraw.KitchenSink(seed, scratch.Folder).Tree;
            ScenarioLoader.Parse(YamlWriter.Write(tree), "sink", scratch.Folder).Mistakes.ShouldBeEmpty();
            found.UnionWith(KeyWalk.In(tree));
        }

        KeyWalk.All.Where(key => key.Split('.').Length <= 2 && !key.Contains('=', StringComparison.Ordinal) && Undrawn.Reason(key) is null
            && key.Split('.')[0] is "network" or "routing" or "cluster" or "workload").Except(found).ShouldBeEmpty();
    }

    public void Dispose() => scratch.Dispose();
}
