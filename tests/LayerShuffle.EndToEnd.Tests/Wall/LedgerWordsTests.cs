namespace LayerShuffle.EndToEnd.Tests.Wall;

/// <summary>
/// Every kind of fault, struck twice, on nodes that are up, dead and paused: both clocks write the same words. No request can do without a node that is to come
/// back, so that however long a worker takes to start, the trial does not end before.
/// </summary>
[Collection(WallCollection.Name)]
public sealed class LedgerWordsTests : IDisposable
{
    /// <summary>Under <c>again</c> are faults that come again, follow others, strike domains, and what is drawn for them.</summary>
    private const string Scenario = """
        name: words
        seed: 4
        model: none
        clock: wall
        cluster: {nodes: 3, compute_time: 1ms, domains: {rack-1: [node-1], rack-2: [node-2, node-3]}}
        network: {latency: 20ms}
        routing: {timeout: 300ms, retries: 1000}
        workload: {requests: 60, arrivals: {rate: 10/s, process: uniform}, deadline: 25s}
        conditions:
          words:
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
          again:
            workload: {requests: 80}
            faults:
              loop:   {kind: crash, nodes: {domain: rack-1}, at: 500ms, every: 1h, restart_after: 3s, until: 2h}
              flap:   {kind: partition, groups: [[node-1], rest], direction: in, at: 600ms, every: 1s, for: 300ms, until: 4s}
              halves: {kind: partition, groups: {random_halves: true}, at: 700ms, every: 1s, jitter: 200ms, for: 200ms, until: 3s}
              storm:  {kind: link, from: {domain: rack-2}, to: all, after: {fault: loop, delay: 200ms}, for: 300ms, set: {loss: 10%}}
              hiccup: {kind: pause, nodes: {random: 1}, at: 1s, every: 1s, for: 200ms, until: 4s}
              slow:   {kind: slowdown, nodes: {up_to: 2}, factor: 2, at: 300ms, every: 700ms, for: 400ms, until: 4s}
              churn:  {kind: churn, nodes: [node-3], mean_time_to_failure: 1500ms, mean_time_to_repair: 2s, at: 4s, until: 7s}
              late:   {kind: crash, nodes: [node-2], at: 1h}

        """;

    private readonly Workplace place = new();

    [Fact]
    public async Task Both_clocks_write_the_same_words()
    {
        string scenario = place.Write("words.yaml", Scenario);
        (await place.Run("run", scenario, "--output", "virtual", "--set", "clock=virtual")).ShouldEndWith(0);
        (await place.Run("run", scenario, "--output", "wall")).ShouldEndWith(0);
        string[] foretold = Words("virtual", "words"), written = Words("wall", "words");
        foretold.ShouldContain("pause-dead pause node-1: already_down not_paused touched_nothing");
        foretold.ShouldContain("crash-dead crash node-1: already_down still_down touched_nothing");
        foretold.ShouldContain("pause-two pause node-2: already_paused still_paused touched_nothing");
        foretold.ShouldContain("nap pause node-3: began not_paused");
        written.ShouldBe(foretold);

        (foretold, written) = (Words("virtual", "again"), Words("wall", "again"));
        foretold.ShouldContain("loop crash node-1: began restarted detected_down");
        foretold.ShouldContain("flap partition node-1 <- rest: began ended began ended began ended began ended");
        foretold.ShouldContain("late crash node-2: never_began");
        foretold.ShouldContain("churn churn node-3: began restarted detected_down");
        written.ShouldBe(foretold);
    }

    public void Dispose() => place.Dispose();

    /// <summary>
    /// For every fault and target the effects in the order in which they were asked for. When a death is noticed is the clock's affair, that it is noticed is
    /// not. What killed workers have sent over links nobody knows on the wall clock, so that it does not say which faults of links met nothing.
    /// </summary>
    private string[] Words(string run, string condition) =>
    [
        .. new Table(place.At(run), "faults.csv").Where("condition", condition).Where(row => row("fault").Length > 0)
            .Where(row => row("effect") != "touched_nothing" || row("kind") is not ("partition" or "link"))
            .GroupBy(row => $"{row("fault")} {row("kind")} {row("target")}")
            .Select(rows => $"{rows.Key}: {string.Join(' ', rows.Select(row => row("effect")).OrderBy(effect => effect == "detected_down"))}")
            .Order(StringComparer.Ordinal),
    ];
}
