using static TorchSharp.torch;

namespace LayerShuffle.Actors.Training;

/// <summary>A message that owns tensors: whoever holds it last, and does not hand it on, frees them.</summary>
public interface ITensorMessage
{
    /// <summary>Frees what the message owns.</summary>
    void Release();
}

/// <summary>To the training coordinator: train on one batch.</summary>
/// <param name="Step">The optimizer step, from 0.</param>
/// <param name="Attempt">Number of the attempt; a step that lost a layer is repeated under the next number, and later steps keep it.</param>
/// <param name="Route">Layer ids in order, the same for the whole batch unless <paramref name="Routes"/> says otherwise.</param>
/// <param name="MicroBatches">Images <c>[batch, 3, h, w]</c> and labels <c>[batch]</c> of each micro-batch; owned by the sender, who keeps them until the
/// step's result or its end without one.</param>
/// <param name="LearningRate">Learning rate of the step.</param>
/// <param name="Layers">The layers that prepare and commit, whether on the route or not; null for all.</param>
/// <param name="Routes">A route for each micro-batch; null: all take <paramref name="Route"/>.</param>
/// <param name="Window">So many micro-batches are underway at once, and the next only follow when these are back; 0: all.</param>
public sealed record TrainStep(
    int Step, int Attempt, int[] Route, IReadOnlyList<(Tensor PixelValues, Tensor Labels)> MicroBatches, double LearningRate,
        IReadOnlyList<int>? Layers = null, IReadOnlyList<int[]>? Routes = null, int Window = 0)
{
    /// <summary>The route of a micro-batch.</summary>
    public int[] RouteOf(int microBatch) => Routes?[microBatch] ?? Route;
}

/// <summary>To a layer: run forward in training mode, keep the graph, send the output on along the route.</summary>
/// <param name="Step">The optimizer step it belongs to.</param>
/// <param name="MicroBatch">Which micro-batch of the step.</param>
/// <param name="Attempt">Number of the attempt.</param>
/// <param name="Route">Layer ids in order.</param>
/// <param name="Position">Index of this layer in the route.</param>
/// <param name="Activation">Input <c>[batch, tokens, hidden]</c>; the receiver owns it.</param>
/// <param name="PositionEmbeddings">Layer-position embeddings <c>[L, 32]</c> for the variant that is told its position; the receiver owns them.</param>
/// <param name="Share">This micro-batch's share of the batch: what losses are scaled by.</param>
public sealed record TrainForward(
    int Step, int MicroBatch, int Attempt, int[] Route, int Position, Tensor Activation, Tensor? PositionEmbeddings, double Share) : ITensorMessage
{
    /// <inheritdoc/>
    public void Release()
    {
        Activation.Dispose();
        PositionEmbeddings?.Dispose();
    }
}

/// <summary>The last layer's output reaches the coordinator.</summary>
/// <param name="Step">The optimizer step.</param>
/// <param name="MicroBatch">Which micro-batch.</param>
/// <param name="Attempt">Number of the attempt.</param>
/// <param name="Route">Layer ids in order.</param>
/// <param name="Activation">Output <c>[batch, tokens, hidden]</c>; the receiver owns it.</param>
public sealed record ForwardDone(int Step, int MicroBatch, int Attempt, int[] Route, Tensor Activation) : ITensorMessage
{
    /// <inheritdoc/>
    public void Release() => Activation.Dispose();
}

/// <summary>To a layer: run backward from the gradient of its output, send the gradient of its input back along the route.</summary>
/// <param name="Step">The optimizer step.</param>
/// <param name="MicroBatch">Which micro-batch.</param>
/// <param name="Attempt">Number of the attempt.</param>
/// <param name="Route">Layer ids in order.</param>
/// <param name="Position">Index of this layer in the route.</param>
/// <param name="Gradient">Gradient of its output <c>[batch, tokens, hidden]</c>; the receiver owns it.</param>
public sealed record TrainBackward(int Step, int MicroBatch, int Attempt, int[] Route, int Position, Tensor Gradient) : ITensorMessage
{
    /// <inheritdoc/>
    public void Release() => Gradient.Dispose();
}

/// <summary>The gradient of the first layer's input reaches the coordinator.</summary>
/// <param name="Step">The optimizer step.</param>
/// <param name="MicroBatch">Which micro-batch.</param>
/// <param name="Attempt">Number of the attempt.</param>
/// <param name="Gradient">Gradient of the token embeddings <c>[batch, tokens, hidden]</c>; the receiver owns it.</param>
public sealed record BackwardDone(int Step, int MicroBatch, int Attempt, Tensor Gradient) : ITensorMessage
{
    /// <inheritdoc/>
    public void Release() => Gradient.Dispose();
}

/// <summary>To a layer, when all micro-batches are back: prepare to step. It answers with its gradient's norm.</summary>
/// <param name="Step">The optimizer step.</param>
/// <param name="Attempt">Number of the attempt.</param>
public sealed record PrepareStep(int Step, int Attempt);

/// <summary>A layer is ready to step.</summary>
/// <param name="Step">The optimizer step.</param>
/// <param name="Attempt">Number of the attempt.</param>
/// <param name="Layer">The layer.</param>
/// <param name="SquaredNorm">Squared L2 norm of its gradients; 0 for a layer that was not executed.</param>
public sealed record StepPrepared(int Step, int Attempt, int Layer, double SquaredNorm);

/// <summary>To a layer: apply the step. A layer that has applied it already says so again and does nothing.</summary>
/// <param name="Step">The optimizer step.</param>
/// <param name="Attempt">Number of the attempt: the one the layer has prepared.</param>
/// <param name="GradientScale">What gradients are multiplied by (clipping).</param>
/// <param name="LearningRate">Learning rate of the step.</param>
public sealed record CommitStep(int Step, int Attempt, double GradientScale, double LearningRate);

/// <summary>A layer has applied the step.</summary>
/// <param name="Step">The optimizer step.</param>
/// <param name="Attempt">The attempt of the commit that it answers.</param>
/// <param name="Layer">The layer.</param>
public sealed record StepCommitted(int Step, int Attempt, int Layer);

/// <summary>To a layer or the training coordinator: drop the graphs, gradients and waiting messages of an attempt, and ignore what still comes of it.</summary>
/// <param name="Step">The optimizer step.</param>
/// <param name="Attempt">Number of the attempt.</param>
public sealed record AbortStep(int Step, int Attempt);

/// <summary>A layer has dropped an attempt.</summary>
/// <param name="Layer">The layer; <see cref="TheCoordinator"/> for the training coordinator.</param>
/// <param name="Step">The optimizer step.</param>
/// <param name="Attempt">Number of the attempt.</param>
public sealed record StepAborted(int Layer, int Step, int Attempt)
{
    /// <summary>Stands for the training coordinator instead of a layer.</summary>
    public const int TheCoordinator = -1;
}

/// <summary>The training coordinator has given up an attempt before its commit, and holds nothing of it any more; no layer has applied it.</summary>
/// <param name="Step">The optimizer step.</param>
/// <param name="Attempt">Number of the attempt.</param>
public sealed record StepAbandoned(int Step, int Attempt);

/// <summary>
/// To the training coordinator: the step takes too long. It abandons it, or, where it is being committed, asks once more (<see cref="CommitOverdue"/>).
/// </summary>
/// <param name="Step">The optimizer step.</param>
/// <param name="Attempt">Number of the attempt.</param>
public sealed record StepOverdue(int Step, int Attempt);

/// <summary>The step is decided, but these layers have not said that they applied it; they were asked again.</summary>
/// <param name="Step">The optimizer step.</param>
/// <param name="Attempt">Number of the attempt.</param>
/// <param name="Layers">Layer ids, ascending.</param>
public sealed record CommitOverdue(int Step, int Attempt, IReadOnlyList<int> Layers);

/// <summary>What a layer adds to a micro-batch's loss: its position loss, and the gradient of the position embedding it was given.</summary>
/// <param name="Step">The optimizer step.</param>
/// <param name="MicroBatch">Which micro-batch.</param>
/// <param name="Attempt">Number of the attempt.</param>
/// <param name="Position">Position in the route.</param>
/// <param name="PositionLoss">Position cross-entropy, unweighted; null where the variant has none.</param>
/// <param name="PositionGradient">Gradient <c>[32]</c> of the position's embedding; null where the variant has none. The receiver owns it.</param>
public sealed record LayerReport(int Step, int MicroBatch, int Attempt, int Position, double? PositionLoss, Tensor? PositionGradient) : ITensorMessage
{
    /// <inheritdoc/>
    public void Release() => PositionGradient?.Dispose();
}

/// <summary>To a layer, between two steps: send weights and optimizer state.</summary>
/// <param name="Id">Number of the request, for the answer.</param>
public sealed record ExportState(int Id);

/// <summary>A layer's weights and optimizer state.</summary>
/// <param name="Id">Number of the request that it answers.</param>
/// <param name="Layer">The layer.</param>
/// <param name="Bytes">What <see cref="LayerStateFormat"/> writes.</param>
public sealed record LayerState(int Id, int Layer, byte[] Bytes);

/// <summary>To a layer: take these weights and this optimizer state, and forget what you had. A fresh host does nothing before it has them.</summary>
/// <param name="Id">Number of the request, for the answer.</param>
/// <param name="Layer">The layer.</param>
/// <param name="Bytes">What <see cref="LayerStateFormat"/> writes.</param>
public sealed record ImportState(int Id, int Layer, byte[] Bytes);

/// <summary>A layer has taken a state.</summary>
/// <param name="Id">Number of the request that it answers.</param>
/// <param name="Layer">The layer.</param>
public sealed record StateImported(int Id, int Layer);

/// <summary>
/// To the training coordinator: these layers are gone. A step in their hands is abandoned, but for one that is being committed: the others finish it.
/// </summary>
/// <param name="Layers">Layer ids.</param>
public sealed record LoseLayers(IReadOnlyList<int> Layers);

/// <summary>Squared L2 norms of the layers' gradients in a step that is decided: what the neighbours of a lost layer may be weighted by.</summary>
/// <param name="Step">The step.</param>
/// <param name="Squared">By layer; 0 for one that was not executed.</param>
public sealed record GradientsKnown(int Step, IReadOnlyList<double> Squared);
