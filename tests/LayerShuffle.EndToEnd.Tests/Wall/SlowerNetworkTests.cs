using System.Globalization;

namespace LayerShuffle.EndToEnd.Tests.Wall;

/// <summary><c>timeout: auto</c> on a real cluster whose network becomes twenty times slower for good, and loses nothing.</summary>
[Collection(WallCollection.Name)]
public sealed class SlowerNetworkTests : IDisposable
{
    private const int Requests = 120;

    private const string Scenario = """
        name: slower
        model: {architecture: none, num_hidden_layers: 4, hidden_size: 32, image_size: 32, patch_size: 8}
        clock: wall
        cluster: {nodes: 2, compute_time: 1ms} # neighbouring layers are on different nodes
        network: {latency: 5ms}
        workload: {requests: 120, arrivals: {rate: 20/s, process: uniform}, deadline: 20s}
        faults: {slower: {kind: link, from: all, to: all, at: 1500ms, set: {latency: 100ms}}}

        """;

    private readonly Workplace place = new();

    [Fact]
    public async Task A_slower_network_is_learned()
    {
        string scenario = place.Write("slower.yaml", Scenario);
        (await place.Run("run", scenario, "--output", "out")).ShouldEndWith(0);
        Func<string, string>[] requests = [.. new Table(place.At("out"), "requests.csv").Where("condition", "default")];
        requests.Length.ShouldBe(Requests);
        requests.ShouldAllBe(row => row("outcome") == "completed");
        Func<string, string>[] later = [.. requests.Where(row => Number(row("submitted_ms")) > 3500)];
        later.Length.ShouldBeGreaterThan(40);
        // A machine that is busy may be late now and then; a timeout that does not learn skips nearly all four layers of every request.
        later.Average(row => row("skipped").Length == 0 ? 0 : row("skipped").Split(' ').Length).ShouldBeLessThan(0.2);
        // 3,000 before
        int.Parse(new Table(place.At("out"), "conditions.csv")["retries"].ShouldHaveSingleItem(), CultureInfo.InvariantCulture).ShouldBeLessThan(300);
    }

    public void Dispose() => place.Dispose();

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
