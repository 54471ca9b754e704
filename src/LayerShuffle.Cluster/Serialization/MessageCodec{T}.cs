using LayerShuffle.Cluster.Wire;

namespace LayerShuffle.Cluster.Serialization;

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
