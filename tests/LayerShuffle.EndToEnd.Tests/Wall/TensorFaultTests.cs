namespace LayerShuffle.EndToEnd.Tests.Wall;

/// <summary>
/// Faults that strike tensors do the same on both clocks: the same packets are missing, the same numbers are garbled, the same bits flip, and the ledger has
/// the same words for it.
/// </summary>
[Collection(WallCollection.Name)]
public sealed class TensorFaultTests : IDisposable
{
    private const int Requests = 30;
    private static readonly string[] Conditions = ["packets", "garbled", "soft", "liar", "lost"];
    private static readonly string Scenario = WallScenario.Text(
        "epochs: 2, batch_size: 32, learning_rate: 3e-3", models: "shuffled: {variant: layershuffle}",
            workload: $"requests: {Requests}, images_per_request: 2, arrivals: {{rate: 10/s, process: uniform}}, deadline: 20s", nodes: 3, images: 320,
        rest: """
        conditions:
          packets:
            network: {loss: 20%, packets: {size: 200B, missing: mean}}
          garbled:
            network: {corrupt: {kind: flip, probability: 50%, bits: 40, field: exponent}, checksum: false, nan_guard: true}
          soft:
            faults: {soft: {kind: memory, nodes: [node-2, node-3], at: 0s, flips: 2000, field: exponent}}
            network: {nan_guard: true}
          liar:
            faults: {liar: {kind: byzantine, nodes: [node-2], at: 0s, answer: other_layer}, noisy: {kind: byzantine, nodes: [node-3], at: 0s, answer: noise}}
          lost:
            cluster: {restore: neighbours}
            routing: {retries: 100}
            faults: {loses: {kind: crash, nodes: [node-2], at: 0s, restart_after: 1s, weights: lost}}
        """).Replace("order: arbitrary, timeout: 400ms", "order: sequential, timeout: 5s", StringComparison.Ordinal);

    private readonly Workplace place = new();

    [Fact]
    public async Task Both_clocks_compute_on_the_same_damage()
    {
        string scenario = place.Write("struck.yaml", Scenario);
        (await place.Run("run", scenario, "--output", "virtual", "--set", "clock=virtual")).ShouldEndWith(0);
        (await place.Run("run", scenario, "--output", "wall")).ShouldEndWith(0);
        var foretold = new Table(place.At("virtual"), "requests.csv");
        var measured = new Table(place.At("wall"), "requests.csv");
        foreach (string condition in Conditions)
        {
            (Func<string, string> Virtual, Func<string, string> Wall)[] pairs =
                [.. foretold.Where("condition", condition).Zip(measured.Where("condition", condition))];
            pairs.Length.ShouldBe(Requests);
            (Func<string, string> Virtual, Func<string, string> Wall)[] alike =
                [.. pairs.Where(pair => pair.Virtual("order") == pair.Wall("order")
                    && (condition == "lost" || pair.Virtual("retries") == pair.Wall("retries")))]; // a worker takes its time to start
            alike.Length.ShouldBeGreaterThanOrEqualTo(Requests - 2, condition); // a timer may be late
            alike.ShouldAllBe(pair => pair.Virtual("correct") == pair.Wall("correct") && pair.Virtual("skipped") == pair.Wall("skipped"), condition);
        }

        Words("wall").ShouldBe(Words("virtual"));
        Words("wall").ShouldContain("soft soft memory node-2: flipped 2000 exponent bits in layer 1");
        Words("wall").ShouldContain("lost  placement node-2: lost layer 1");
        Words("wall").ShouldContain("lost  placement node-2: restored layer 1 (neighbours)");
        Lost("wall").ShouldBe(Lost("virtual"));
        Lost("wall").Sum().ShouldBeGreaterThan(100);
        foretold.Where("condition", "garbled").Count(row => row("skipped").Length > 0).ShouldBeGreaterThan(0, "the guard has something to do");
    }

    public void Dispose() => place.Dispose();

    private string[] Words(string run) =>
    [
        .. Conditions.SelectMany(condition => new Table(place.At(run), "faults.csv").Where("condition", condition))
            .Where(row => row("effect") != "detected_down")
            .Select(row => $"{row("condition")} {row("fault")} {row("kind")} {row("target")}: {row("effect")}").Order(StringComparer.Ordinal),
    ];

    /// <summary>Packets lost, by link.</summary>
    private int[] Lost(string run) =>
        [.. new Table(place.At(run), "links.csv").Where("condition", "packets").Select(row => int.TryParse(row("packets_lost"), out int lost) ? lost : 0)];
}
