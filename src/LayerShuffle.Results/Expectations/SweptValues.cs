using System.Globalization;

namespace LayerShuffle.Results.Expectations;

/// <summary>Compares swept values as people write them: <c>1%</c> is <c>0.01</c>.</summary>
internal static class SweptValues
{
    public static bool Equal(string? a, string? b) =>
        a is not null && b is not null && (string.Equals(a.Trim(), b.Trim(), StringComparison.Ordinal)
            || (Number(a) is { } x && Number(b) is { } y && Math.Abs(x - y) < 1e-12));

    private static double? Number(string text)
    {
        var (digits, scale) = text.Trim() is [.. var rest, '%'] ? (rest, 0.01) : (text.Trim(), 1);
        return double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number * scale : null;
    }
}
