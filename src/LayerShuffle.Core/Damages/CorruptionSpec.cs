namespace LayerShuffle.Core.Damages;

/// <summary>What corruption does to an activation.</summary>
public enum CorruptionKind
{
    /// <summary>Bits are another.</summary>
    Flip,

    /// <summary>Noise lies on all numbers.</summary>
    Noise,

    /// <summary>Some numbers are zero.</summary>
    Zero,

    /// <summary>Tokens stand in each other's place.</summary>
    Swap,
}

/// <summary>How a message is corrupted that is to be.</summary>
/// <param name="Kind">What happens to its numbers.</param>
public sealed record CorruptionSpec(CorruptionKind Kind)
{
    /// <summary>One bit of any kind: what a corrupted message has where nothing else is said.</summary>
    public static CorruptionSpec OneBit { get; } = new(CorruptionKind.Flip);

    /// <summary>Of flips: how many different bits of the message.</summary>
    public int Bits { get; init; } = 1;

    /// <summary>Of flips: which bits.</summary>
    public BitField Field { get; init; }

    /// <summary>Of noise: its standard deviation in units of the activation's own.</summary>
    public double Strength { get; init; } = 1;

    /// <summary>Of zeros: what share of the numbers.</summary>
    public double Share { get; init; }

    /// <summary>Of swaps: how many tokens of every image change places.</summary>
    public int Tokens { get; init; } = 2;
}
