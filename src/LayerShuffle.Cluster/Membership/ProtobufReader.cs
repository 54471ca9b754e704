using System.Buffers.Binary;

namespace LayerShuffle.Cluster.Membership;

/// <summary>Goes over the fields of one message in protocol buffers' format without a schema; stops at the end and at what is no such format, and never throws.</summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> message)
{
    private ReadOnlySpan<byte> rest = message;

    /// <summary>The field's number.</summary>
    public int Number { get; private set; }

    /// <summary>Its bytes, if it is a string, bytes or a message; else empty.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>Its value, if it is a number; else 0.</summary>
    public ulong Value { get; private set; }

    /// <summary>Reads the next field.</summary>
    /// <returns>Whether there is one.</returns>
    public bool Next()
    {
        Bytes = default;
        Value = 0;
        if (rest.IsEmpty || !Varint(out ulong tag) || tag >> 3 is 0 or > int.MaxValue)
            return false;
        Number = (int)(tag >> 3);
        switch (tag & 7)
        {
            case 0 when Varint(out ulong value):
                Value = value;
                return true;
            case 1 when rest.Length >= 8:
                Value = BinaryPrimitives.ReadUInt64LittleEndian(rest);
                rest = rest[8..];
                return true;
            case 2 when Varint(out ulong length) && length <= (ulong)rest.Length:
                Bytes = rest[..(int)length];
                rest = rest[(int)length..];
                return true;
            case 5 when rest.Length >= 4:
                Value = BinaryPrimitives.ReadUInt32LittleEndian(rest);
                rest = rest[4..];
                return true;
            default: // groups are long gone from the format
                rest = default;
                return false;
        }
    }

    private bool Varint(out ulong value)
    {
        value = 0;
        for (int i = 0; i < 10 && i < rest.Length; i++)
        {
            value |= (ulong)(rest[i] & 0x7f) << (7 * i);
            if (rest[i] < 0x80)
            {
                rest = rest[(i + 1)..];
                return true;
            }
        }

        rest = default;
        return false;
    }
}
