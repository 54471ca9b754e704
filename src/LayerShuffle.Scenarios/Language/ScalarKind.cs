namespace LayerShuffle.Scenarios.Language;

/// <summary>What a single value of the language can be.</summary>
public enum ScalarKind
{
    /// <summary>Any text.</summary>
    Text,

    /// <summary>Text of a given pattern.</summary>
    Pattern,

    /// <summary>A path, relative to the scenario file.</summary>
    Path,

    /// <summary>A whole number.</summary>
    Integer,

    /// <summary>A number.</summary>
    Number,

    /// <summary>true or false.</summary>
    Boolean,

    /// <summary>A duration with its unit.</summary>
    Duration,

    /// <summary>A probability.</summary>
    Probability,

    /// <summary>A rate of data with its unit.</summary>
    Rate,

    /// <summary>A size of data with its unit.</summary>
    Size,

    /// <summary>A rate of requests with its unit.</summary>
    RequestRate,

    /// <summary>A power with its unit.</summary>
    Power,

    /// <summary>An energy with its unit.</summary>
    Energy,

    /// <summary>A price with the time that it is for.</summary>
    Price,

    /// <summary>One of some words.</summary>
    Word,

    /// <summary>A number with the unit of the metric it bounds.</summary>
    Bound,
}
