namespace LayerShuffle.EndToEnd.Tests.Wall;

/// <summary>
/// Every kind of fault, struck twice, on nodes that are up, dead and paused: both clocks write the same words. No request can do without a node that is to come
/// back, so that however long a worker takes to start, the trial does not end before.
/// </summary>
[Collection(WallCollection.Name)]
public sealed class LedgerWordsTests : IDisposable
{
    private const string Scenario = """
        name: words
        model: none
        clock: wall
        cluster: {nodes: 3, compute_time: 1ms}
        network: {latency: 20ms}
        routing: {timeout: 300ms, retries: 1000}
        workload: {requests: 60, arrivals: {rate: 10/s, process: uniform}, deadline: 25s}
        faults:
          crash:      {kind: crash, nodes: [node-1], at: 500ms, restart_after: 6s}
          crash-dead: {kind: crash, nodes: [node-1], at: 1500ms, restart_after: 1s}
          pause-dead: {kind: pause, nodes: [node-1], at: 1700ms, for: 500ms}
          pause:      {kind: pause, nodes: [node-2], at: 500ms, for: 3s}
          pause-two:  {kind: pause, nodes: [node-2], at: 1500ms, for: 1s}
          nap:        {kind: pause, nodes: [node-3], at: 500ms, for: 3s}
          crash-nap:  {kind: crash, nodes: [node-3], at: 1500ms, restart_after: 5s}
          slow:       {kind: slowdown, nodes: [node-2], factor: 2, at: 600ms, for: 1s}
          slow-two:   {kind: slowdown, nodes: [node-1, node-2, node-3], factor: 2, at: 1s, for: 1s}
          cut:        {kind: partition, groups: [[node-1], [node-2, node-3]], at: 600ms, heal_after: 1s}
          cut-two:    {kind: partition, groups: [[node-1], [node-2, node-3]], at: 1s, heal_after: 1s}
          storm:      {kind: link, from: all, to: node-2, at: 600ms, for: 1s, set: {loss: 10%}}
          storm-two:  {kind: link, from: all, to: node-2, at: 1s, for: 1s, set: {loss: 20%}}

        """;

    private readonly Workplace place = new();

    [Fact]
    public async Task Both_clocks_write_the_same_words()
    {
        string scenario = place.Write("words.yaml", Scenario);
        (await place.Run("run", scenario, "--output", "virtual", "--set", "clock=virtual")).ShouldEndWith(0);
        (await place.Run("run", scenario, "--output", "wall")).ShouldEndWith(0);
        string[] foretold = Words("virtual"), written = Words("wall");
        foretold.ShouldContain("pause-dead pause node-1: already_down not_paused");
        foretold.ShouldContain("crash-dead crash node-1: already_down still_down");
        foretold.ShouldContain("pause-two pause node-2: already_paused still_paused");
        foretold.ShouldContain("nap pause node-3: began not_paused");
        written.ShouldBe(foretold);
    }

    public void Dispose() => place.Dispose();

    /// <summary>
    /// For every fault and target the effects in the order in which they were asked for. When a death is noticed is the clock's affair, that it is noticed is
    /// not.
    /// </summary>
    private string[] Words(string run) =>
    [
        .. new Table(place.At(run), "faults.csv").Where("condition", "default").Where(row => row("fault").Length > 0)
            .GroupBy(row => $"{row("fault")} {row("kind")} {row("target")}")
            .Select(rows => $"{rows.Key}: {string.Join(' ', rows.Select(row => row("effect")).OrderBy(effect => effect == "detected_down"))}")
            .Order(StringComparer.Ordinal),
    ];
}
