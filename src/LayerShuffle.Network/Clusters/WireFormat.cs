namespace LayerShuffle.Network.Clusters;

/// <summary>How the numbers of an activation are written on the wire.</summary>
public enum WireFormat
{
    /// <summary>IEEE 754 single precision: arrives bit by bit as it was.</summary>
    Float32,

    /// <summary>IEEE 754 half precision.</summary>
    Float16,

    /// <summary>The upper half of single precision.</summary>
    BFloat16,

    /// <summary>Eight bits and one scale for the whole tensor.</summary>
    Int8,
}
