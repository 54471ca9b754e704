using LayerShuffle.Transport.Wire;
using static TorchSharp.torch;

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

/// <summary>How messages of one type are written and read.</summary>
/// <param name="manifest">The name under which it travels.</param>
/// <param name="write">Writes it.</param>
/// <param name="read">Reads it.</param>
/// <param name="version">Version of its format.</param>
public sealed class MessageCodec<T>(string manifest, WireWrite<T> write, WireRead<T> read, byte version = 1) : MessageCodec(manifest, version, typeof(T))
    where T : class
{
    /// <inheritdoc/>
    public override void Write(ref WireWriter writer, object message) => write(ref writer, (T)message);

    /// <inheritdoc/>
    public override object Read(ref WireReader reader) => read(ref reader);
}

/// <summary>
/// How one type of message with tensors is written and read: a frame's kind and its meta bytes (the version, then the message with a flag for every tensor that
/// may travel along). What the flags speak of, in their order, are the message's <em>parts</em>: tensors, or handles of tensors, which the data plane carries.
/// </summary>
public abstract class TensorMessageCodec
{
    private protected TensorMessageCodec(byte kind, string name, byte version, Type type) => (Kind, Name, Version, MessageType) = (kind, name, version, type);

    /// <summary>The frame's kind: never changed, never used again for another message.</summary>
    public byte Kind { get; }

    /// <summary>What it is called in error messages.</summary>
    public string Name { get; }

    /// <summary>Version of its format: raised with every change, and no other version is read.</summary>
    public byte Version { get; }

    /// <summary>The type that is written and read.</summary>
    public Type MessageType { get; }

    /// <summary>Writes a message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="parts">Tensors, or handles of them, that travel along, in order.</param>
    /// <returns>The frame's meta bytes.</returns>
    public byte[] Encode(object message, out IReadOnlyList<object> parts)
    {
        var writer = new WireWriter();
        List<object> found = [];
        writer.WriteByte(Version);
        Write(ref writer, message, found);
        parts = found;
        return writer.ToArray();
    }

    /// <summary>Reads a message and gives it its parts.</summary>
    /// <param name="meta">The frame's meta bytes.</param>
    /// <param name="parts">What came along. It stays the caller's if this throws.</param>
    /// <exception cref="WireFormatException">The bytes are not such a message, or other parts came along than it speaks of.</exception>
    public object Decode(ReadOnlySpan<byte> meta, IReadOnlyList<object> parts)
    {
        var reader = new WireReader(meta, $"message '{Name}'");
        MessageCodec.CheckVersion(ref reader, Version);
        var source = new MessageParts(parts);
        object message = Read(ref reader, source);
        reader.End();
        source.End(ref reader);
        return message;
    }

    /// <summary>Writes a message without its version, as a part of something else.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="message">The message.</param>
    /// <param name="parts">Gets what travels along.</param>
    public abstract void Write(ref WireWriter writer, object message, ICollection<object> parts);

    /// <summary>Reads what <see cref="Write"/> wrote. Whether all parts were taken is for the caller to see to (<see cref="MessageParts.End"/>).</summary>
    /// <exception cref="WireFormatException">The bytes are not such a message, or a part is missing.</exception>
    public abstract object Read(ref WireReader reader, MessageParts parts);
}

/// <summary>Writes a message and hands out what travels along.</summary>
/// <param name="writer">Where to.</param>
/// <param name="message">The message.</param>
/// <param name="parts">Gets the tensors, or handles of them, in order.</param>
public delegate void TensorMessageWrite<in T>(ref WireWriter writer, T message, ICollection<object> parts);

/// <summary>Reads a message and takes what came along.</summary>
/// <param name="reader">Where from.</param>
/// <param name="parts">What came along.</param>
public delegate T TensorMessageRead<out T>(ref WireReader reader, MessageParts parts);

/// <summary>How messages of one type are written and read.</summary>
/// <param name="kind">The frame's kind.</param>
/// <param name="name">What it is called in error messages.</param>
/// <param name="write">Writes it.</param>
/// <param name="read">Reads it.</param>
/// <param name="version">Version of its format.</param>
public sealed class TensorMessageCodec<T>(byte kind, string name, TensorMessageWrite<T> write, TensorMessageRead<T> read, byte version = 1)
    : TensorMessageCodec(kind, name, version, typeof(T))
    where T : class
{
    /// <inheritdoc/>
    public override void Write(ref WireWriter writer, object message, ICollection<object> parts) => write(ref writer, (T)message, parts);

    /// <inheritdoc/>
    public override object Read(ref WireReader reader, MessageParts parts) => read(ref reader, parts);
}

/// <summary>What came along with a message, taken in order.</summary>
/// <param name="parts">Tensors, or handles of them.</param>
public sealed class MessageParts(IReadOnlyList<object> parts)
{
    private readonly List<Tensor> spent = [];
    private int taken;

    /// <summary>Whether a part travels along, and the part.</summary>
    public static void Write(ref WireWriter writer, object? part, ICollection<object> parts)
    {
        writer.WriteBool(part is not null);
        if (part is not null)
            parts.Add(part);
    }

    /// <summary>The next part.</summary>
    /// <param name="reader">For the error's place.</param>
    /// <param name="what">What it is, for the error.</param>
    /// <exception cref="WireFormatException">There is none, or it is something else.</exception>
    public T Take<T>(ref WireReader reader, string what)
        where T : class
    {
        if (taken == parts.Count)
            throw reader.Wrong($"it has {what}, but only {parts.Count} tensors came along");
        return parts[taken++] as T ?? throw reader.Wrong($"what came along is not {what}");
    }

    /// <summary>The next part if the flag in the bytes says so, else null.</summary>
    /// <exception cref="WireFormatException">The flag says so, but there is none, or it is something else.</exception>
    public T? TakeIfSent<T>(ref WireReader reader, string what)
        where T : class => reader.ReadBool() ? Take<T>(ref reader, what) : null;

    /// <summary>A copy of the bytes that the next part, a uint8 tensor <c>[length]</c>, carries. <see cref="End"/> frees the tensor.</summary>
    /// <param name="reader">For the error's place.</param>
    /// <param name="what">What it is, for the error.</param>
    /// <exception cref="WireFormatException">There is none, or it is something else.</exception>
    public byte[] TakeBytes(ref WireReader reader, string what)
    {
        Tensor carrier = Take<Tensor>(ref reader, what);
        if (carrier.dtype != ScalarType.Byte || carrier.dim() != 1)
            throw reader.Wrong($"{what} are no vector of bytes");
        spent.Add(carrier);
        return carrier.numel() == 0 ? [] : carrier.bytes.ToArray();
    }

    /// <summary>
    /// All parts have been taken. Those that only carried bytes are freed: not before, as parts stay the caller's if a message cannot be read.
    /// </summary>
    /// <exception cref="WireFormatException">More came along than the message speaks of.</exception>
    public void End(ref WireReader reader)
    {
        if (taken < parts.Count)
            throw reader.Wrong($"it speaks of {taken} tensors, but {parts.Count} came along");
        foreach (Tensor carrier in spent)
            carrier.Dispose();
    }
}
