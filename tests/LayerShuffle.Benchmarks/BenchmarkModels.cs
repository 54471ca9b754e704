namespace LayerShuffle.Benchmarks;

/// <summary>Models to time.</summary>
internal static class BenchmarkModels
{
    /// <summary>Twelve layers of width 192 on 65 tokens: DeiT-tiny on images of CIFAR's size.</summary>
    public static VitConfig Tiny => new()
    {
        Variant = ModelVariant.LayerShuffle,
        PatchSize = 4,
        HiddenSize = 192,
        NumHiddenLayers = 12,
        NumAttentionHeads = 3,
        IntermediateSize = 768,
    };

    /// <summary>The quickstart's size: little work per hop, so that the way there weighs most.</summary>
    public static VitConfig Small => new()
    {
        Variant = ModelVariant.LayerShuffle,
        PatchSize = 8,
        HiddenSize = 64,
        NumHiddenLayers = 6,
        NumAttentionHeads = 4,
        IntermediateSize = 256,
    };
}
