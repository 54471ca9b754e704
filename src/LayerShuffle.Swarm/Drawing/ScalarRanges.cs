using LayerShuffle.Scenarios.Language;

namespace LayerShuffle.Swarm.Drawing;

/// <summary>
/// What single values are drawn from: small numbers, so that a trial takes milliseconds and what could go wrong in it does. By the end of the key's path where
/// that matters, else by the kind of the value.
/// </summary>
internal static class ScalarRanges
{
    private static readonly (string End, Func<Luck, string> Draw)[] Ends =
    [
        ("seed", luck => Luck.Text(luck.Whole("value", 0, 999))),
        ("repeats", _ => "2"),
        ("threads", _ => "1"),
        ("workload.requests", luck => Luck.Text(luck.Whole("value", 1, 20))),
        ("workload.warm_up", luck => luck.Milliseconds("value", 0, 300)),
        ("workload.heal_after", luck => luck.Milliseconds("value", 50, 700)),
        ("packets.size", luck => Luck.Text(luck.Whole("value", 200, 3000)) + "B"),
        ("bits", luck => Luck.Text(luck.Whole("value", 1, 9))),
        ("tokens", _ => "2"),
        ("workload.deadline", luck => luck.Milliseconds("value", 200, 3000)),
        ("arrivals.rate", luck => Luck.Text(luck.Whole("value", 5, 300)) + "/s"),
        ("routing.timeout", luck => luck.Milliseconds("value", 4, 90)),
        ("routing.detection", luck => luck.Milliseconds("value", 0, 60)),
        ("routing.parallel", luck => Luck.Text(luck.Whole("value", 1, 4))),
        ("redundancy.paths", luck => Luck.Text(luck.Whole("value", 1, 3))),
        ("detection.heartbeat", luck => luck.Milliseconds("value", 5, 80)),
        ("detection.threshold", luck => Luck.Text(luck.Number("value", 0.5, 9))),
        ("detection.max_samples", luck => Luck.Text(luck.Whole("value", 2, 40))),
        ("hedge.after", luck => luck.Milliseconds("value", 1, 60)),
        ("routing.retries", luck => Luck.Text(luck.Whole("value", 0, 4))),
        ("routing.replicas", luck => Luck.Text(luck.Whole("value", 1, 3))),
        ("prune.layers", luck => Luck.Text(luck.Whole("value", 1, 2))),
        ("cluster.recovery_time", luck => luck.Milliseconds("value", 0, 80)),
        ("cluster.compute_time", luck => luck.Milliseconds("value", 0, 6)),
        ("NAME.compute_time", luck => luck.Milliseconds("value", 0, 6)),
        ("base", luck => luck.Milliseconds("value", 0, 4)),
        ("per_image", luck => luck.Milliseconds("value", 0, 1)),
        ("network.latency", luck => luck.Milliseconds("value", 0, 20)),
        ("mean_time_to_failure", luck => luck.Milliseconds("value", 60, 500)),
        ("mean_time_to_repair", luck => luck.Milliseconds("value", 5, 90)),
        ("NAME.every", luck => luck.Milliseconds("value", 30, 250)),
        ("NAME.jitter", luck => luck.Milliseconds("value", 0, 25)),
        ("NAME.until", luck => luck.Milliseconds("value", 100, 600)),
        ("after.delay", luck => luck.Milliseconds("value", 0, 80)),
        ("NAME.speed", luck => Luck.Text(luck.Number("value", 0.5, 4))),
        ("resident.limit", luck => Luck.Text(luck.Whole("value", 20, 900)) + "KB"),
        ("slow_start.factor", luck => Luck.Text(luck.Number("value", 1, 6))),
        ("NAME.shape", luck => Luck.Text(luck.Number("value", 0.6, 3))),
        ("NAME.at", luck => luck.Milliseconds("value", 0, 500)),
        ("NAME.for", luck => luck.Milliseconds("value", 1, 300)),
        ("restart_after", luck => luck.Milliseconds("value", 1, 300)),
        ("heal_after", luck => luck.Milliseconds("value", 1, 300)),
        ("mean", luck => luck.Milliseconds("value", 1, 15)),
        ("stddev", luck => luck.Milliseconds("value", 0.1, 6)),
        ("min", luck => luck.Milliseconds("value", 0, 2)),
        ("max", luck => luck.Milliseconds("value", 15, 60)),
        ("rtt", luck => luck.Milliseconds("value", 1, 40)),
        ("NAME.factor", luck => Luck.Text(luck.Number("value", 0.5, 8))),
        ("NAME.slowdown", luck => Luck.Text(luck.Number("value", 0.5, 4))),
        ("NAME.capacity", luck => Luck.Text(luck.Number("value", 0.5, 3))),
        ("NAME.memory", luck => Luck.Text(luck.Whole("value", 20, 900)) + "KB"),
        ("queue.limit", luck => luck.Happens("count", 0.5) ? Luck.Text(luck.Whole("value", 1, 6)) : Luck.Text(luck.Whole("value", 1, 16)) + "KB"),
        ("overhead", luck => Luck.Text(luck.Whole("value", 0, 200)) + "B"),
        ("gap", luck => Luck.Text(luck.Whole("value", 1, 5))),
        ("first", luck => Luck.Text(luck.Whole("value", 1, 5))),
        ("images_per_request", luck => Luck.Text(luck.Whole("value", 1, 4))),
        ("concurrency", luck => Luck.Text(luck.Whole("value", 1, 6))),
        ("column", _ => "rtt_ms"),
        ("p23", luck => luck.Percent("value", 20, 100)),
        ("correlation", luck => luck.Percent("value", 1, 90)),
    ];

    /// <summary>A value of a type; null where nothing is known that could be drawn.</summary>
    /// <param name="type">The type.</param>
    /// <param name="path">The key's path.</param>
    /// <param name="luck">The place's draws.</param>
    public static string? Draw(ScalarType type, string path, Luck luck)
    {
        if (type.Kind == ScalarKind.Word)
            return luck.One("word", type.Words);
        if (Ends.FirstOrDefault(range => path == range.End || path.EndsWith("." + range.End, StringComparison.Ordinal)) is { Draw: { } draw }
            && draw(luck) is var drawn && type.Check(drawn) is null)
            return drawn;
        string? usual = type.Kind switch
        {
            ScalarKind.Integer => Luck.Text((type.Minimum ?? 0) + luck.Whole("value", 0, 4)),
            ScalarKind.Number => Luck.Text(luck.Number("value", Math.Max(type.Minimum ?? 0, 0.1), Math.Min(type.Maximum ?? 4, 4))),
            ScalarKind.Boolean => luck.Happens("value", 0.5) ? "true" : "false",
            ScalarKind.Duration => luck.Milliseconds("value", 1, 60),
            ScalarKind.Probability => luck.Percent("value", 0, 30),
            ScalarKind.Rate => Luck.Text(luck.Number("value", 0.5, 40)) + "Mbps",
            ScalarKind.Size => Luck.Text(luck.Whole("value", 1, 64)) + "KB",
            ScalarKind.Power => Luck.Text(luck.Number("value", 0.5, 9)) + "W",
            ScalarKind.Energy => Luck.Text(luck.Whole("value", 1, 90)) + "nJ",
            ScalarKind.Price => Luck.Text(luck.Number("value", 0.01, 3)) + "/h",
            ScalarKind.RequestRate => Luck.Text(luck.Whole("value", 5, 200)) + "/s",
            _ => null,
        };
        return usual is not null && type.Check(usual) is null ? usual : null;
    }
}
