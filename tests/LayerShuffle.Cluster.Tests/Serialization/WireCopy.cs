using LayerShuffle.Cluster.Serialization;

namespace LayerShuffle.Cluster.Tests.Serialization;

/// <summary>What arrives of a message that is written with its codec and read again. Tensors and handles travel beside it and arrive as they are.</summary>
internal static class WireCopy
{
    public static object Of(object message)
    {
        Type type = message.GetType();
        if (MessageCodecs.OfType(type) is { } codec)
            return MessageCodecs.OfManifest(codec.Manifest)!.Decode(codec.Encode(message));
        TensorMessageCodec withTensors = MessageCodecs.WithTensorsOfType(type) ?? throw new InvalidOperationException($"{type} has no codec.");
        byte[] meta = withTensors.Encode(message, out IReadOnlyList<object> parts);
        return MessageCodecs.OfKind(withTensors.Kind)!.Decode(meta, parts);
    }
}
