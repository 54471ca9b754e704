using LayerShuffle.Cluster.Wire;

namespace LayerShuffle.Cluster.Serialization;

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
