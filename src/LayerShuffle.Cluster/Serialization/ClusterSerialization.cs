using System.Runtime.Serialization;
using System.Text;
using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;
using LayerShuffle.Transport.Wire;

namespace LayerShuffle.Cluster.Serialization;

/// <summary>Akka's configuration for the control plane's messages.</summary>
public static class ClusterSerialization
{
    /// <summary>
    /// Binds every message of <see cref="MessageCodecs.Control"/> to <see cref="ClusterMessageSerializer"/>, takes Newtonsoft's JSON away altogether (its
    /// identifier is unknown to a receiver then), makes whatever is not bound an error, and refuses remote deployment, which would let a peer name a type.
    /// Put it in front of other configuration (<c>WithFallback</c>).
    /// </summary>
    public static Config Config()
    {
        var bindings = new StringBuilder();
        foreach (MessageCodec codec in MessageCodecs.Control)
            bindings.Append("      \"").Append(NameOf(codec.MessageType)).Append("\" = layershuffle\n");
        return ConfigurationFactory.ParseString($$"""
            akka.actor {
              serializers {
                layershuffle = "{{NameOf(typeof(ClusterMessageSerializer))}}"
                json = "{{NameOf(typeof(RefusingSerializer))}}"
                daemon-create = "{{NameOf(typeof(RefusingSerializer))}}"
              }
              serialization-bindings {
                "System.Object" = json
            {{bindings}}  }
              serialization-settings.allow-unregistered-types = off
            }
            """);
    }

    private static string NameOf(Type type) => $"{type.FullName}, {type.Assembly.GetName().Name}";
}

/// <summary>
/// Akka's serializer for every message of the control plane (<see cref="MessageCodecs.Control"/>). A manifest picks one of the codecs that are there and
/// nothing else: what a peer sends never names a type.
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
            ?? throw new SerializationException($"A peer sent a message under the manifest '{Shortened(manifest)}', which this version of LayerShuffle does "
                + "not know: it is refused.");
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
        ?? throw new SerializationException($"Messages of type {message.GetType().FullName} have no codec: "
            + $"give them one and a line in {nameof(MessageCodecs)}.");

    private static string Shortened(string manifest) => manifest.Length <= 80 ? manifest : manifest[..80] + "…";
}

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
        throw new SerializationException($"A peer sent {bytes.Length} bytes under serializer {Identifier}, which stands for what does not travel: they are "
            + "refused.");
}
