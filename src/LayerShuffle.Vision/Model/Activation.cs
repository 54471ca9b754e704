using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace LayerShuffle.Vision.Model;

/// <summary>The activations of the feed-forward part.</summary>
public static class Activation
{
    private static readonly Scalar Quick = 1.702.ToScalar(), Half = 0.5.ToScalar(), Cubic = 0.044715.ToScalar(), Slope = Math.Sqrt(2 / Math.PI).ToScalar();

    /// <summary>Applies one, number by number.</summary>
    public static Tensor Of(HiddenActivation activation, Tensor x) => activation switch
    {
        HiddenActivation.Gelu => F.gelu(x),
        HiddenActivation.GeluTanh => GeluTanh(x),
        HiddenActivation.QuickGelu => x.mul(x.mul(Quick).sigmoid()),
        HiddenActivation.Relu => F.relu(x),
        HiddenActivation.Silu => F.silu(x),
        _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, "There is no such activation."),
    };

    private static Tensor GeluTanh(Tensor x)
    {
        Tensor inner = x.mul(x).mul(x).mul(Cubic).add(x, HeldScalars.One).mul(Slope); // √(2/π) · (x + 0.044715 x³)
        return x.mul(Half).mul(inner.tanh().add(HeldScalars.One, HeldScalars.One));   // x/2 · (1 + tanh …)
    }
}
