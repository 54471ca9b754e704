using System.Globalization;
using LayerShuffle.Core.Records;

namespace LayerShuffle.Report.Figures;

/// <summary>How figures, tables and sentences name and write what is measured, whatever the culture.</summary>
public static class Words
{
    private static readonly Dictionary<string, MetricEntry> Known = MetricCatalogue.All.ToDictionary(metric => metric.Name, StringComparer.Ordinal);

    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        ["top1"] = "top-1 accuracy",
        ["top5"] = "top-5 accuracy",
        ["completion"] = "requests completed",
        ["latency_mean_ms"] = "mean latency",
        ["latency_p50_ms"] = "median latency",
        ["latency_p95_ms"] = "95th percentile of latency",
        ["latency_p99_ms"] = "99th percentile of latency",
        ["layers_skipped_mean"] = "layers skipped per request",
        ["layers_executed_mean"] = "layers executed per request",
        ["bytes_per_image"] = "bytes sent per image",
        ["energy_j_per_image"] = "energy per image",
        ["cost_per_1000_images"] = "cost of 1,000 images",
        ["flops_per_image"] = "flops per image",
        ["goodput_images_per_s"] = "right answers, images/s",
        ["throughput_images_per_s"] = "answers, images/s",
    };

    /// <summary>A metric in words.</summary>
    public static string Name(string metric) => Names.GetValueOrDefault(metric) ?? metric.Replace('_', ' ');

    /// <summary>A metric in words with its unit, for an axis.</summary>
    public static string Label(string metric)
    {
        var unit = metric switch
        {
            "energy_j_per_image" => "J",
            _ when IsShare(metric) => "%",
            _ when metric.EndsWith("_ms", StringComparison.Ordinal) => "ms",
            _ when metric.EndsWith("_s", StringComparison.Ordinal) && !metric.EndsWith("_per_s", StringComparison.Ordinal) => "s",
            _ => "",
        };
        var name = metric switch // there is less room beside an axis
        {
            "latency_p95_ms" => "p95 latency",
            "latency_p99_ms" => "p99 latency",
            _ => Name(metric),
        };
        return (name[0] == 'p' && char.IsAsciiDigit(name[1]) ? name : Capital(name)) + (unit.Length > 0 ? $" ({unit})" : "");
    }

    /// <summary>Whether a metric is a share.</summary>
    public static bool IsShare(string metric) => Known.TryGetValue(metric, out var entry) && entry.Unit == MetricUnit.Share;

    /// <summary>A value of a metric with its unit.</summary>
    public static string Value(string metric, double? value) => value is not { } number ? "–"
        : IsShare(metric) ? Percent(number) : metric.EndsWith("_ms", StringComparison.Ordinal) ? Number(number) + " ms" : Number(number);

    /// <summary>A share.</summary>
    public static string Percent(double? share) => share is { } value ? (100 * value).ToString("0.0", CultureInfo.InvariantCulture) + "%" : "–";

    /// <summary>A text that begins a sentence.</summary>
    public static string Capital(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];

    /// <summary>Several of something, as a sentence lists them.</summary>
    public static string List(IReadOnlyList<string> parts) =>
        parts.Count < 2 ? string.Concat(parts) : string.Join(", ", parts.SkipLast(1)) + " and " + parts[^1];

    /// <summary>A difference of shares, in points.</summary>
    public static string Points(double share) => (100 * share).ToString("0.0", CultureInfo.InvariantCulture);

    /// <summary>A number with no more digits than anybody reads.</summary>
    public static string Number(double? value) => value switch
    {
        null => "–",
        { } v when Math.Abs(v) >= 1000 => v.ToString("#,##0", CultureInfo.InvariantCulture),
        { } v when Math.Abs(v) >= 100 => v.ToString("0", CultureInfo.InvariantCulture),
        { } v when Math.Abs(v) >= 0.01 || v == 0 => v.ToString("0.##", CultureInfo.InvariantCulture),
        { } v when Math.Abs(v) >= 0.0001 => v.ToString("0.####", CultureInfo.InvariantCulture),
        { } v => v.ToString("0.##e0", CultureInfo.InvariantCulture),
    };

    /// <summary>A whole number.</summary>
    public static string Count(long value) => value.ToString("#,##0", CultureInfo.InvariantCulture);

    /// <summary>A share with its interval: half its width in points, or both ends where they are not equally far.</summary>
    public static string Percent(double? share, double? low, double? high)
    {
        var text = Percent(share);
        if (share is not { } mean || low is not { } least || high is not { } most)
            return text;
        return Math.Abs((most - mean) - (mean - least)) < 0.1 * (most - least)
            ? text + " ± " + (50 * (most - least)).ToString("0.0", CultureInfo.InvariantCulture)
            : $"{text} [{Percent(least)} to {Percent(most)}]";
    }

    /// <summary>So many of something.</summary>
    public static string Many(long count, string one, string? more = null) => $"{Count(count)} {(count == 1 ? one : more ?? one + "s")}";

    /// <summary>
    /// Text that comes from files as one line that XML can hold: what it has no word for, or what would turn the line around, is shown by its number.
    /// </summary>
    public static string Shown(string text)
    {
        if (text.All(c => !IsHarmful(c)))
            return text;
        var shown = new System.Text.StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                shown.Append(text, i++, 2);
            else if (IsHarmful(text[i]))
                shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)text[i]:x4}");
            else
                shown.Append(text[i]);
        }

        return shown.ToString();
    }

    private static bool IsHarmful(char c) => char.IsControl(c) || char.IsSurrogate(c) || c >= '\uFFFE'
        || c is '\u2028' or '\u2029' or '\ufeff' or '\u061c' or '\u200e' or '\u200f' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069');
}
