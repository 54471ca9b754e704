using LayerShuffle.Vision.Numbers;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Transport.Wire;

/// <summary>
/// One frame to send. The tensors (at most <see cref="MaxTensors"/>, at most eight dimensions) are borrowed: neither changed nor disposed by anybody until the
/// plane says that it has let go of them. Contiguous CPU tensors are written straight from their memory, others are copied when they are queued. float32,
/// float16 and bfloat16 tensors travel as <paramref name="Dtype"/> and arrive as float32; uint8 tensors travel and arrive as bytes whatever
/// <paramref name="Dtype"/> says.
/// </summary>
/// <param name="Kind">The meaning of the frame: the user's business.</param>
/// <param name="Meta">What goes with the tensors: the user's business. Borrowed like the tensors.</param>
/// <param name="Tensors">The tensors, in order.</param>
/// <param name="Dtype">How numbers are written.</param>
public sealed record OutgoingFrame(byte Kind, byte[] Meta, IReadOnlyList<Tensor> Tensors, WireDtype Dtype)
{
    /// <summary>The most tensors one frame can carry.</summary>
    public const int MaxTensors = 4;
}

/// <summary>A checked frame on its way out: descriptors, the memory of its tensors, and whom to tell when the plane has let go of them.</summary>
internal sealed class PreparedFrame
{
    private readonly List<Tensor> copies = [];
    private Action<Exception?>? done;

    /// <summary>Checks a frame and copies the tensors that cannot be written from where they lie.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="limits">What a receiver would refuse.</param>
    /// <param name="done">Called exactly once: null when the frame is written, else why it was not.</param>
    /// <exception cref="ArgumentException">The frame cannot be sent, whoever the peer is.</exception>
    public PreparedFrame(OutgoingFrame frame, FrameLimits limits, Action<Exception?>? done = null)
    {
        this.done = done;
        if (frame.Tensors.Count > OutgoingFrame.MaxTensors)
            throw new ArgumentException($"A frame carries at most {OutgoingFrame.MaxTensors} tensors, not {frame.Tensors.Count}.");
        if (frame.Meta.Length > limits.MaxMetaBytes)
            throw new ArgumentException($"A frame carries at most {limits.MaxMetaBytes} bytes of meta data, not {frame.Meta.Length}. Put large data into a "
                + "tensor of bytes.");
        Meta = frame.Meta;
        var descriptors = new TensorDescriptor[frame.Tensors.Count];
        for (int i = 0; i < descriptors.Length; i++)
            descriptors[i] = new TensorDescriptor(WireDtypeOf(frame.Tensors[i], frame.Dtype), frame.Tensors[i].shape, 0);
        long memory = descriptors.Sum(descriptor => descriptor.MemoryBytes);
        if (memory > limits.MaxFrameBytes)
            throw new ArgumentException($"A frame's tensors take at most {limits.MaxFrameBytes} bytes, not {memory}. Send fewer images at a time or raise "
                + "MaxFrameBytes on all endpoints.");
        Header = new FrameHeader(frame.Kind, frame.Meta.Length, descriptors);
        Bytes = Header.FrameBytes;
        Sources = new TensorMemory[descriptors.Length];
        SourceDtypes = new WireDtype[descriptors.Length];
        for (int i = 0; i < descriptors.Length; i++)
        {
            Sources[i] = new TensorMemory(Plain(frame.Tensors[i]));
            SourceDtypes[i] = InMemory(frame.Tensors[i].dtype);
        }
    }

    /// <summary>The header, scales not yet filled in.</summary>
    public FrameHeader Header { get; }

    /// <summary>The meta data.</summary>
    public byte[] Meta { get; }

    /// <summary>Size on the wire.</summary>
    public long Bytes { get; }

    /// <summary>Where the tensors lie.</summary>
    public TensorMemory[] Sources { get; }

    /// <summary>How they lie there.</summary>
    public WireDtype[] SourceDtypes { get; }

    /// <summary>Lets go of the tensors and says so, the first time it is called.</summary>
    /// <param name="failure">Why the frame was not written; null if it was.</param>
    public void Finish(Exception? failure)
    {
        foreach (Tensor copy in copies)
            copy.Dispose();
        copies.Clear();
        Interlocked.Exchange(ref done, null)?.Invoke(failure);
    }

    /// <summary>Lets go of the tensors without a word: the frame was never queued.</summary>
    public void Abandon()
    {
        done = null;
        Finish(null);
    }

    private static WireDtype WireDtypeOf(Tensor tensor, WireDtype wanted)
    {
        if (tensor.dtype == ScalarType.Byte)
            return WireDtype.UInt8;
        if (tensor.dtype is not (ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16))
            throw new ArgumentException($"A tensor of dtype {tensor.dtype} cannot be sent; float32, float16, bfloat16 and uint8 can. Convert it first, or put "
                + "the numbers into the meta data.");
        if (tensor.dim() > TensorDescriptor.MaxRank)
            throw new ArgumentException($"A tensor of {tensor.dim()} dimensions cannot be sent; at most {TensorDescriptor.MaxRank} can. Flatten some.");
        if (wanted is WireDtype.UInt8 or > WireDtype.UInt8)
            throw new ArgumentException($"A tensor of dtype {tensor.dtype} cannot be sent as {wanted}: choose float32, float16, bfloat16 or int8.");
        return wanted;
    }

    private static WireDtype InMemory(ScalarType dtype) => dtype switch
    {
        ScalarType.Float32 => WireDtype.Float32,
        ScalarType.Float16 => WireDtype.Float16,
        ScalarType.BFloat16 => WireDtype.BFloat16,
        _ => WireDtype.UInt8,
    };

    private Tensor Plain(Tensor tensor)
    {
        if (tensor.device_type == DeviceType.CPU && tensor.is_contiguous())
            return tensor;
        using Tensor near = tensor.detach().cpu();
        Tensor plain = near.contiguous().DetachFromDisposeScope(); // whatever scope the caller has open must not end it
        copies.Add(plain);
        return plain;
    }
}
