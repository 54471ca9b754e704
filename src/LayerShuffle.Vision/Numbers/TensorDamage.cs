using System.Runtime.InteropServices;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Damages;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Vision.Numbers;

/// <summary>What links do to activations, done to tensors. Plain code and no torch, as <see cref="TensorCodec"/>.</summary>
public static class TensorDamage
{
    /// <summary>What arrives of an activation, on its device.</summary>
    /// <param name="damage">What happened to it.</param>
    /// <param name="activation">What arrived whole, [images, tokens, hidden].</param>
    /// <param name="format">The format in which it travelled.</param>
    /// <returns>A tensor of the same shape; the caller disposes it.</returns>
    public static Tensor Of(ActivationDamage damage, Tensor activation, WireFormat format)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor arrived = activation.cpu().to(ScalarType.Float32).contiguous().clone();
        Inflict(damage, arrived, format);
        return arrived.to(activation.device).MoveToOuterDisposeScope();
    }

    /// <summary>Damages an activation where it lies: contiguous, in single precision, on the processor's side.</summary>
    /// <param name="damage">What happened to it.</param>
    /// <param name="activation">What arrived whole, [images, tokens, hidden].</param>
    /// <param name="format">The format in which it travelled.</param>
    public static void Inflict(ActivationDamage damage, Tensor activation, WireFormat format)
    {
        long[] shape = activation.shape;
        damage.Apply(MemoryMarshal.Cast<byte, float>(activation.bytes), (int)shape[1], (int)shape[2], format);
    }
}
