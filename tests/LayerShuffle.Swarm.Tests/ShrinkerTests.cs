using LayerShuffle.Scenarios.Loading;
using LayerShuffle.Scenarios.Syntax;
using LayerShuffle.Swarm.Drawing;
using LayerShuffle.Swarm.Shrinking;
using LayerShuffle.Swarm.Trees;

namespace LayerShuffle.Swarm.Tests;

/// <summary>What fails is made as small as it can be while it still fails.</summary>
public sealed class ShrinkerTests : IDisposable
{
    private readonly Scratch scratch = new();

    [Fact]
    public void Keys_lists_and_numbers_are_made_as_small_as_they_can_be()
    {
        MapNode large = Read("""
            name: large
            seed: 17
            cluster: {nodes: 5, compute_time: {distribution: normal, mean: 12.5ms, stddev: 3ms}, recovery: rehost}
            network: {latency: 9ms, loss: 12%, links: [{from: a, to: b, loss: 1%}, {from: b, to: c, loss: 60%}, {from: c, to: a, loss: 3%}]}
            faults: {ant: {kind: crash, nodes: [a, b, c, d], at: 80ms}, bee: {kind: pause, nodes: [c], at: 10ms}}
            workload: {requests: 40}
            """);
        // It fails as long as a second link is lossy, a fault strikes c, and there are at least 3 requests.
        int asked = 0;
        bool Fails(MapNode tree)
        {
            asked++;
            bool lossy = tree.Map("network")?.Get("links") is SequenceNode links && links.Items.OfType<MapNode>().Any(link =>
                (link.Get("from") as ScalarNode)?.Text == "b" && link.Get("loss") is ScalarNode { Text: not "0%" });
            bool strikes = tree.Map("faults")?.Entries.Any(fault => fault.Value is MapNode map && map.Get("nodes") is SequenceNode nodes
                && nodes.Items.OfType<ScalarNode>().Any(node => node.Text == "c")) == true;
            return lossy && strikes && int.Parse((tree.Map("workload")?.Get("requests") as ScalarNode)?.Text ?? "0") >= 3;
        }

        var shrinker = new Shrinker(Fails);
        MapNode small = shrinker.Shrink(large);
        YamlWriter.Write(small).ReplaceLineEndings("\n").ShouldBe("""
            network:
              links:
                - {from: b, loss: 1%}
            faults:
              bee:
                nodes: [c]
            workload:
              requests: 5

            """.ReplaceLineEndings("\n"));
        shrinker.Tried.ShouldBe(asked);
        asked.ShouldBeLessThan(200);
    }

    [Fact]
    public void What_is_not_valid_does_not_fail_and_so_stays_out()
    {
        SampleFiles.Write(scratch.Folder);
        MapNode drawn = ScenarioDraw.Draw(7, scratch.Folder).Tree;
        MapNode small = new Shrinker(tree => ScenarioLoader.Parse(YamlWriter.Write(tree), "small", scratch.Folder).Mistakes.Count == 0).Shrink(drawn);
        YamlWriter.Write(small).ReplaceLineEndings("\n").ShouldBe("""
            name: swarm
            model: none
            workload:
              requests: 1

            """.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void It_stops_after_so_many_tries()
    {
        SampleFiles.Write(scratch.Folder);
        var shrinker = new Shrinker(_ => false, most: 25);
        MapNode drawn = ScenarioDraw.Draw(7, scratch.Folder).Tree;
        shrinker.Shrink(drawn).ShouldBeSameAs(drawn);
        shrinker.Tried.ShouldBe(25);
    }

    [Fact]
    public void Places_are_read_as_messages_write_them()
    {
        MapNode tree = Read("network: {links: [{from: a}, {from: b, loss: 1%}]}");
        IReadOnlyList<object> place = TreePath.Parse("network.links[1].loss");
        place.ShouldBe(["network", "links", 1, "loss"]);
        ((ScalarNode)TreePath.At(tree, place)!).Text.ShouldBe("1%");
        TreePath.At(tree, ["network", "links", 2]).ShouldBeNull();
        YamlWriter.Write((MapNode)TreePath.With(tree, TreePath.Parse("network.links[0]"), null)).ShouldBe("network:\n  links:\n    - {from: b, loss: 1%}\n");
    }

    public void Dispose() => scratch.Dispose();

    private static MapNode Read(string yaml) => (MapNode)YamlReader.Read("x", yaml, new MistakeList())!;
}
