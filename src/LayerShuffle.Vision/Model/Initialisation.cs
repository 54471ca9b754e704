using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Vision.Model;

/// <summary>
/// Random weights, as the reference draws them: normal with deviation <see cref="VitConfig.InitializerRange"/>, cut off at ±2, for linear maps, convolutions
/// and a ViT's class token and position embeddings; a DeiT's tokens and position embeddings, the table of layer positions and all biases 0, norms 1.
/// </summary>
internal static class Initialisation
{
    /// <summary>Every tensor has a generator of its own, seeded by (seed, name), so that variants of one model start from the same shared weights.</summary>
    public static void Draw(VisionTransformer model, long seed)
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        // held: the garbage collector may free a temporary one while libtorch reads it
        using Scalar range = model.Config.InitializerRange.ToScalar(), low = (-2).ToScalar(), high = 2.ToScalar();
        foreach (NamedSlice slice in model.Slices().Where(slice => IsRandom(slice, model.Config.Architecture)))
        {
            using var generator = new Generator(TensorSeed(seed, slice.Name));
            using Tensor values = randn(slice.Shape, generator: generator).mul_(range).clamp_(low, high), target = slice.Value();
            target.copy_(values);
        }
    }

    private static bool IsRandom(NamedSlice slice, ModelArchitecture architecture)
    {
        if (slice.Name.EndsWith(HuggingFaceNames.LayerPositions, StringComparison.Ordinal))
            return false;
        if (slice.Name.Contains(".embeddings.", StringComparison.Ordinal) && !slice.Name.Contains(".projection.", StringComparison.Ordinal))
            return architecture == ModelArchitecture.Vit;
        return slice.Shape.Length > 1; // weights of maps; biases and norms are vectors
    }

    /// <summary>FNV-1a over the name, mixed with the seed by SplitMix64's finaliser.</summary>
    private static ulong TensorSeed(long seed, string name)
    {
        ulong hash = 0xcbf29ce484222325UL;
        foreach (byte b in Encoding.UTF8.GetBytes(name))
            hash = (hash ^ b) * 0x100000001b3UL;
        ulong z = hash ^ ((ulong)seed * 0x9e3779b97f4a7c15UL);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9UL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebUL;
        return z ^ (z >> 31);
    }
}
