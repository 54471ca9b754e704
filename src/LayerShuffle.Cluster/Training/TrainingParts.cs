using LayerShuffle.Vision;
using TorchSharp.Modules;

namespace LayerShuffle.Cluster.Training;

/// <summary>The optimizers of a training: one for the coordinator's embeddings and head, one for every layer.</summary>
public sealed class TrainingParts : IDisposable
{
    /// <summary>Fresh optimizers for a model.</summary>
    public TrainingParts(VisionTransformer model, TrainingOptions options)
    {
        Coordinator = new PartOptimizer(
            model.Embeddings.parameters().Concat(model.Head.parameters()).Select(p => (Parameter)p), options.LearningRate, options.WeightDecay);
        Layers = [.. model.Layers.Select(layer => PartOptimizer.Of(layer, options))];
    }

    /// <summary>Embeddings and head.</summary>
    public PartOptimizer Coordinator { get; }

    /// <summary>The layers, by id.</summary>
    public IReadOnlyList<PartOptimizer> Layers { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Coordinator.Dispose();
        foreach (PartOptimizer layer in Layers)
            layer.Dispose();
    }
}
