using System.Globalization;

namespace LayerShuffle.Report.Figures;

/// <summary>Where an axis is marked, and how its numbers are written: the same on every machine.</summary>
public static class Ticks
{
    /// <summary>Round numbers over a range, about as many as are wanted.</summary>
    public static IReadOnlyList<double> Linear(double from, double to, int wanted)
    {
        if (!(to > from))
            return [from];
        var rough = (to - from) / Math.Max(1, wanted);
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = power * (rough / power) switch { <= 1 => 1, <= 2 => 2, <= 2.5 => 2.5, <= 5 => 5, _ => 10 };
        var ticks = new List<double>();
        for (var i = Math.Ceiling((from / step) - 1e-9); i <= (to / step) + 1e-9; i++)
            ticks.Add(Math.Round(i * step, 12) + 0.0); // no minus before 0
        return ticks;
    }

    /// <summary>Powers of ten over a range, with their doubles and fives where there are few.</summary>
    public static IReadOnlyList<double> Logarithmic(double from, double to)
    {
        var (low, high) = ((int)Math.Floor(Math.Log10(from)), (int)Math.Ceiling(Math.Log10(to)));
        double[] steps = high - low > 3 ? [1] : [1, 2, 5];
        return [.. Enumerable.Range(low, high - low + 1).SelectMany(power => steps.Select(step => step * Math.Pow(10, power)))
            .Where(tick => tick >= from * 0.999 && tick <= to * 1.001)];
    }

    /// <summary>A number as an axis shows it.</summary>
    public static string Text(double value, bool share)
    {
        if (share)
            return (100 * value).ToString("0.##", CultureInfo.InvariantCulture) + "%";
        return Math.Abs(value) switch
        {
            0 => "0",
            >= 1e9 => Scaled(value, 1e9, "G"),
            >= 1e6 => Scaled(value, 1e6, "M"),
            >= 1e4 => Scaled(value, 1e3, "k"),
            < 1e-3 => value.ToString("0.##e0", CultureInfo.InvariantCulture),
            _ => value.ToString("0.####", CultureInfo.InvariantCulture),
        };
    }

    private static string Scaled(double value, double unit, string letter) => (value / unit).ToString("0.##", CultureInfo.InvariantCulture) + letter;
}
