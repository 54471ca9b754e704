namespace LayerShuffle.Datasets.Batches;

/// <summary>How training images are varied.</summary>
public enum Augmentation
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>
    /// Mirrored with probability ½, then moved by up to 4 pixels per axis at an image size of 32 (in proportion at others); what comes in from outside is the
    /// mean, 0 after normalisation.
    /// </summary>
    Standard,
}
