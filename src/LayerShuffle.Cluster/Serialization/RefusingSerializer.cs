using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;

namespace LayerShuffle.Cluster.Serialization;

/// <summary>Stands where Akka's JSON serializer was: whatever no other serializer is bound to is an error, in both directions.</summary>
/// <param name="system">Given by Akka.</param>
public sealed class RefusingSerializer(ExtendedActorSystem system) : Serializer(system)
{
    /// <summary>As Akka makes a serializer for which it has settings (those of JSON, which mean nothing here).</summary>
    /// <param name="system">Given by Akka.</param>
    /// <param name="settings">Given by Akka.</param>
    public RefusingSerializer(ExtendedActorSystem system, Config settings)
        : this(system) => _ = settings;

    /// <inheritdoc/>
    public override int Identifier => ClusterMessageSerializer.WireIdentifier + 1;

    /// <inheritdoc/>
    public override bool IncludeManifest => false;

    /// <inheritdoc/>
    /// <exception cref="SerializationException">Always.</exception>
    public override byte[] ToBinary(object obj) => throw new SerializationException(
        $"{obj.GetType().FullName} does not travel between processes: no serializer is bound to it. Give it a codec and a line in {nameof(MessageCodecs)}.");

    /// <inheritdoc/>
    /// <exception cref="SerializationException">Always.</exception>
    public override object FromBinary(byte[] bytes, Type type) =>
        throw new SerializationException($"A peer sent {bytes.Length} bytes under serializer {Identifier}, which stands for what does not travel: they are refused.");
}
