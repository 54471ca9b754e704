using System.Globalization;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Scenarios.Units;

/// <summary>
/// Reads numbers with units, in the invariant culture. k (or K), M and G are decimal, Ki, Mi and Gi binary; b are bits, B bytes.
/// Each method returns null where the text is right and otherwise says what is wrong with it.
/// </summary>
public static class Quantity
{
    private const string BareNumber = "a bare number where a unit is needed";
    private const decimal LongestNanoseconds = 366m * 24 * 3600 * 1_000_000_000;

    /// <summary>A duration: <c>250us</c>, <c>20ms</c>, <c>1.5s</c>.</summary>
    public static string? Duration(string text, out Duration value)
    {
        value = default;
        if (!Split(text, out decimal number, out string unit))
            return $"`{text}` is not a duration";
        decimal scale = DurationUnit(unit);
        if (unit.Length == 0)
            return BareNumber;
        if (scale == 0)
            return $"unknown unit `{unit}`";
        if (number < 0)
            return "a duration cannot be negative";
        if (number > LongestNanoseconds / scale)
            return "a duration of more than a year";
        value = new Duration((long)Math.Round(number * scale));
        return null;
    }

    /// <summary>A probability: <c>5%</c>, or bare in [0, 1).</summary>
    public static string? Probability(string text, out double value)
    {
        value = 0;
        if (!Split(text, out decimal number, out string unit))
            return $"`{text}` is not a probability";
        if (unit is not ("" or "%"))
            return $"unknown unit `{unit}`";
        if (number < 0 || (unit == "%" && number > 100))
            return $"a probability of {text.Trim()} is impossible";
        if (unit.Length == 0 && number >= 1)
            return number == 1 ? "a bare probability lies in [0, 1); certainty is written `100%`"
                : $"a bare probability of {text.Trim()} is impossible: it lies in [0, 1)";
        value = (double)(unit == "%" ? number / 100 : number);
        return null;
    }

    /// <summary>A share or ratio: <c>85%</c>, <c>0.85</c> or <c>1.2</c>; never negative.</summary>
    public static string? Ratio(string text, out double value)
    {
        value = 0;
        if (!Split(text, out decimal number, out string unit) || unit is not ("" or "%"))
            return $"`{text}` is not a ratio";
        if (number < 0)
            return "a ratio cannot be negative";
        value = (double)(unit == "%" ? number / 100 : number);
        return null;
    }

    /// <summary>A rate of data in bytes a second: <c>100Mbps</c>, <c>12MB/s</c>.</summary>
    public static string? Rate(string text, out double bytesPerSecond)
    {
        bytesPerSecond = 0;
        if (!Split(text, out decimal number, out string unit))
            return $"`{text}` is not a rate";
        if (unit.Length == 0)
            return BareNumber;
        (string ending, string stands) = Array.Find(RateEndings, known => unit.EndsWith(known.Ending, StringComparison.Ordinal));
        if (ending is null || DataUnit(unit[..^ending.Length] + stands) is not { } scale)
            return $"unknown unit `{unit}`" + (Spelling(unit) is { } right ? $"; did you mean `{right}`?" : "");
        if (number <= 0)
            return "a rate must be greater than 0";
        bytesPerSecond = (double)number * scale;
        return null;
    }

    /// <summary>A rate of requests, in requests a second: <c>50/s</c>.</summary>
    public static string? RequestRate(string text, out double perSecond)
    {
        perSecond = 0;
        if (!Split(text, out decimal number, out string unit))
            return $"`{text}` is not a rate of requests";
        if (unit.Length == 0)
            return BareNumber;
        decimal scale = unit[0] == '/' ? DurationUnit(unit[1..]) : 0;
        if (scale == 0)
            return $"unknown unit `{unit}`";
        if (number <= 0)
            return "a rate must be greater than 0";
        perSecond = (double)number * (1e9 / (double)scale);
        return null;
    }

    /// <summary>A size in bytes: <c>64KB</c>, <c>1MiB</c>.</summary>
    public static string? Size(string text, out double bytes)
    {
        bytes = 0;
        if (!Split(text, out decimal number, out string unit))
            return $"`{text}` is not a size";
        if (unit.Length == 0)
            return BareNumber;
        if (DataUnit(unit) is not { } scale)
            return $"unknown unit `{unit}`";
        if (number < 0)
            return "a size cannot be negative";
        bytes = (double)number * scale;
        return null;
    }

    /// <summary>A power in watts: <c>2.7W</c>, <c>350mW</c>.</summary>
    public static string? Power(string text, out double watts) => Physical(text, "a power", "W", out watts);

    /// <summary>An energy in joules: <c>50nJ</c>, <c>1.2mJ</c>.</summary>
    public static string? Energy(string text, out double joules) => Physical(text, "an energy", "J", out joules);

    /// <summary>A price an hour, in whatever currency: <c>0.05/h</c>.</summary>
    public static string? Price(string text, out double perHour)
    {
        perHour = 0;
        if (!Split(text, out decimal number, out string unit))
            return $"`{text}` is not a price";
        if (unit.Length == 0)
            return BareNumber;
        decimal scale = unit[0] == '/' ? DurationUnit(unit[1..]) : 0;
        if (scale == 0)
            return $"unknown unit `{unit}`";
        if (number < 0)
            return "a price cannot be negative";
        perHour = (double)number * (3.6e12 / (double)scale);
        return null;
    }

    /// <summary>A whole number.</summary>
    public static string? Integer(string text, out long value) =>
        long.TryParse(text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) ? null : $"`{text}` is not a whole number";

    /// <summary>A number.</summary>
    public static string? Number(string text, out double value) =>
        double.TryParse(text.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value) ? null
            : $"`{text}` is not a number";

    /// <summary>How rates end, and the letter that stands for it: bits or bytes.</summary>
    private static (string Ending, string Stands)[] RateEndings { get; } =
        [("bits/s", "b"), ("bit/s", "b"), ("bps", "b"), ("Bps", "B"), ("b/s", "b"), ("B/s", "B"), ("bit", "b")];

    /// <summary>The unit of a rate that was meant, if only its capitals are wrong: of several the one that differs least.</summary>
    private static string? Spelling(string unit) => ((string[])["", "k", "M", "G", "Ki", "Mi", "Gi"])
        .SelectMany(prefix => RateEndings.Select(known => prefix + known.Ending))
        .Where(known => known.Equals(unit, StringComparison.OrdinalIgnoreCase))
        .MinBy(known => known.Zip(unit).Count(pair => pair.First != pair.Second));

    private static string? Physical(string text, string what, string symbol, out double value)
    {
        value = 0;
        if (!Split(text, out decimal number, out string unit))
            return $"`{text}` is not {what}";
        if (unit.Length == 0)
            return BareNumber;
        double scale = !unit.EndsWith(symbol, StringComparison.Ordinal) ? 0 : unit[..^symbol.Length] switch
        {
            "p" => 1e-12,
            "n" => 1e-9,
            "u" or "µ" or "μ" => 1e-6,
            "m" => 1e-3,
            "" => 1,
            "k" => 1e3,
            "M" => 1e6,
            _ => 0,
        };
        if (scale == 0)
            return $"unknown unit `{unit}`";
        if (number < 0)
            return $"{what} cannot be negative";
        value = (double)number * scale;
        return null;
    }

    private static decimal DurationUnit(string unit) => unit switch
    {
        "ns" => 1,
        "us" or "µs" or "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => 0,
    };

    private static double? DataUnit(string unit)
    {
        if (unit.Length == 0 || unit[^1] is not ('b' or 'B'))
            return null;
        double? prefix = unit[..^1] switch
        {
            "" => 1,
            "k" or "K" => 1e3,
            "M" => 1e6,
            "G" => 1e9,
            "Ki" => 1024,
            "Mi" => 1024 * 1024,
            "Gi" => 1024 * 1024 * 1024,
            _ => null,
        };
        return unit[^1] == 'b' ? prefix / 8 : prefix;
    }

    private static bool Split(string text, out decimal number, out string unit)
    {
        string trimmed = text.Trim();
        int end = 0;
        while (end < trimmed.Length && (char.IsAsciiDigit(trimmed[end]) || trimmed[end] is '.' or '+' or '-' || IsExponent(trimmed, end)))
            end++;
        unit = trimmed[end..].TrimStart();
        return decimal.TryParse(trimmed[..end], NumberStyles.Float, CultureInfo.InvariantCulture, out number);
    }

    private static bool IsExponent(string text, int at) =>
        text[at] is 'e' or 'E' && at > 0 && at + 1 < text.Length && (char.IsAsciiDigit(text[at + 1]) || text[at + 1] is '+' or '-');
}
