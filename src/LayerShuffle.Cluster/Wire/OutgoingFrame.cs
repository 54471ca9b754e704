using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Wire;

/// <summary>
/// One frame to send. The tensors (at most <see cref="MaxTensors"/>, at most eight dimensions) are borrowed: neither changed nor disposed by anybody until the plane says that it has let go of them.
/// Contiguous CPU tensors are written straight from their memory, others are copied when they are queued. float32, float16 and bfloat16 tensors travel as <paramref name="Dtype"/> and arrive as float32;
/// uint8 tensors travel and arrive as bytes whatever <paramref name="Dtype"/> says.
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
