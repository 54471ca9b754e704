using LayerShuffle.Scenarios.Loading;
using LayerShuffle.Scenarios.Syntax;
using LayerShuffle.Swarm.Drawing;

namespace LayerShuffle.Swarm.Tests;

/// <summary>Scenarios are drawn over every key of the language, and a seed is a scenario.</summary>
public sealed class DrawingTests : IDisposable
{
    private const int Seeds = 2000;

    /// <summary>Few that had everything between them when the language was as it is: where it has changed, the others follow.</summary>
    private static readonly long[] Telling =
    [
        459, 268, 888, 507, 55, 549, 267, 183, 95, 228, 382, 408, 568, 249, 531, 639, 819, 38, 311, 1, 238, 732, 11, 12, 15, 41, 149, 177, 181, 435, 539, 588,
        817, 5, 49, 86, 107, 118, 126, 144, 162, 217, 221, 258, 287, 349, 410, 476, 827,
    ];

    private readonly Scratch scratch = new();

    public DrawingTests() => SampleFiles.Write(scratch.Folder);

    /// <summary>A key that the language gains is drawn, or it fails here until somebody says why not.</summary>
    [Fact]
    public void Every_key_and_word_of_the_language_is_drawn_or_listed_with_a_reason()
    {
        HashSet<string> left = [.. KeyWalk.All.Where(key => Undrawn.Reason(key) is null)];
        int all = left.Count;
        all.ShouldBeGreaterThan(200);
        foreach (long seed in Telling.Concat(Enumerable.Range(0, Seeds).Select(seed => (long)seed)).TakeWhile(_ => left.Count > 0))
            left.ExceptWith(KeyWalk.In((seed % 4 == 3 ? ScenarioDraw.KitchenSink(seed, scratch.Folder) : ScenarioDraw.Draw(seed, scratch.Folder)).Tree));
        left.Order(StringComparer.Ordinal).ShouldBeEmpty($"of {all} keys and words these were in none of {Seeds} scenarios, "
            + "and LayerShuffle.Swarm/Drawing/Undrawn has no reason for that");
    }

    [Fact]
    public void What_is_listed_as_not_drawn_is_in_the_language()
    {
        foreach (string listed in Undrawn.Listed)
            KeyWalk.All.Any(key => Undrawn.Covers(listed, key)).ShouldBeTrue($"{listed} is no key of the language any more");
    }

    [Fact]
    public void A_scenario_is_a_function_of_its_seed_and_valid()
    {
        HashSet<string> different = [];
        for (long seed = 100; seed < 160; seed++)
        {
            string yaml = ScenarioDraw.Draw(seed, scratch.Folder).Yaml;
            ScenarioDraw.Draw(seed, scratch.Folder).Yaml.ShouldBe(yaml);
            ScenarioLoader.Parse(yaml, "drawn", scratch.Folder).Mistakes.ShouldBeEmpty();
            different.Add(yaml);
        }

        different.Count.ShouldBe(60);
    }

    [Fact]
    public void Keys_of_a_scenario_are_found_by_their_paths()
    {
        var map = (MapNode)YamlReader.Read("x", """
            name: x
            cluster: {nodes: {alpha: {slowdown: 2}}, compute_time: {base: {distribution: normal, mean: 2ms, stddev: 1ms}}}
            network: {latency: {rtt: 4ms}, links: [{from: alpha, to: all, loss: {model: markov, p13: 1%, p31: 2%}}]}
            faults: {a: {kind: crash, nodes: {random: 1}, at: 1s}}
            routing: {on_failure: fail}
            """, new MistakeList())!;
        KeyWalk.In(map).ShouldBe(
            [
                "name", "cluster", "cluster.nodes", "cluster.nodes.NAME.slowdown", "cluster.compute_time", "cluster.compute_time.base",
                "cluster.compute_time.base.distribution", "cluster.compute_time.base.distribution=normal", "cluster.compute_time.base.mean",
                "cluster.compute_time.base.stddev", "network", "network.latency", "network.latency.rtt", "network.links", "network.links[].from",
                "network.links[].to", "network.links[].loss", "network.links[].loss.model", "network.links[].loss.model=markov", "network.links[].loss.p13",
                "network.links[].loss.p31", "faults", "faults.NAME.kind", "faults.NAME.kind=crash", "faults.NAME.nodes", "faults.NAME.nodes.random",
                "faults.NAME.at", "routing", "routing.on_failure", "routing.on_failure=fail",
            ], ignoreOrder: true);
        KeyWalk.In(map).IsSubsetOf(KeyWalk.All).ShouldBeTrue();
    }

    public void Dispose() => scratch.Dispose();
}
