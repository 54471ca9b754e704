using LayerShuffle.Core.Seeds;
using LayerShuffle.Vision.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Tests;

/// <summary>Models and images small enough for thousands of passes.</summary>
internal static class TinyModels
{
    public static VitConfig Config(ModelVariant variant = ModelVariant.LayerShuffle, ModelArchitecture architecture = ModelArchitecture.Vit, int layers = 3) =>
        new()
        {
            Variant = variant,
            Architecture = architecture,
            ImageSize = 8,
            PatchSize = 4,
            HiddenSize = 16,
            NumHiddenLayers = layers,
            NumAttentionHeads = 2,
            IntermediateSize = 32,
            NumLabels = 2,
            LayerDrop = 0.4,
            PositionLossWeight = 0.7,
        };

    /// <summary>Every variant of every architecture.</summary>
    public static TheoryData<ModelVariant, ModelArchitecture> All()
    {
        var all = new TheoryData<ModelVariant, ModelArchitecture>();
        foreach (ModelVariant variant in Enum.GetValues<ModelVariant>())
        {
            foreach (ModelArchitecture architecture in Enum.GetValues<ModelArchitecture>())
                all.Add(variant, architecture);
        }

        return all;
    }

    /// <summary>Weights none of which is 0 or 1, so that every one of them counts.</summary>
    public static VisionTransformer Random(VitConfig config, long seed = 5)
    {
        VisionTransformer model = VisionTransformer.Create(config, seed);
        RandomStream luck = SeedTree.Root(seed).Child("weights").Stream();
        using DisposeScope scope = NewDisposeScope();
        using IDisposable grad = no_grad();
        using Scalar fifth = 0.2.ToScalar();
        foreach (Tensor tensor in model.StateDictionary().Values)
            tensor.add_(Noise(luck, tensor.shape).mul_(fifth), HeldScalars.One);
        return model;
    }

    /// <summary>Independent normal numbers.</summary>
    public static Tensor Noise(RandomStream luck, params long[] shape)
    {
        var values = new float[shape.Aggregate(1L, (product, side) => product * side)];
        for (int i = 0; i < values.Length; i++)
            values[i] = (float)luck.NextGaussian();
        using Tensor flat = tensor(values);
        return flat.reshape(shape).clone();
    }

    /// <summary>Noise whose brightness tells its class: 0 is dark, 1 is bright.</summary>
    public static (Tensor PixelValues, Tensor Labels) Images(VitConfig config, int count, long seed = 3)
    {
        RandomStream luck = SeedTree.Root(seed).Child("images").Stream();
        long[] labels = [.. Enumerable.Range(0, count).Select(_ => (long)luck.Next(2))];
        using DisposeScope scope = NewDisposeScope();
        Tensor classes = tensor(labels);                                                            // [count]
        Tensor noise = Noise(luck, count, config.NumChannels, config.ImageSize, config.ImageSize);  // [count, channels, h, w]
        Tensor pixels = noise + (classes.to(float32) - 0.5).view(count, 1, 1, 1);
        return (pixels.DetachFromDisposeScope(), classes.DetachFromDisposeScope());
    }
}
