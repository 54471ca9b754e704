using System.Globalization;
using LayerShuffle.Results.Statistics;

namespace LayerShuffle.Results.Comparisons;

/// <summary>Comparisons for the eye.</summary>
public static class ComparisonText
{
    /// <summary>How a metric is called.</summary>
    public static string Name(string metric) => metric switch
    {
        "top1" => "top-1",
        "completion" => "completed",
        "latency_mean_ms" => "mean latency",
        "latency_p95_ms" => "p95 latency",
        "throughput_images_per_s" => "images/s",
        "layers_skipped_mean" => "layers skipped",
        "retries" => "resends",
        "energy_j_per_image" => "J/image",
        "cost_per_1000_images" => "cost/1000",
        _ => metric,
    };

    /// <summary>A value of a metric.</summary>
    public static string Value(string metric, double? value) => value is not { } number ? "-"
        : IsShare(metric) ? (100 * number).ToString("0.0", CultureInfo.InvariantCulture) + "%"
        : number.ToString(Math.Abs(number) >= 100 ? "0" : "0.##", CultureInfo.InvariantCulture) + (IsTime(metric) ? " ms" : "");

    /// <summary>A difference with its interval.</summary>
    public static string Difference(string metric, double? difference, Interval ci)
    {
        if (difference is not { } number)
            return "-";
        double scale = IsShare(metric) ? 100 : 1;
        string unit = IsShare(metric) ? " points" : IsTime(metric) ? " ms" : "";
        string interval = ci is { Low: { } low, High: { } high } ? $" [{Signed(scale * low)}, {Signed(scale * high)}]" : "";
        return Signed(scale * number) + interval + unit;
    }

    /// <summary>A verdict in words.</summary>
    public static string Word(Verdict verdict) => verdict switch
    {
        Verdict.Better => "better",
        Verdict.Worse => "worse",
        Verdict.Same => "same",
        Verdict.WithinNoise => "within noise",
        _ => "unknown",
    };

    /// <summary>What was paired, with its number.</summary>
    public static string Pairs(ComparisonRow row) =>
        string.Create(CultureInfo.InvariantCulture, $"{row.Ci.Count} {(row.Unit == PairUnit.Requests ? "request" : "trial")}{(row.Ci.Count == 1 ? "" : "s")}");

    private static bool IsShare(string metric) => metric is "top1" or "top1_completed" or "completion";

    private static bool IsTime(string metric) => metric.EndsWith("_ms", StringComparison.Ordinal);

    private static string Signed(double number) => number.ToString(Math.Abs(number) >= 100 ? "+0;-0;0" : "+0.0#;-0.0#;0", CultureInfo.InvariantCulture);
}
