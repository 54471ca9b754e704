using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using LayerShuffle.Core.Clusters;
using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace LayerShuffle.Vision.Numbers;

/// <summary>
/// Converts between float32 and what travels. Plain vector code and no torch: an intra-op-parallel region on every thread that sends or receives would leave a
/// team of OpenMP threads behind each.
/// </summary>
public static class TensorCodec
{
    /// <summary>Bytes of one number.</summary>
    public static int ItemBytes(WireDtype dtype) => dtype switch
    {
        WireDtype.Float32 => 4,
        WireDtype.Float16 or WireDtype.BFloat16 => 2,
        _ => 1,
    };

    /// <summary>The scale of a tensor whose largest magnitude is <paramref name="absmax"/>: NaN if that is not finite.</summary>
    public static float Int8Scale(float absmax) => float.IsFinite(absmax) ? absmax / sbyte.MaxValue : float.NaN;

    /// <summary>The largest magnitude; NaN if there is a NaN, 0 if there is nothing.</summary>
    public static float AbsMax(ReadOnlySpan<float> values) => values.IsEmpty ? 0 : MathF.Abs(TensorPrimitives.MaxMagnitude(values));

    /// <summary>float32 → wire.</summary>
    public static void Encode(WireDtype dtype, float scale, ReadOnlySpan<float> values, Span<byte> wire)
    {
        switch (dtype)
        {
            case WireDtype.Float32:
                MemoryMarshal.AsBytes(values).CopyTo(wire);
                break;
            case WireDtype.Float16:
                TensorPrimitives.ConvertToHalf(values, MemoryMarshal.Cast<byte, Half>(wire));
                break;
            case WireDtype.BFloat16:
                ToBFloat16(MemoryMarshal.Cast<float, uint>(values), MemoryMarshal.Cast<byte, ushort>(wire));
                break;
            case WireDtype.Int8:
                ToInt8(values, scale, MemoryMarshal.Cast<byte, sbyte>(wire));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(dtype), dtype, "Bytes are not converted.");
        }
    }

    /// <summary>Wire → float32.</summary>
    public static void Decode(WireDtype dtype, float scale, ReadOnlySpan<byte> wire, Span<float> values)
    {
        switch (dtype)
        {
            case WireDtype.Float32:
                wire.CopyTo(MemoryMarshal.AsBytes(values));
                break;
            case WireDtype.Float16:
                TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(wire), values);
                break;
            case WireDtype.BFloat16:
                FromBFloat16(MemoryMarshal.Cast<byte, ushort>(wire), MemoryMarshal.Cast<float, uint>(values));
                break;
            case WireDtype.Int8:
                FromInt8(MemoryMarshal.Cast<byte, sbyte>(wire), scale, values);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(dtype), dtype, "Bytes are not converted.");
        }
    }

    /// <summary>What arrives of a tensor that is sent: float32 → wire → float32, on the tensor's device.</summary>
    /// <returns>A tensor of the same shape; the caller disposes it.</returns>
    public static Tensor Carry(WireDtype dtype, Tensor tensor)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor sent = tensor.cpu().to(ScalarType.Float32).contiguous(), arrived = empty_like(sent);
        ReadOnlySpan<float> values = MemoryMarshal.Cast<byte, float>(sent.bytes);
        float scale = dtype == WireDtype.Int8 ? Int8Scale(AbsMax(values)) : 0;
        byte[] wire = new byte[values.Length * ItemBytes(dtype)];
        Encode(dtype, scale, values, wire);
        Decode(dtype, scale, wire, MemoryMarshal.Cast<byte, float>(arrived.bytes));
        return arrived.to(tensor.device).MoveToOuterDisposeScope();
    }

    private static void ToBFloat16(ReadOnlySpan<uint> bits, Span<ushort> wire)
    {
        int i = 0, width = Vector<uint>.Count;
        for (; i <= bits.Length - (2 * width); i += 2 * width)
            Vector.Narrow(Round(new Vector<uint>(bits[i..])), Round(new Vector<uint>(bits[(i + width)..]))).CopyTo(wire[i..]);
        for (; i < bits.Length; i++)
            wire[i] = (ushort)((bits[i] & 0x7FFFFFFF) > 0x7F800000 ? (bits[i] >> 16) | 0x40 : (bits[i] + 0x7FFF + ((bits[i] >> 16) & 1)) >> 16);

        // To nearest even; a NaN keeps its upper bits and becomes quiet, or rounding could make it an infinity.
        static Vector<uint> Round(Vector<uint> value)
        {
            Vector<uint> upper = value >>> 16;
            Vector<uint> rounded = (value + new Vector<uint>(0x7FFF) + (upper & Vector<uint>.One)) >>> 16;
            return Vector.ConditionalSelect(Vector.GreaterThan(value & new Vector<uint>(0x7FFFFFFF), new Vector<uint>(0x7F800000)),
                upper | new Vector<uint>(0x40), rounded);
        }
    }

    private static void FromBFloat16(ReadOnlySpan<ushort> wire, Span<uint> bits)
    {
        int i = 0, width = Vector<ushort>.Count;
        for (; i <= wire.Length - width; i += width)
        {
            Vector.Widen(new Vector<ushort>(wire[i..]), out Vector<uint> low, out Vector<uint> high);
            (low << 16).CopyTo(bits[i..]);
            (high << 16).CopyTo(bits[(i + (width / 2))..]);
        }

        for (; i < wire.Length; i++)
            bits[i] = (uint)wire[i] << 16;
    }

    private static void ToInt8(ReadOnlySpan<float> values, float scale, Span<sbyte> wire)
    {
        if (!(scale > 0)) // nothing but zeros, magnitudes below what a scale can hold, or NaN: the scale says it all
        {
            wire.Clear();
            return;
        }

        int i = 0, width = Vector<float>.Count;
        for (; i <= values.Length - (4 * width); i += 4 * width)
        {
            ReadOnlySpan<float> four = values.Slice(i, 4 * width);
            Vector.Narrow(
                Vector.Narrow(Quantise(four, scale), Quantise(four[width..], scale)),
                Vector.Narrow(Quantise(four[(2 * width)..], scale), Quantise(four[(3 * width)..], scale))).CopyTo(wire[i..]);
        }

        for (; i < values.Length; i++)
            wire[i] = (sbyte)Math.Clamp(MathF.Round(values[i] / scale), -127, 127);

        // Divides: the reciprocal of a small scale would be infinite. Clamps: with a subnormal scale the quotient can round beyond 127.
        static Vector<int> Quantise(ReadOnlySpan<float> source, float scale) => Vector.ConvertToInt32(
            Vector.Min(Vector.Max(Vector.Round(new Vector<float>(source) / new Vector<float>(scale)), new Vector<float>(-127)), new Vector<float>(127)));
    }

    private static void FromInt8(ReadOnlySpan<sbyte> wire, float scale, Span<float> values)
    {
        int i = 0, width = Vector<sbyte>.Count, quarter = width / 4;
        for (; i <= wire.Length - width; i += width)
        {
            Vector.Widen(new Vector<sbyte>(wire[i..]), out Vector<short> low, out Vector<short> high);
            Vector.Widen(low, out Vector<int> a, out Vector<int> b);
            Vector.Widen(high, out Vector<int> c, out Vector<int> d);
            (Vector.ConvertToSingle(a) * scale).CopyTo(values[i..]);
            (Vector.ConvertToSingle(b) * scale).CopyTo(values[(i + quarter)..]);
            (Vector.ConvertToSingle(c) * scale).CopyTo(values[(i + (2 * quarter))..]);
            (Vector.ConvertToSingle(d) * scale).CopyTo(values[(i + (3 * quarter))..]);
        }

        for (; i < wire.Length; i++)
            values[i] = wire[i] * scale;
    }
}

/// <summary>How the numbers of a tensor are written on the wire, little endian.</summary>
public enum WireDtype : byte
{
    /// <summary>IEEE 754 single precision; arrives bit by bit as it was.</summary>
    Float32 = 0,

    /// <summary>IEEE 754 half precision, rounded to nearest even; magnitudes of 65,520 and more become infinite.</summary>
    Float16 = 1,

    /// <summary>The upper half of single precision, rounded to nearest even.</summary>
    BFloat16 = 2,

    /// <summary>
    /// Round(x ÷ s) in −127…127 with one scale s = max|x| ÷ 127 per tensor: the error is at most s ÷ 2. A tensor with a value that is not finite arrives as NaN
    /// everywhere.
    /// </summary>
    Int8 = 3,

    /// <summary>Bytes as they are (weights as files, masks); arrives as bytes.</summary>
    UInt8 = 4,
}

/// <summary>From the scenario's wire formats to those of frames.</summary>
public static class WireDtypes
{
    /// <summary>The numbers of a frame in this format.</summary>
    public static WireDtype Dtype(this WireFormat format) => format switch
    {
        WireFormat.Float16 => WireDtype.Float16,
        WireFormat.BFloat16 => WireDtype.BFloat16,
        WireFormat.Int8 => WireDtype.Int8,
        _ => WireDtype.Float32,
    };
}
