using LayerShuffle.Actors.Models;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Vision.Model;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerShuffle.Actors.Training;

/// <summary>One model to train.</summary>
/// <param name="Name">The model's name in the scenario.</param>
/// <param name="TrainingSeed">Index of the training seed.</param>
/// <param name="Model">The model with its starting weights; it is trained in place.</param>
/// <param name="Options">How.</param>
/// <param name="Data">Training images.</param>
/// <param name="Test">Test images for the accuracies of every epoch.</param>
/// <param name="Luck">Root of its draws: orders, batches, augmentation.</param>
/// <param name="CheckpointDirectory">Where checkpoints are kept between epochs, or null for none.</param>
public sealed record TrainingJob(
    string Name, int TrainingSeed, VisionTransformer Model, TrainingOptions Options, ITrainingData Data, ITestImages Test, SeedTree Luck,
        string? CheckpointDirectory)
{
    /// <summary>The hash of all that decides its weights: a checkpoint that was made under another key is none of this training.</summary>
    public string Key { get; init; } = "";

    /// <summary>Told of every epoch before its checkpoint is written, when <see cref="Model"/> holds its weights.</summary>
    public Action<TrainingRecord>? EpochTrained { get; init; }

    /// <summary>Told of what every step came to.</summary>
    public Action<StepResult>? StepTrained { get; init; }

    /// <summary>Training images that nothing is trained on, by which an epoch is judged; null for none.</summary>
    public ITestImages? Validation { get; init; }

    /// <summary>Who teaches it beside the labels; null for nobody.</summary>
    public Distillation? Distillation { get; init; }

    /// <summary>What its steps meet on the virtual clock; null: nothing disturbs them.</summary>
    public MetTraining? Met { get; init; }

    /// <summary>What it remembers where something does.</summary>
    public TrainingMemory? Memory { get; init; }
}

/// <summary>Training images as batches.</summary>
public interface ITrainingData
{
    /// <summary>Number of training images.</summary>
    int Count { get; }

    /// <summary>The batches of one epoch, in an order drawn from the seed; the last may be smaller. Each is the caller's to dispose of.</summary>
    IEnumerable<(Tensor PixelValues, Tensor Labels)> Epoch(int batchSize, SeedTree seed);
}

/// <summary>In which order a batch runs through the layers in training.</summary>
public static class TrainingOrder
{
    /// <summary>
    /// Ascending; a subset for LayerDrop; a fresh random permutation for the LayerShuffle variants (arXiv 2407.04513, Algorithm 1), unless others are asked
    /// for.
    /// </summary>
    /// <param name="config">The model.</param>
    /// <param name="luck">The batch's draw.</param>
    /// <param name="orders">Which orders the LayerShuffle variants draw; null: uniformly.</param>
    /// <param name="step">The draw of its step; null: it is the step's only batch.</param>
    /// <param name="progress">Share of the training that has passed.</param>
    public static int[] Draw(VitConfig config, SeedTree luck, OrderSpec? orders = null, SeedTree? step = null, double progress = 1)
    {
        int[] ascending = [.. Enumerable.Range(0, config.NumHiddenLayers)];
        return config.Variant switch
        {
            ModelVariant.Standard => ascending,
            ModelVariant.LayerDrop => [.. ascending.Where(layer => luck.Child(layer).Uniform >= config.LayerDrop)],
            _ => (orders ?? OrderSpec.Uniform).Draw(config.NumHiddenLayers, luck, step ?? luck, progress),
        };
    }
}

/// <summary>What a training holds beside the weights: optimizers (the coordinator's for embeddings and head, one for every layer) and averages.</summary>
public sealed class TrainingParts : IDisposable
{
    /// <summary>Fresh optimizers for a model.</summary>
    public TrainingParts(VisionTransformer model, TrainingOptions options)
    {
        Coordinator = new PartOptimizer(model.Embeddings.parameters().Concat(model.Head.parameters()).Select(p => (Parameter)p), options);
        Layers = [.. model.Layers.Select(layer => PartOptimizer.Of(layer, options))];
        Average = options.Ema > 0 ? new MovingAverage(model, options.Ema) : null;
        Best = options.KeepBest ? new BestWeights() : null;
    }

    /// <summary>Embeddings and head.</summary>
    public PartOptimizer Coordinator { get; }

    /// <summary>The layers, by id.</summary>
    public IReadOnlyList<PartOptimizer> Layers { get; }

    /// <summary>The weights' moving average; null if none is asked for.</summary>
    internal MovingAverage? Average { get; }

    /// <summary>The weights of the best epoch; null if the last one is to be the model.</summary>
    internal BestWeights? Best { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Average?.Dispose();
        Best?.Dispose();
        Coordinator.Dispose();
        foreach (PartOptimizer layer in Layers)
            layer.Dispose();
    }
}
