namespace LayerShuffle.Core.Time;

/// <summary>A point in a trial's time: nanoseconds since t = 0, the first submission. What lies further off than can be told is <see cref="Never"/>.</summary>
/// <param name="Nanoseconds">Nanoseconds since the trial began.</param>
public readonly record struct Instant(long Nanoseconds) : IComparable<Instant>
{
    /// <summary>t = 0: the first submission.</summary>
    public static Instant Zero => default;

    /// <summary>Later than every event: what never comes.</summary>
    public static Instant Never => new(long.MaxValue);

    /// <summary>Milliseconds since t = 0.</summary>
    public double TotalMilliseconds => Nanoseconds / 1e6;

    /// <summary>Seconds since t = 0.</summary>
    public double TotalSeconds => Nanoseconds / 1e9;

    /// <summary>The later of two instants.</summary>
    public static Instant Max(Instant a, Instant b) => a.Nanoseconds >= b.Nanoseconds ? a : b;

    /// <inheritdoc/>
    public int CompareTo(Instant other) => Nanoseconds.CompareTo(other.Nanoseconds);

    /// <inheritdoc/>
    public override string ToString() => new Duration(Nanoseconds).ToString();

#pragma warning disable CS1591 // operators say what they do
    public static Instant operator +(Instant a, Duration b) => new(Duration.Saturated((Int128)a.Nanoseconds + b.Nanoseconds));

    public static Duration operator -(Instant a, Instant b) => new(a.Nanoseconds - b.Nanoseconds);

    public static bool operator <(Instant a, Instant b) => a.Nanoseconds < b.Nanoseconds;

    public static bool operator >(Instant a, Instant b) => a.Nanoseconds > b.Nanoseconds;

    public static bool operator <=(Instant a, Instant b) => a.Nanoseconds <= b.Nanoseconds;

    public static bool operator >=(Instant a, Instant b) => a.Nanoseconds >= b.Nanoseconds;
#pragma warning restore CS1591
}
