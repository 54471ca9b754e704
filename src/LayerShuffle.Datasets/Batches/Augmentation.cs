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

    /// <summary>As <see cref="Standard"/>, after some operations of RandAugment on the image (<see cref="AugmentationSettings"/>).</summary>
    RandAugment,
}

/// <summary>How strongly images are varied beyond mirroring and moving.</summary>
/// <param name="Operations">Operations of RandAugment on each image.</param>
/// <param name="Magnitude">Their strength, 0 to 10.</param>
/// <param name="Erasing">Probability that a rectangle of the image is replaced by the mean (random erasing, arXiv 1708.04896).</param>
public sealed record AugmentationSettings(int Operations = 2, int Magnitude = 9, double Erasing = 0)
{
    /// <summary>Nothing is erased.</summary>
    public static AugmentationSettings Default { get; } = new();
}
