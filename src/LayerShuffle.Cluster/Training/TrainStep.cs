using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Training;

/// <summary>To the training coordinator: train on one batch.</summary>
/// <param name="Step">The optimizer step, from 0.</param>
/// <param name="Attempt">Number of the attempt; a step that lost a layer is repeated under the next number, and later steps keep it.</param>
/// <param name="Route">Layer ids in order, the same for the whole batch.</param>
/// <param name="MicroBatches">Images <c>[batch, 3, h, w]</c> and labels <c>[batch]</c> of each micro-batch; owned by the sender, who keeps them until the step's result or its end without one.</param>
/// <param name="LearningRate">Learning rate of the step.</param>
/// <param name="Layers">The layers that prepare and commit, whether on the route or not; null for all.</param>
public sealed record TrainStep(
    int Step, int Attempt, int[] Route, IReadOnlyList<(Tensor PixelValues, Tensor Labels)> MicroBatches, double LearningRate, IReadOnlyList<int>? Layers = null);
