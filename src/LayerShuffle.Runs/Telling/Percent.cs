using System.Globalization;

namespace LayerShuffle.Runs.Telling;

/// <summary>Shares of one as they are printed everywhere: 0.891 is 89.1%.</summary>
public static class Percent
{
    /// <summary>The share in percent; - for none.</summary>
    /// <param name="share">A share of one.</param>
    /// <param name="decimals">Digits after the point.</param>
    public static string Of(double? share, int decimals = 1) =>
        share is { } value ? (100 * value).ToString(decimals == 0 ? "0" : "0." + new string('0', decimals), CultureInfo.InvariantCulture) + "%" : "-";
}
