using LayerShuffle.Network.Seeds;

namespace LayerShuffle.Cluster.Training;

/// <summary>In which order a batch runs through the layers in training.</summary>
public static class TrainingOrder
{
    /// <summary>Ascending; a subset for LayerDrop; a fresh random permutation for the LayerShuffle variants (arXiv 2407.04513, Algorithm 1).</summary>
    public static int[] Draw(VitConfig config, SeedTree luck)
    {
        int[] ascending = [.. Enumerable.Range(0, config.NumHiddenLayers)];
        return config.Variant switch
        {
            ModelVariant.Standard => ascending,
            ModelVariant.LayerDrop => [.. ascending.Where(layer => luck.Child(layer).Uniform >= config.LayerDrop)],
            _ => luck.Stream().Permutation(config.NumHiddenLayers),
        };
    }
}
