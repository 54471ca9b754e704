namespace LayerShuffle.Cluster.Training;

/// <summary>
/// What training computes, as a number: part of the key under which trained models are kept. Raise it with every change that alters a bit of the weights or the accuracies of an epoch that come out of the same settings: the
/// layers' arithmetic, losses, optimizer, initial weights, draws of orders and batches, augmentation, the images' way to pixels, the evaluation. The golden training test fails until that is done. Nothing else of the
/// program decides what a training gives, so that a new version of it finds the models of the one before.
/// </summary>
public static class TrainingArithmetic
{
    /// <summary>The number.</summary>
    public const int Version = 1;
}
