using System.Globalization;

namespace LayerShuffle.EndToEnd.Tests.Wall;

/// <summary>Second copies of hops, layers side by side and several journeys in real processes: the same is counted as on the virtual clock.</summary>
[Collection(WallCollection.Name)]
public sealed class SecondCopiesTests : IDisposable
{
    private const int Requests = 4;

    // Where the way from the coordinator to node-1 is slow, a second copy of each request's first hop goes to node-2 after a second. All other
    // acknowledgements take 40 ms, a twenty-fifth of that.
    private const string Scenario = """
        name: second-copies
        model: {architecture: none, num_hidden_layers: 3, hidden_size: 32, image_size: 32, patch_size: 8}
        clock: wall
        cluster: {nodes: 3, compute_time: 2ms}
        network: {latency: 20ms}
        routing: {timeout: 20s}
        policies:
          hedge: {replicas: 2, hedge: {after: 1s}}
          parallel: {parallel: 2}
          twice: {replicas: 2, redundancy: {paths: 2, combine: first}}
        workload: {requests: 4, arrivals: {concurrency: 2}, deadline: 60s}
        conditions:
          even: {}
          slow: {network: {links: [{from: coordinator, to: node-1, latency: 4s}]}}

        """;

    private readonly Workplace place = new();

    [Fact]
    public async Task Both_clocks_count_the_same()
    {
        string scenario = place.Write("copies.yaml", Scenario);
        (await place.Run("run", scenario, "--output", "virtual", "--set", "clock=virtual")).ShouldEndWith(0);
        Program run = await place.Run("run", scenario, "--output", "wall");
        run.ShouldEndWith(0);
        run.Error.ShouldNotContain("sent again though nothing was lost"); // second copies are what was asked for
        foreach (string policy in new[] { "hedge", "parallel", "twice" })
        {
            foreach (string condition in new[] { "even", "slow" })
            {
                (Func<string, string> foretold, Func<string, string> measured) = (Trial("virtual", policy, condition), Trial("wall", policy, condition));
                string which = $"{policy}, {condition}";
                foreach (string count in new[] { "requests", "completed", "hedges", "layers_executed_mean", "layers_skipped_mean" })
                    measured(count).ShouldBe(foretold(count), $"{count} of {which}");
                if (policy == "parallel")
                    measured("messages_sent").ShouldBe(foretold("messages_sent"), which);
                string[] orders = [.. Rows("wall", policy, condition).Select(row => row("order"))];
                orders.ShouldBe(Rows("virtual", policy, condition).Select(row => row("order")), which);
                orders.ShouldAllBe(order => order == "0 1 2");
            }
        }

        // By hand: one second copy a request, which brought its result; two layers at once and then one more are two messages each for three crossings but
        // the last, which has one.
        Count(Trial("wall", "hedge", "even")("hedges")).ShouldBe(0);
        (Count(Trial("wall", "hedge", "slow")("hedges")), Count(Trial("wall", "hedge", "slow")("retries"))).ShouldBe((Requests, Requests));
        Rows("wall", "hedge", "slow").ShouldAllBe(row => row("hedges") == "1" && double.Parse(row("latency_ms"), CultureInfo.InvariantCulture) >= 1000);
        Count(Trial("wall", "parallel", "even")("messages_sent")).ShouldBe(Requests * 5);
        // Two journeys: the one over node-2 is first where the way to node-1 is slow, and has not waited for it.
        Count(Trial("wall", "twice", "slow")("retries")).ShouldBe(0);
        Count(Trial("wall", "twice", "even")("results_superseded")).ShouldBeInRange(1, Requests);
    }

    public void Dispose() => place.Dispose();

    private static int Count(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private Func<string, string> Trial(string folder, string policy, string condition) =>
        new Table(place.At(folder), "conditions.csv").Where("policy", policy).Single(row => row("condition") == condition);

    private Func<string, string>[] Rows(string folder, string policy, string condition) =>
        [.. new Table(place.At(folder), "requests.csv").Where("policy", policy).Where(row => row("condition") == condition)];
}
