using System.Globalization;

namespace LayerShuffle.Network.Time;

/// <summary>A span of time on either clock, in whole nanoseconds, so that sums of latencies are exact.</summary>
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
    public static Duration FromMilliseconds(double milliseconds) => new(checked((long)Math.Round(milliseconds * 1e6)));

    /// <summary>From seconds, rounded to the nearest nanosecond.</summary>
    public static Duration FromSeconds(double seconds) => new(checked((long)Math.Round(seconds * 1e9)));

    /// <summary>From a <see cref="TimeSpan"/> (ticks of 100 ns).</summary>
    public static Duration FromTimeSpan(TimeSpan span) => new(checked(span.Ticks * 100));

    /// <summary>As a <see cref="TimeSpan"/>, rounded up to its tick of 100 ns.</summary>
    public TimeSpan ToTimeSpan() => new((Nanoseconds + 99) / 100);

    /// <inheritdoc/>
    public int CompareTo(Duration other) => Nanoseconds.CompareTo(other.Nanoseconds);

    /// <inheritdoc/>
    public override string ToString() => TotalMilliseconds.ToString("R", CultureInfo.InvariantCulture) + "ms";

#pragma warning disable CS1591 // operators say what they do
    public static Duration operator +(Duration a, Duration b) => new(checked(a.Nanoseconds + b.Nanoseconds));

    public static Duration operator -(Duration a, Duration b) => new(a.Nanoseconds - b.Nanoseconds);

    public static Duration operator *(Duration a, long factor) => new(checked(a.Nanoseconds * factor));

    public static Duration operator *(Duration a, double factor) => new(checked((long)Math.Round(a.Nanoseconds * factor)));

    public static bool operator <(Duration a, Duration b) => a.Nanoseconds < b.Nanoseconds;

    public static bool operator >(Duration a, Duration b) => a.Nanoseconds > b.Nanoseconds;

    public static bool operator <=(Duration a, Duration b) => a.Nanoseconds <= b.Nanoseconds;

    public static bool operator >=(Duration a, Duration b) => a.Nanoseconds >= b.Nanoseconds;
#pragma warning restore CS1591
}
