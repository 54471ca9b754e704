using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Serialization;
using LayerShuffle.Cluster.Wire;

namespace LayerShuffle.Cluster.Serialization;

/// <summary>
/// Akka's serializer for every message of the control plane (<see cref="MessageCodecs.Control"/>). A manifest picks one of the codecs that are there and nothing
/// else: what a peer sends never names a type.
/// </summary>
/// <param name="system">Given by Akka.</param>
public sealed class ClusterMessageSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    /// <summary>Its number on the wire; Akka's own are below 41.</summary>
    public const int WireIdentifier = 2407;

    /// <inheritdoc/>
    public override int Identifier => WireIdentifier;

    /// <inheritdoc/>
    /// <exception cref="SerializationException">The message has no codec.</exception>
    public override string Manifest(object o) => CodecOf(o).Manifest;

    /// <inheritdoc/>
    /// <exception cref="SerializationException">The message has no codec.</exception>
    public override byte[] ToBinary(object obj) => CodecOf(obj).Encode(obj);

    /// <inheritdoc/>
    /// <exception cref="SerializationException">The manifest is unknown, or the bytes are not such a message.</exception>
    public override object FromBinary(byte[] bytes, string manifest)
    {
        MessageCodec codec = MessageCodecs.OfManifest(manifest)
            ?? throw new SerializationException($"A peer sent a message under the manifest '{Shortened(manifest)}', which this version of LayerShuffle does not know: it is refused.");
        try
        {
            return codec.Decode(bytes);
        }
        catch (WireFormatException exception)
        {
            throw new SerializationException(exception.Message, exception);
        }
    }

    private static MessageCodec CodecOf(object message) => MessageCodecs.OfType(message.GetType())
        ?? throw new SerializationException($"Messages of type {message.GetType().FullName} have no codec: give them one and a line in {nameof(MessageCodecs)}.");

    private static string Shortened(string manifest) => manifest.Length <= 80 ? manifest : manifest[..80] + "…";
}
