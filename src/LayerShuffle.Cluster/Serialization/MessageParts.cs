using LayerShuffle.Transport.Wire;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Serialization;

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
