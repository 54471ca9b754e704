namespace LayerShuffle.Network.Links;

/// <summary>Exceptions to a link's conditions, key by key; null leaves a key alone.</summary>
public sealed record LinkPatch
{
    /// <summary>One-way latency.</summary>
    public DelayDistribution? Latency { get; init; }

    /// <summary>Bytes per second; positive infinity lifts the limit.</summary>
    public double? Bandwidth { get; init; }

    /// <summary>Probability of loss.</summary>
    public double? Loss { get; init; }

    /// <summary>Probability of duplication.</summary>
    public double? Duplicate { get; init; }

    /// <summary>Probability of corruption.</summary>
    public double? Corrupt { get; init; }

    /// <summary>Probability of overtaking.</summary>
    public double? Reorder { get; init; }

    /// <summary>Whether jitter may not reorder.</summary>
    public bool? KeepOrder { get; init; }
}
