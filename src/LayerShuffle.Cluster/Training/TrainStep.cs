using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Training;

/// <summary>To the training coordinator: train on one batch.</summary>
/// <param name="Step">The optimizer step, from 0.</param>
/// <param name="Route">Layer ids in order, the same for the whole batch.</param>
/// <param name="MicroBatches">Images <c>[batch, 3, h, w]</c> and labels <c>[batch]</c> of each micro-batch; owned by the sender.</param>
/// <param name="LearningRate">Learning rate of the step.</param>
public sealed record TrainStep(int Step, int[] Route, IReadOnlyList<(Tensor PixelValues, Tensor Labels)> MicroBatches, double LearningRate);
