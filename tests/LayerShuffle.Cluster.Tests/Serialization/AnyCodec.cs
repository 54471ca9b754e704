using LayerShuffle.Cluster.Serialization;
using LayerShuffle.Core.Seeds;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Tests.Serialization;

/// <summary>Codecs with and without tensors as one kind of thing, for tests that hold for all of them.</summary>
internal sealed class AnyCodec
{
    private readonly MessageCodec? plain;
    private readonly TensorMessageCodec? withTensors;

    private AnyCodec(MessageCodec codec) => plain = codec;

    private AnyCodec(TensorMessageCodec codec) => withTensors = codec;

    public static TheoryData<string> Names => [.. All.Select(codec => codec.Name)];

    public static IReadOnlyList<AnyCodec> All { get; } =
        [.. MessageCodecs.Control.Select(c => new AnyCodec(c)), .. MessageCodecs.WithTensors.Select(c => new AnyCodec(c))];

    public string Name => plain?.Manifest ?? withTensors!.Name;

    public Type Type => plain?.MessageType ?? withTensors!.MessageType;

    public static AnyCodec Of(string name) => All.Single(codec => codec.Name == name);

    /// <summary>Draws messages of this type.</summary>
    public Func<object> Messages(ulong seed, Tensor[] tensors)
    {
        var values = new RandomValues(SeedTree.Root((long)seed).Child(Name).Stream(), tensors);
        return () => values.Make(Type);
    }

    public byte[] Encode(object message, out IReadOnlyList<object> parts)
    {
        parts = [];
        return plain?.Encode(message) ?? withTensors!.Encode(message, out parts);
    }

    public object Decode(ReadOnlySpan<byte> bytes, IReadOnlyList<object> parts) => plain?.Decode(bytes) ?? withTensors!.Decode(bytes, parts);

    /// <summary>Parts as they arrive: bytes that travel as a tensor are used up by reading, so they are copied; all else is the message's own.</summary>
    public static IReadOnlyList<object> Received(IReadOnlyList<object> parts) =>
        parts.Any(IsBytes) ? [.. parts.Select(part => IsBytes(part) ? ((Tensor)part).clone() : part)] : parts;

    /// <summary>Frees the tensors that were made to carry bytes.</summary>
    public static void Free(IReadOnlyList<object> parts)
    {
        foreach (Tensor bytes in parts.Where(IsBytes).Cast<Tensor>())
            bytes.Dispose();
    }

    private static bool IsBytes(object part) => part is Tensor { dtype: ScalarType.Byte };
}
