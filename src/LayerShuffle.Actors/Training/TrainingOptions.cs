namespace LayerShuffle.Actors.Training;

/// <summary>How a model is trained, in the scenario language's terms.</summary>
public sealed record TrainingOptions
{
    /// <summary>Passes through the training images.</summary>
    public int Epochs { get; init; } = 5;

    /// <summary>Images of one optimizer step.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>Peak learning rate.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>Decoupled weight decay of AdamW, on every parameter that has a gradient.</summary>
    public double WeightDecay { get; init; } = 0.05;

    /// <summary>Share of the steps in which the learning rate rises linearly from 0.</summary>
    public double WarmupRatio { get; init; } = 0.05;

    /// <summary>What follows the warm-up.</summary>
    public LrScheduler Scheduler { get; init; } = LrScheduler.Cosine;

    /// <summary>Gradients are scaled down to this global L2 norm; 0 for no clipping.</summary>
    public double MaxGradNorm { get; init; } = 1;

    /// <summary>Label smoothing of the cross-entropy.</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>Micro-batches in flight that make up one batch.</summary>
    public int MicroBatches { get; init; } = 1;

    /// <summary>A checkpoint after every so many epochs, and after the last; 0 for none at the ends of epochs.</summary>
    public int CheckpointEpochs { get; init; } = 1;

    /// <summary>A checkpoint after every so many steps; 0 for none within epochs.</summary>
    public int CheckpointSteps { get; init; }

    /// <summary>Learning rate of a step, from 0.</summary>
    public double LearningRateAt(int step, int totalSteps)
    {
        int warmup = (int)Math.Ceiling(WarmupRatio * totalSteps);
        if (step < warmup)
            return LearningRate * (step + 1) / warmup;
        double progress = (double)(step - warmup) / Math.Max(1, totalSteps - warmup);
        return Scheduler switch
        {
            LrScheduler.Linear => LearningRate * (1 - progress),
            LrScheduler.Cosine => LearningRate * 0.5 * (1 + Math.Cos(Math.PI * progress)),
            _ => LearningRate,
        };
    }
}

/// <summary>
/// What training computes, as a number: part of the key under which trained models are kept. Raise it with every change that alters a bit of the weights or the
/// accuracies of an epoch that come out of the same settings: the layers' arithmetic, losses, optimizer, initial weights, draws of orders and batches,
/// augmentation, the images' way to pixels, the evaluation. The golden training test fails until that is done. Nothing else of the program decides what a
/// training gives, so that a new version of it finds the models of the one before.
/// </summary>
public static class TrainingArithmetic
{
    /// <summary>The number.</summary>
    public const int Version = 1;
}
