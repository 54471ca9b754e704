using System.Globalization;

namespace LayerShuffle.Core.Time;

/// <summary>
/// A span of time on either clock, in whole nanoseconds, so that sums of latencies are exact. Sums and products that reach beyond 292 years end there instead
/// of overflowing: what a scenario multiplies (a compute time by slowdowns, a size by a slow link) then lasts longer than any deadline, which is what it means.
/// </summary>
/// <param name="Nanoseconds">Length in nanoseconds.</param>
public readonly record struct Duration(long Nanoseconds) : IComparable<Duration>
{
    /// <summary>No time at all.</summary>
    public static Duration Zero => default;

    /// <summary>Length in milliseconds: the nearest double to the exact decimal value.</summary>
    public double TotalMilliseconds => Nanoseconds / 1e6;

    /// <summary>Length in seconds.</summary>
    public double TotalSeconds => Nanoseconds / 1e9;

    /// <summary>From milliseconds, rounded to the nearest nanosecond.</summary>
    public static Duration FromMilliseconds(double milliseconds) => new(Saturated(milliseconds * 1e6));

    /// <summary>From seconds, rounded to the nearest nanosecond.</summary>
    public static Duration FromSeconds(double seconds) => new(Saturated(seconds * 1e9));

    /// <summary>From a <see cref="TimeSpan"/> (ticks of 100 ns).</summary>
    public static Duration FromTimeSpan(TimeSpan span) => new(Saturated((Int128)span.Ticks * 100));

    /// <summary>As a <see cref="TimeSpan"/>, rounded up to its tick of 100 ns.</summary>
    public TimeSpan ToTimeSpan() => new(Nanoseconds / 100 + (Nanoseconds % 100 > 0 ? 1 : 0));

    internal static long Saturated(double nanoseconds) =>
        double.IsNaN(nanoseconds) ? throw new ArgumentOutOfRangeException(nameof(nanoseconds), "A span of time is a number.") :
        nanoseconds >= long.MaxValue ? long.MaxValue : nanoseconds <= long.MinValue ? long.MinValue : (long)Math.Round(nanoseconds);

    internal static long Saturated(Int128 nanoseconds) => (long)Int128.Clamp(nanoseconds, long.MinValue, long.MaxValue);

    /// <inheritdoc/>
    public int CompareTo(Duration other) => Nanoseconds.CompareTo(other.Nanoseconds);

    /// <inheritdoc/>
    public override string ToString() => TotalMilliseconds.ToString("R", CultureInfo.InvariantCulture) + "ms";

#pragma warning disable CS1591 // operators say what they do
    public static Duration operator +(Duration a, Duration b) => new(Saturated((Int128)a.Nanoseconds + b.Nanoseconds));

    public static Duration operator -(Duration a, Duration b) => new(Saturated((Int128)a.Nanoseconds - b.Nanoseconds));

    public static Duration operator *(Duration a, long factor) => new(Saturated((Int128)a.Nanoseconds * factor));

    // no time at all stays none, however slow
    public static Duration operator *(Duration a, double factor) => a.Nanoseconds == 0 ? default : new(Saturated(a.Nanoseconds * factor));

    public static bool operator <(Duration a, Duration b) => a.Nanoseconds < b.Nanoseconds;

    public static bool operator >(Duration a, Duration b) => a.Nanoseconds > b.Nanoseconds;

    public static bool operator <=(Duration a, Duration b) => a.Nanoseconds <= b.Nanoseconds;

    public static bool operator >=(Duration a, Duration b) => a.Nanoseconds >= b.Nanoseconds;
#pragma warning restore CS1591
}
