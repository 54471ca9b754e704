using LayerShuffle.Core.Routing;

namespace LayerShuffle.Actors.Training;

/// <summary>Measures how good a model is that is being trained.</summary>
public interface IModelEvaluator
{
    /// <summary>Accuracy on the test images in training order or in random orders.</summary>
    double Evaluate(TrainingJob job, OrderKind order, CancellationToken cancellation = default);
}
