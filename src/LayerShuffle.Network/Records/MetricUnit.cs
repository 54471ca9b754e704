namespace LayerShuffle.Network.Records;

/// <summary>In what a metric is measured, and how a bound on it is written.</summary>
public enum MetricUnit
{
    /// <summary>A plain number.</summary>
    Number,

    /// <summary>A fraction in [0, 1], written as a probability.</summary>
    Share,

    /// <summary>Milliseconds, written as a duration.</summary>
    Milliseconds,

    /// <summary>Seconds, written as a duration.</summary>
    Seconds,

    /// <summary>Bytes, written as a size or a number.</summary>
    Bytes,

    /// <summary>So many a second.</summary>
    PerSecond,
}
