using LayerShuffle.Core.Models;

namespace LayerShuffle.Core.Tests.Models;

public sealed class ModelFlopsTests
{
    [Fact]
    public void A_small_model_is_counted_by_hand()
    {
        // 4 patches of 2 × 2 pixels and one channel, 5 tokens of width 2, feed-forward width 3, 5 classes.
        VitConfig small = new()
        {
            ImageSize = 4,
            PatchSize = 2,
            NumChannels = 1,
            HiddenSize = 2,
            NumAttentionHeads = 1,
            IntermediateSize = 3,
            NumLabels = 5,
            NumHiddenLayers = 7,
        };
        // Patches: 4 · 2 · 4 = 32; head: 2 · 5 = 10.
        // Layer: four maps 5 · 2 · 2 = 20 each; scores and mixture 5 · 5 · 2 = 50 each; feed-forward 5 · 2 · 3 = 30 twice.
        ModelFlops.Of(small).ShouldBe(new ModelFlops(42, 80 + 100 + 60));
        // A distillation token makes six tokens; a teacher's head is one more.
        ModelFlops.Of(small with { Architecture = ModelArchitecture.Deit, Teacher = true }).ShouldBe(new ModelFlops(52, 96 + 144 + 72));
        // Told its position, a layer maps 5 tokens of 2 + 32 numbers to 2.
        ModelFlops.Of(small with { Variant = ModelVariant.LayerShufflePosition }).Layer.ShouldBe(240 + (5 * 34 * 2));
        ModelFlops.Of(small with { Variant = ModelVariant.LayerShufflePredict }).Layer.ShouldBe(240);
    }

    [Theory]
    [InlineData(192, 3, 1.3)]
    [InlineData(384, 6, 4.6)]
    [InlineData(768, 12, 17.6)]
    public void DeiT_of_three_sizes_has_the_published_billions_of_multiply_adds(int width, int heads, double published)
    {
        ModelFlops flops = ModelFlops.Of(new()
        {
            ImageSize = 224,
            PatchSize = 16,
            HiddenSize = width,
            NumAttentionHeads = heads,
            IntermediateSize = 4 * width,
            NumLabels = 1000,
            NumHiddenLayers = 12,
        });
        Math.Round((flops.Fixed + (12 * flops.Layer)) / 1e9, 1).ShouldBe(published);
    }
}
