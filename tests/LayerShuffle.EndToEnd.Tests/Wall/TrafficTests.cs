using System.Globalization;

namespace LayerShuffle.EndToEnd.Tests.Wall;

/// <summary>Shared rates, traces, energy, warm-up and healing in real processes: what can be said without asking how busy the machine is.</summary>
[Collection(WallCollection.Name)]
public sealed class TrafficTests : IDisposable
{
    // 17 tokens of 32 numbers: 2,176 bytes, 87.04 ms for an uplink of 200 kbit/s, 43.52 ms for a downlink of 400 kbit/s. Layers lie on node-1, node-2, node-1,
    // so that a request has three uplinks and three downlinks before it, four crossings of 20 ms, and three layers of 2 ms or more.
    private const double Least = (3 * 87.04) + (3 * 43.52) + (4 * 20) + (3 * 2);

    private const string Scenario = """
        name: traffic
        model: {architecture: none, num_hidden_layers: 3, hidden_size: 32, image_size: 32, patch_size: 8}
        clock: wall
        cluster:
          compute_time: 2ms
          energy_per_bit: 1mJ
          nodes:
            node-1: &line {uplink: 200kbps, downlink: 400kbps, power: {idle: 1W, compute: 10W}, price: 36/h}
            node-2: *line
        network: {trace: {file: calm.csv, offset: random}}
        faults: {fever: {kind: slowdown, nodes: [node-1], factor: 2, at: 0s}}
        routing: {timeout: 20s}
        workload: {requests: 6, warm_up: 700ms, heal_after: 1500ms, deadline: 60s}

        """;

    private readonly Workplace place = new();

    [Fact]
    public async Task What_traffic_costs_is_paid_in_real_time_too()
    {
        place.Write("calm.csv", "time_ms,latency_ms,up\n0,20,1\n50,20,1\n170,20,1\n");
        Program run = await place.Run("run", place.Write("traffic.yaml", Scenario), "--output", "out", "--verbose");
        run.ShouldEndWith(0);
        VerboseTests.ShouldTellDetails(run, place.At("out"));
        Func<string, string>[] requests = [.. new Table(place.At("out"), "requests.csv").Where("condition", "default")];
        requests.Length.ShouldBe(6);
        requests.ShouldAllBe(row => row("outcome") == "completed" && Number(row("latency_ms")) >= Least);
        requests.ShouldAllBe(row => row("warm_up") == (Number(row("submitted_ms")) < 700 ? "true" : "false"));
        int measured = requests.Count(row => row("warm_up") == "false");
        measured.ShouldBeInRange(3, 5);
        var condition = new Table(place.At("out"), "conditions.csv");
        double One(string column) => Number(condition[column].ShouldHaveSingleItem());
        (One("requests"), One("unhealed"), One("retries")).ShouldBe((measured, 0, 0));
        double duration = One("duration_s"), joules = One("energy_j_per_image") * measured, bits = measured * 4 * 2176 * 8;
        // Both idle all the time, each measured request computes three layers, and each bit costs a millijoule.
        joules.ShouldBeGreaterThanOrEqualTo((2 * duration) + (9 * 3 * 0.002 * measured) + (bits * 1e-3) - 0.1);
        joules.ShouldBeLessThanOrEqualTo((20 * duration) + (bits * 1e-3) + 0.1);
        (One("cost_per_1000_images") * measured / 1000).ShouldBe(2 * 36 * duration / 3600, 1e-6);
        Func<string, string>[] faults = [.. new Table(place.At("out"), "faults.csv").Where("fault", "fever")];
        faults.Select(row => (row("effect"), row("requested_ms"))).ShouldBe([("began", "0"), ("ended", "1500")]);
    }

    public void Dispose() => place.Dispose();

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
