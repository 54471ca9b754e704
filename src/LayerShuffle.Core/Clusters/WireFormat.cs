namespace LayerShuffle.Core.Clusters;

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

/// <summary>Sizes and names of wire formats.</summary>
public static class WireFormats
{
    /// <summary>Bytes of one number of an activation; the header and int8's one scale do not count.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such format.</exception>
    public static int BytesPerNumber(this WireFormat format) => format switch
    {
        WireFormat.Float32 => 4,
        WireFormat.Float16 or WireFormat.BFloat16 => 2,
        WireFormat.Int8 => 1,
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "There is no such wire format."),
    };

    /// <summary>Its word in the scenario language.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such format.</exception>
    public static string Word(this WireFormat format) => format switch
    {
        WireFormat.Float32 => "fp32",
        WireFormat.Float16 => "fp16",
        WireFormat.BFloat16 => "bf16",
        WireFormat.Int8 => "int8",
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "There is no such wire format."),
    };
}
