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

    /// <summary>AdamW's weight decay.</summary>
    public double WeightDecay { get; init; } = 0.05;

    /// <summary>Share of the steps that warm up.</summary>
    public double WarmupRatio { get; init; } = 0.05;

    /// <summary><c>cosine</c>, <c>linear</c> or <c>constant</c>.</summary>
    public string LrSchedulerType { get; init; } = "cosine";

    /// <summary>Norm to which gradients are clipped.</summary>
    public double MaxGradNorm { get; init; } = 1.0;

    /// <summary>Share of a label spread over all classes.</summary>
    public double LabelSmoothing { get; init; }

    /// <summary><c>none</c> or <c>standard</c>.</summary>
    public string Augmentation { get; init; } = "standard";

    /// <summary><c>fp32</c>.</summary>
    public string Precision { get; init; } = "fp32";

    /// <summary>How often the model is trained, each time from another seed.</summary>
    public int Seeds { get; init; } = 1;

    /// <summary>How orders are drawn: <c>uniform</c>.</summary>
    public string Order { get; init; } = "uniform";

    /// <summary>Parts of a batch that travel on their own.</summary>
    public int MicroBatches { get; init; } = 1;

    /// <summary>Epochs between checkpoints of training; 0 for none at the ends of epochs.</summary>
    public int CheckpointEpochs { get; init; } = 1;

    /// <summary>Steps between checkpoints of training; 0 for none within epochs.</summary>
    public int CheckpointSteps { get; init; }

    /// <summary>Whether the scenario's faults strike during training too; on the wall clock only.</summary>
    public bool Faults { get; init; }
}
