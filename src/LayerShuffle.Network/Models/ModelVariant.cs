namespace LayerShuffle.Network.Models;

/// <summary>How a model is trained, and what its layers know of their place.</summary>
public enum ModelVariant
{
    /// <summary>Layers in ascending order: the baseline.</summary>
    Standard,

    /// <summary>Layers are dropped at random while training (Fan et al., 2020).</summary>
    LayerDrop,

    /// <summary>A random order for every batch, and nothing else.</summary>
    LayerShuffle,

    /// <summary>A random order, and every layer is told its position.</summary>
    LayerShufflePosition,

    /// <summary>A random order, and every layer learns to predict its position.</summary>
    LayerShufflePredict,
}
