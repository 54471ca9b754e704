namespace LayerShuffle.Cluster.Wire;

/// <summary>How the numbers of a tensor are written on the wire, little endian.</summary>
public enum WireDtype : byte
{
    /// <summary>IEEE 754 single precision; arrives bit by bit as it was.</summary>
    Float32 = 0,

    /// <summary>IEEE 754 half precision, rounded to nearest even; magnitudes of 65,520 and more become infinite.</summary>
    Float16 = 1,

    /// <summary>The upper half of single precision, rounded to nearest even.</summary>
    BFloat16 = 2,

    /// <summary>Round(x ÷ s) in −127…127 with one scale s = max|x| ÷ 127 per tensor: the error is at most s ÷ 2. A tensor with a value that is not finite arrives as NaN everywhere.</summary>
    Int8 = 3,

    /// <summary>Bytes as they are (weights as files, masks); arrives as bytes.</summary>
    UInt8 = 4,
}
