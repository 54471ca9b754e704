namespace LayerShuffle.Cluster.Training;

/// <summary>Decay of the learning rate after warm-up, in Hugging Face's names.</summary>
public enum LrScheduler
{
    /// <summary>Half a cosine down to 0.</summary>
    Cosine,

    /// <summary>Linearly down to 0.</summary>
    Linear,

    /// <summary>No decay.</summary>
    Constant,
}
