using LayerShuffle.Cluster.Wire;

namespace LayerShuffle.Cluster.Serialization;

/// <summary>How one type of message without tensors is written and read. Bytes: the version, then the message.</summary>
public abstract class MessageCodec
{
    private protected MessageCodec(string manifest, byte version, Type type) => (Manifest, Version, MessageType) = (manifest, version, type);

    /// <summary>The name under which it travels: never changed, never used again for another message.</summary>
    public string Manifest { get; }

    /// <summary>Version of its format: raised with every change, and no other version is read.</summary>
    public byte Version { get; }

    /// <summary>The type that is written and read.</summary>
    public Type MessageType { get; }

    /// <summary>Writes a message.</summary>
    public byte[] Encode(object message)
    {
        var writer = new WireWriter();
        writer.WriteByte(Version);
        Write(ref writer, message);
        return writer.ToArray();
    }

    /// <summary>Reads a message.</summary>
    /// <exception cref="WireFormatException">The bytes are not such a message, all of it and nothing more.</exception>
    public object Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new WireReader(bytes, $"message '{Manifest}'");
        CheckVersion(ref reader, Version);
        object message = Read(ref reader);
        reader.End();
        return message;
    }

    /// <summary>Writes a message without its version, as a part of something else.</summary>
    public abstract void Write(ref WireWriter writer, object message);

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="WireFormatException">The bytes are not such a message.</exception>
    public abstract object Read(ref WireReader reader);

    internal static void CheckVersion(ref WireReader reader, byte known)
    {
        byte version = reader.ReadByte();
        if (version != known)
            throw reader.Wrong($"it is of version {version}, and this program knows version {known}: run the same version of LayerShuffle everywhere");
    }
}
