using System.Globalization;

namespace LayerShuffle.EndToEnd.Tests.Wall;

/// <summary>The virtual clock foretells the wall clock where the network is slower than the machine: what ARCHITECTURE.md's table shows.</summary>
[Collection(AloneCollection.Name)]
public sealed class ClocksAgreeTests(ITestOutputHelper output) : IDisposable
{
    private const int Requests = 80;
    private static readonly string Scenario = WallScenario.Text(
        "epochs: 2, batch_size: 32, learning_rate: 3e-3", workload: $"requests: {Requests}, arrivals: {{rate: 8/s, process: uniform}}, deadline: 20s",
            images: 320,
        rest: """
        conditions:
          loss:
            network: {latency: 300ms, loss: 20%}
            routing: {order: sequential, timeout: 900ms}
          crash:
            network: {latency: 300ms}
            routing: {order: sequential, timeout: 900ms}
            faults: {outage: {kind: crash, nodes: [node-2], at: 3s, restart_after: 8s}}
          jitter-split:
            network: {latency: {distribution: lognormal, mean: 300ms, stddev: 60ms}}
            routing: {order: arbitrary, timeout: 1200ms}
            faults: {split: {kind: partition, groups: [[node-1, node-2], [node-3, node-4]], at: 3s, heal_after: 4s}}
        """);

    private readonly Workplace place = new();

    [Fact]
    public async Task Both_clocks_tell_the_same()
    {
        string scenario = place.Write("clocks.yaml", Scenario);
        (await place.Run("run", scenario, "--output", "virtual", "--set", "clock=virtual")).ShouldEndWith(0);
        (await place.Run("run", scenario, "--output", "wall")).ShouldEndWith(0);
        var foretold = new Table(place.At("virtual"), "requests.csv");
        var measured = new Table(place.At("wall"), "requests.csv");
        List<string> table = ["| condition | clock | completed | top-1 | layers skipped | median latency |", "|---|---|---:|---:|---:|---:|"];
        List<Action> claims = [];
        foreach (string condition in new[] { "loss", "crash", "jitter-split" })
        {
            Func<string, string>[] onVirtual = [.. foretold.Where("condition", condition)], onWall = [.. measured.Where("condition", condition)];
            claims.Add(() => onWall.Select(row => row("request")).ShouldBe(onVirtual.Select(row => row("request")), condition));
            claims.Add(() => onWall.Select(row => row("first_image")).ShouldBe(onVirtual.Select(row => row("first_image")), condition));
            claims.Add(() => onWall.Zip(onVirtual).ShouldAllBe(pair => SameOrder(pair.First("order"), pair.Second("order")), condition));
            claims.Add(() => onWall.Zip(onVirtual).Where(pair => pair.First("order") == pair.Second("order"))
                .ShouldAllBe(pair => pair.First("correct") == pair.Second("correct") && SameLoss(pair.First("loss"), pair.Second("loss")), condition));
            claims.Add(() => onWall.ShouldAllBe(row => (row("loss").Length > 0) == (row("outcome") == "completed"), condition));
            var (a, b) = (Sample.Of(onVirtual), Sample.Of(onWall));
            table.Add(a.Row(condition, "virtual"));
            table.Add(b.Row(condition, "wall"));
            claims.Add(() => Agree(a.Completed, b.Completed).ShouldBeTrue($"{condition}: completion"));
            claims.Add(() => Agree(a.Top1, b.Top1).ShouldBeTrue($"{condition}: top-1"));
            claims.Add(() => Agree(a.Skipped, b.Skipped).ShouldBeTrue($"{condition}: layers skipped"));
            claims.Add(() => b.Median.ShouldBe(a.Median, 0.1 * a.Median, $"{condition}: median latency"));
        }

        string[] orders = [.. measured.Where("condition", "loss").Zip(foretold.Where("condition", "loss"))
            .Where(pair => pair.First("order") == pair.Second("order")).Select(pair => pair.First("order"))];
        output.WriteLine(string.Join('\n', table));
        output.WriteLine($"Of the {Requests} requests under loss, {orders.Length} skipped the very same layers.");
        claims.ForEach(claim => claim());
        orders.Length.ShouldBeGreaterThanOrEqualTo(Requests * 9 / 10); // the same messages are lost; a timer that is late may save a layer
        measured.Where("condition", "jitter-split").Select(row => row("order")).Distinct().Count().ShouldBeGreaterThan(10);
    }

    public void Dispose() => place.Dispose();

    /// <summary>What both executed, they executed in the same order.</summary>
    private static bool SameOrder(string a, string b)
    {
        string[] one = a.Split(' '), other = b.Split(' ');
        return one.Where(other.Contains).SequenceEqual(other.Where(one.Contains));
    }

    private static bool SameLoss(string a, string b) => a == b
        || Math.Abs(double.Parse(a, CultureInfo.InvariantCulture) - double.Parse(b, CultureInfo.InvariantCulture)) < 1e-5;

    /// <summary>Whether two confidence intervals (95%) overlap.</summary>
    private static bool Agree((double Mean, double Half) a, (double Mean, double Half) b) => Math.Abs(a.Mean - b.Mean) <= a.Half + b.Half + 1e-9;

    private sealed record Sample((double Mean, double Half) Completed, (double Mean, double Half) Top1, (double Mean, double Half) Skipped, double Median)
    {
        public static Sample Of(Func<string, string>[] rows)
        {
            double[] latencies = [.. rows.Where(row => row("latency_ms").Length > 0).Select(row => Number(row("latency_ms"))).Order()];
            return new(
                Mean([.. rows.Select(row => row("outcome") == "completed" ? 1.0 : 0)]),
                Mean([.. rows.Select(row => row("correct") is "1" ? 1.0 : 0)]),
                Mean([.. rows.Select(row => (double)row("skipped").Split(' ', StringSplitOptions.RemoveEmptyEntries).Length)]),
                latencies[latencies.Length / 2]);
        }

        public string Row(string condition, string clock) => string.Create(
            CultureInfo.InvariantCulture,
                $"| {condition} | {clock} | {Completed.Mean:P1} | {Top1.Mean:P1} ± {100 * Top1.Half:0.0} | {Skipped.Mean:0.00} ± {Skipped.Half:0.00} | "
                    + $"{Median:0} ms |");

        private static double Number(string cell) => double.Parse(cell, CultureInfo.InvariantCulture);

        private static (double Mean, double Half) Mean(double[] values)
        {
            double mean = values.Average();
            return (mean, 1.96 * Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1) / values.Length));
        }
    }
}
