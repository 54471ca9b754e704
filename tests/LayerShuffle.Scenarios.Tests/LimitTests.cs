using LayerShuffle.Scenarios.Loading;
using LayerShuffle.Scenarios.Syntax;

namespace LayerShuffle.Scenarios.Tests;

/// <summary>Small files that ask for very much: refused by a limit that is named, with little memory.</summary>
public class LimitTests
{
    private const string Net = "name: x\nmodel: none\nworkload: {requests: 5}\n";
    private const long Allowed = 600L << 20; // bytes allocated in all, most of them short-lived

    public static TheoryData<string, string> Hostile => new()
    {
        { "points × exceptions", Net
            + $"cluster: {{nodes: 9}}\nsweep: {{routing.retries: [{Numbers(140)}], network.loss: "
            + $"[{string.Join(", ", Enumerable.Range(0, 140).Select(i => $"{i * 0.001}"))}]}}\nnetwork:\n  "
            + $"links:\n{Repeated(2500, "    - {from: node-1, to: node-2, loss: 1%}\n")}" },
        { "points × nodes", Net + $"cluster: {{nodes: 10000}}\nsweep: {{routing.retries: [{Numbers(19_999)}]}}\n" },
        { "endpoints × endpoints", Net + $"cluster: {{nodes: 3000}}\nnetwork: {{links: [{{from: [{Nodes(3000)}], to: [{Nodes(3000)}], loss: 1%}}]}}\n" },
        { "conditions × settings", Net
            + $"cluster: {{nodes: 3}}\nnetwork:\n  "
            + $"links:\n{Repeated(1500, "    - {from: node-1, to: node-2, loss: 1%}\n")}"
            + $"conditions:\n{string.Concat(Enumerable.Range(0, 4000).Select(i => $"  c{i}:\n"))}" },
        { "long values × points", Net
            + $"cluster: {{nodes: 3}}\nsweep: {{routing.order: [[{Numbers(8)}], "
            + $"{string.Join(", ", Enumerable.Range(0, 100).Select(i => $"[{Numbers(100 + i)}]"))}], routing.retries: [{Numbers(199)}]}}\n" },
        { "expectations × points", Net + $"sweep: {{routing.retries: [{Numbers(19_000)}]}}\nexpect:\n{Repeated(1500, "  - {metric: retries, max: 5}\n")}" },
        { "trials", Net + $"repeats: 100000\nsweep: {{routing.retries: [{Numbers(5000)}]}}\n" },
        { "wrong names × nodes", Net
            + $"cluster: {{nodes: 10000}}\nnetwork: {{links: [{{from: [{string.Join(", ", Enumerable.Range(0, 5000).Select(i => $"nod{i}"))}], to: node-1, "
            + "loss: 1%}]}\n" },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public void A_small_file_cannot_ask_for_the_whole_machine(string what, string text)
    {
        (System.Text.Encoding.UTF8.GetByteCount(text) <= YamlReader.MaximumBytes).ShouldBeTrue(what);
        long before = GC.GetAllocatedBytesForCurrentThread();
        ScenarioLoadResult result = Some.Load(text);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        result.Scenario.ShouldBeNull(what);
        allocated.ShouldBeLessThan(Allowed, $"{what}: {result.Mistakes[0]}");
        if (!what.StartsWith("wrong", StringComparison.Ordinal) && !what.StartsWith("long", StringComparison.Ordinal))
            result.Mistakes.ShouldContain(mistake => mistake.Hint.StartsWith("expected fewer", StringComparison.Ordinal)
                || mistake.Hint.StartsWith("expected at most", StringComparison.Ordinal), result.Mistakes[0].ToString());
    }

    [Fact]
    public void A_large_grid_of_an_ordinary_scenario_is_fine() =>
        Some.Valid(Net
            + "cluster: {nodes: 8}\nnetwork: {loss: 1%}\n"
            + $"sweep: {{routing.retries: [{Numbers(100)}], workload.images_per_request: [{Numbers(40, 1)}]}}\n")
            .Conditions.Count.ShouldBe(4000);

    private static string Numbers(int count, int from = 0) => string.Join(", ", Enumerable.Range(from, count));

    private static string Nodes(int count) => string.Join(", ", Enumerable.Range(1, count).Select(i => $"node-{i}"));

    private static string Repeated(int count, string text) => string.Concat(Enumerable.Repeat(text, count));
}
