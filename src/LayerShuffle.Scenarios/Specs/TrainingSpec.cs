namespace LayerShuffle.Scenarios.Specs;

/// <summary>How a model is trained.</summary>
public sealed record TrainingSpec
{
    /// <summary>Passes through the training images.</summary>
    public int Epochs { get; init; } = 5;

    /// <summary>Images in a step.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>Peak learning rate.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary><c>adamw</c> or <c>sgd</c>.</summary>
    public string Optimizer { get; init; } = "adamw";

    /// <summary>SGD's momentum.</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>The optimizer's weight decay.</summary>
    public double WeightDecay { get; init; } = 0.05;

    /// <summary>Share of the steps that warm up.</summary>
    public double WarmupRatio { get; init; } = 0.05;

    /// <summary><c>cosine</c>, <c>linear</c> or <c>constant</c>.</summary>
    public string LrSchedulerType { get; init; } = "cosine";

    /// <summary>Norm to which gradients are clipped.</summary>
    public double MaxGradNorm { get; init; } = 1.0;

    /// <summary>Share of a label spread over all classes.</summary>
    public double LabelSmoothing { get; init; }

    /// <summary><c>none</c>, <c>standard</c> or <c>randaugment</c>.</summary>
    public string Augmentation { get; init; } = "standard";

    /// <summary>Operations of RandAugment on each image.</summary>
    public int RandAugmentOperations { get; init; } = 2;

    /// <summary>Their strength, 0 to 10.</summary>
    public int RandAugmentMagnitude { get; init; } = 9;

    /// <summary>Probability that a rectangle of an image is erased.</summary>
    public double RandomErasing { get; init; }

    /// <summary>Mixup's α; 0 for none.</summary>
    public double Mixup { get; init; }

    /// <summary>CutMix's α; 0 for none.</summary>
    public double Cutmix { get; init; }

    /// <summary>What the model that it starts from teaches it, in ascending order; null: nothing.</summary>
    public DistillationSpec? Distillation { get; init; }

    /// <summary>Decay of the weights' moving average; 0 for none.</summary>
    public double Ema { get; init; }

    /// <summary>Share of the training images that are set aside to judge epochs by.</summary>
    public double Validation { get; init; }

    /// <summary>Epochs without a better accuracy on them after which training ends; 0: never.</summary>
    public int EarlyStopping { get; init; }

    /// <summary><c>last</c> or <c>best</c>: the epoch that becomes the model.</summary>
    public string Select { get; init; } = "last";

    /// <summary>Epochs from one measurement on the test images to the next.</summary>
    public int TestEpochs { get; init; } = 1;

    /// <summary><c>fp32</c> or <c>bf16</c>.</summary>
    public string Precision { get; init; } = "fp32";

    /// <summary>How often the model is trained, each time from another seed.</summary>
    public int Seeds { get; init; } = 1;

    /// <summary>How the layershuffle variants draw orders.</summary>
    public OrderSpec Order { get; init; } = OrderSpec.Uniform;

    /// <summary>Parts of a batch that travel on their own.</summary>
    public int MicroBatches { get; init; } = 1;

    /// <summary>Batches whose gradients make up a step.</summary>
    public int Accumulation { get; init; } = 1;

    /// <summary>Epochs between checkpoints of training; 0 for none at the ends of epochs.</summary>
    public int CheckpointEpochs { get; init; } = 1;

    /// <summary>Steps between checkpoints of training; 0 for none within epochs.</summary>
    public int CheckpointSteps { get; init; }

    /// <summary>Whether the scenario's faults strike during training too, and on the virtual clock its links.</summary>
    public bool Faults { get; init; }
}

/// <summary>How much a model learns from the one that it starts from.</summary>
/// <param name="Weight">Share of the targets that the teacher gives; the labels give the rest.</param>
/// <param name="Temperature">The teacher's logits are divided by it.</param>
public sealed record DistillationSpec(double Weight, double Temperature);
