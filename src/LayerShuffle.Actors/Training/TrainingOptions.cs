using LayerShuffle.Vision.Model;

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

    /// <summary>What turns gradients into steps.</summary>
    public OptimizerKind Optimizer { get; init; }

    /// <summary>SGD's momentum.</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>Weight decay on every parameter that has a gradient: AdamW's decoupled one, or part of SGD's gradient.</summary>
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

    /// <summary>Batches whose gradients make up one step, one after the other, each in an order of its own; LayerDrop drops for the whole step.</summary>
    public int Accumulation { get; init; } = 1;

    /// <summary>Which orders the LayerShuffle variants draw.</summary>
    public OrderSpec Order { get; init; } = OrderSpec.Uniform;

    /// <summary>In what the layers multiply matrices.</summary>
    public ComputePrecision Precision { get; init; }

    /// <summary>Mixup (Zhang et al., arXiv 1710.09412): the α of the beta distribution from which a batch's share is drawn; 0 for none.</summary>
    public double Mixup { get; init; }

    /// <summary>CutMix (Yun et al., arXiv 1905.04899), likewise; where both are given, each batch draws which.</summary>
    public double Cutmix { get; init; }

    /// <summary>Decay of the weights' moving average, which is what becomes the model; 0 for none.</summary>
    public double Ema { get; init; }

    /// <summary>Epochs without a better accuracy on the validation images after which training ends; 0: it goes to the last.</summary>
    public int EarlyStopping { get; init; }

    /// <summary>Whether the epoch that was best on the validation images becomes the model, and not the last.</summary>
    public bool KeepBest { get; init; }

    /// <summary>Epochs from one measurement on the test images to the next; the last is always measured.</summary>
    public int TestEpochs { get; init; } = 1;

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

/// <summary>What turns gradients into steps.</summary>
public enum OptimizerKind
{
    /// <summary>AdamW (arXiv 1711.05101).</summary>
    AdamW,

    /// <summary>Stochastic gradient descent with momentum.</summary>
    Sgd,
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
