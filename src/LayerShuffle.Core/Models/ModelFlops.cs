namespace LayerShuffle.Core.Models;

/// <summary>
/// What a model computes for one image, told from its shape alone. A multiply-add counts once, as in the tables of the papers (DeiT-B: 17.6 G). Products of
/// matrices are counted; norms, activations, softmax and sums are not.
/// </summary>
/// <param name="Fixed">Patches to tokens, and the head.</param>
/// <param name="Layer">One encoder layer.</param>
public sealed record ModelFlops(long Fixed, long Layer)
{
    /// <summary>
    /// Of a shape. With t tokens, p patches, width d, feed-forward width f and c classes a layer takes 4·t·d² (queries, keys, values, output), 2·t²·d
    /// (scores, and what they mix) and 2·t·d·f; the patches take p·d·(channels · height · width of a patch), a head d·c. A layer that is told its position
    /// maps every token and the position's embedding to a token once more.
    /// </summary>
    public static ModelFlops Of(VitConfig config)
    {
        long d = config.HiddenSize, t = config.Tokens;
        long told = config.Variant == ModelVariant.LayerShufflePosition ? t * (d + config.PositionEmbeddingSize) * d : 0;
        return new(
            ((long)config.Patches * d * config.NumChannels * config.PatchHeight * config.PatchWidth) + ((config.Teacher ? 2L : 1) * d * config.NumLabels),
            (4 * t * d * d) + (2 * t * t * d) + (2 * t * d * config.IntermediateSize) + told);
    }
}
