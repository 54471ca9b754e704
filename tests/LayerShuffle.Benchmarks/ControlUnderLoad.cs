using System.Globalization;

namespace LayerShuffle.Benchmarks;

/// <summary>
/// Control messages while the data plane is full: two processes of the operating system, each with the actor system, inbox, codecs and data plane of a run. Per
/// size: a raw socket, the data plane with control messages going back and forth, and data both ways. Prints, asserts nothing.
/// </summary>
internal static class ControlUnderLoad
{
    /// <summary>Runs all sizes.</summary>
    public static async Task RunAsync(BenchmarkOptions options, TextWriter output)
    {
        long bytes = options.Pick(1024, 128) * (1L << 20);
        int rounds = options.Pick(5, 1);
        await using var pair = await TwoProcesses.StartAsync();
        double[] idle = await pair.PingAsync(Task.Delay(TimeSpan.FromSeconds(options.Pick(5, 1)), TimeProvider.System));
        var table = new MarkdownTable("MB", "raw GB/s", "plane GB/s (÷ raw)", "control one way, idle: median, p95, p99 in ms (count)", "data one way",
            "data both ways");
        foreach (int megabytes in new[] { 1, 4, 16, 32 })
        {
            int size = megabytes << 20, count = (int)(bytes / size);
            List<double> raw = [], plane = [], loaded = [], both = [];
            for (int round = 0; round <= rounds; round++)
            {
                double rawSeconds = await TimeAsync(() => pair.RawAsync(size, count)), planeSeconds = 0;
                double[] oneWay = await pair.PingAsync(Task.Run(async () => planeSeconds = await TimeAsync(() => pair.SendAsync(size, count))));
                double[] bothWays = await pair.PingAsync(Task.WhenAll(pair.SendAsync(size, count), pair.ReceiveAsync(size, count)));
                if (round == 0)
                    continue; // warms up
                raw.Add(count * (double)size / rawSeconds / 1e9);
                plane.Add(count * (double)size / planeSeconds / 1e9);
                loaded.AddRange(oneWay);
                both.AddRange(bothWays);
            }

            double rawRate = Quantile(raw, 0.5), planeRate = Quantile(plane, 0.5);
            table.Add($"{megabytes}", Format(rawRate), $"{Format(planeRate)} ({Format(planeRate / rawRate)})", Latencies(idle), Latencies(loaded),
                Latencies(both));
        }

        table.Print(output);
        output.WriteLine($"Members found unreachable: {pair.Unreachable}. Acceptable heartbeat pause: 3 s.");
    }

    private static async Task<double> TimeAsync(Func<Task> action)
    {
        long start = TimeProvider.System.GetTimestamp();
        await action();
        return TimeProvider.System.GetElapsedTime(start).TotalSeconds;
    }

    private static string Latencies(IReadOnlyCollection<double> milliseconds) =>
        milliseconds.Count == 0 ? ""
            : $"{Format(Quantile(milliseconds, 0.5))}, {Format(Quantile(milliseconds, 0.95))}, {Format(Quantile(milliseconds, 0.99))} ({milliseconds.Count})";

    private static double Quantile(IReadOnlyCollection<double> values, double q) => values.Order().ElementAt((int)(q * (values.Count - 1)));

    private static string Format(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);
}
