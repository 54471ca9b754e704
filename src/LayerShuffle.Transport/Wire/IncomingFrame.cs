using static TorchSharp.torch;

namespace LayerShuffle.Transport.Wire;

/// <summary>One frame that arrived. Whoever receives it owns it and its tensors (contiguous, on the CPU, in no dispose scope, without gradient).</summary>
public sealed class IncomingFrame : IDisposable
{
    private IReadOnlyList<Tensor> tensors;

    internal IncomingFrame(int from, byte kind, byte[] meta, IReadOnlyList<Tensor> tensors, long wireBytes)
    {
        From = from;
        Kind = kind;
        Meta = meta;
        this.tensors = tensors;
        WireBytes = wireBytes;
    }

    /// <summary>The endpoint that sent it.</summary>
    public int From { get; }

    /// <summary>What the sender called <see cref="OutgoingFrame.Kind"/>.</summary>
    public byte Kind { get; }

    /// <summary>What the sender called <see cref="OutgoingFrame.Meta"/>.</summary>
    public byte[] Meta { get; }

    /// <summary>float32 tensors, uint8 where the sender's were; empty once taken or disposed.</summary>
    public IReadOnlyList<Tensor> Tensors => tensors;

    /// <summary>Size on the wire in bytes: header, meta, tensors and checksums.</summary>
    public long WireBytes { get; }

    /// <summary>Hands the tensors over: <see cref="Dispose"/> leaves them alone from now on.</summary>
    public IReadOnlyList<Tensor> TakeTensors() => Interlocked.Exchange(ref tensors, []);

    /// <summary>Frees the tensors that nobody took.</summary>
    public void Dispose()
    {
        foreach (Tensor tensor in TakeTensors())
            tensor.Dispose();
    }
}
