using TorchSharp;

namespace LayerShuffle.Vision.Model;

/// <summary>
/// Numbers for libtorch that live as long as the program: TorchSharp's sums of two tensors make a temporary 1 that nothing keeps alive while libtorch reads it.
/// </summary>
public static class HeldScalars
{
    /// <summary>1, the weight of the second summand in <c>a.add(b, HeldScalars.One)</c>.</summary>
    public static Scalar One { get; } = 1.ToScalar();
}
