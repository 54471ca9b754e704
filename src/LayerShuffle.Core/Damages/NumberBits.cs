using LayerShuffle.Core.Clusters;

namespace LayerShuffle.Core.Damages;

/// <summary>Which bits of a number a fault may flip.</summary>
public enum BitField
{
    /// <summary>Any of them.</summary>
    Any,

    /// <summary>The sign.</summary>
    Sign,

    /// <summary>The exponent: a flip there changes a number by a power of two, up to infinity.</summary>
    Exponent,

    /// <summary>The mantissa: a flip there changes a number by half of it at most.</summary>
    Mantissa,
}

/// <summary>The bits of which numbers are made, by format.</summary>
public static class NumberBits
{
    /// <summary>Where a field lies: its lowest bit, and how many there are; none where the format has no such field.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such format.</exception>
    public static (int Lowest, int Count) Of(BitField field, WireFormat format)
    {
        (int mantissa, int exponent) = format switch
        {
            WireFormat.Float32 => (23, 8),
            WireFormat.Float16 => (10, 5),
            WireFormat.BFloat16 => (7, 8),
            WireFormat.Int8 => (7, 0), // two's complement: a sign and seven bits of a whole number
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, "There is no such wire format."),
        };
        return field switch
        {
            BitField.Sign => (mantissa + exponent, 1),
            BitField.Exponent => (mantissa, exponent),
            BitField.Mantissa => (0, mantissa),
            _ => (0, mantissa + exponent + 1),
        };
    }

    /// <summary>A number of which one bit is another, as it is after it travelled in a format.</summary>
    /// <param name="value">The number: one that the format can hold.</param>
    /// <param name="bit">The bit, from 0 for the lowest.</param>
    /// <param name="format">The format.</param>
    /// <param name="scale">Of int8: the scale of its tensor.</param>
    public static float Flip(float value, int bit, WireFormat format, float scale = 0)
    {
        switch (format)
        {
            case WireFormat.Float16:
                return (float)BitConverter.UInt16BitsToHalf((ushort)(BitConverter.HalfToUInt16Bits((Half)value) ^ (1 << bit)));
            case WireFormat.BFloat16:
                return BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(value) ^ (1u << (bit + 16)));
            case WireFormat.Int8:
                sbyte whole = scale > 0 && float.IsFinite(value) ? (sbyte)Math.Clamp(MathF.Round(value / scale), sbyte.MinValue, sbyte.MaxValue) : (sbyte)0;
                return (sbyte)(whole ^ (1 << bit)) * scale;
            default:
                return BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(value) ^ (1u << bit));
        }
    }
}
