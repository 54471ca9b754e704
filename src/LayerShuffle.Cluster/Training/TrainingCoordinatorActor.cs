using Akka.Actor;
using LayerShuffle.Vision;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Training;

/// <summary>
/// Trains over layer actors: sends every micro-batch of a batch along one order, applies the loss to what returns, sends the gradient back along the same route,
/// and when all are back lets every part step (prepare, then commit). This is Algorithm 1 of the LayerShuffle paper with its layers elsewhere.
/// </summary>
public sealed class TrainingCoordinatorActor : ReceiveActor
{
    private readonly VisionTransformer model;
    private readonly TrainingOptions options;
    private readonly PartOptimizer optimizer;
    private readonly TrainingDirectory directory;
    private readonly Action<StepResult> done;
    private readonly Dictionary<int, Graph> graphs = []; // by micro-batch; looked up by key only
    private TrainStep step = null!;
    private double[] squaredNorms = [];
    private double classLoss, positionLoss, gradientNorm;
    private int outstanding;

    /// <summary>Owns the embeddings and the head.</summary>
    public TrainingCoordinatorActor(VisionTransformer model, TrainingOptions options, PartOptimizer optimizer, TrainingDirectory directory, Action<StepResult> done)
    {
        (this.model, this.options, this.optimizer, this.directory, this.done) = (model, options, optimizer, directory, done);
        Receive<TrainStep>(OnStep);
        Receive<ForwardDone>(OnForwardDone);
        Receive<LayerReport>(OnLayerReport);
        Receive<BackwardDone>(OnBackwardDone);
        Receive<StepPrepared>(OnPrepared);
        Receive<StepCommitted>(OnCommitted);
    }

    private bool Predicts => model.Config.Variant == ModelVariant.LayerShufflePredict;

    private void OnStep(TrainStep next)
    {
        (step, classLoss, positionLoss, outstanding) = (next, 0, 0, next.MicroBatches.Count);
        double images = next.MicroBatches.Sum(m => (double)m.Labels.shape[0]);
        for (int micro = 0; micro < next.MicroBatches.Count; micro++)
        {
            (Tensor pixelValues, Tensor labels) = next.MicroBatches[micro];
            double share = labels.shape[0] / images;
            Tensor tokens;
            using (NewDisposeScope())
                tokens = model.Embeddings.Forward(pixelValues).MoveToOuterDisposeScope(); // [batch, tokens, hidden]
            graphs.Add(micro, new Graph(tokens, labels, share, new Tensor?[next.Route.Length]));
            Tensor onward = tokens.detach().clone();
            if (next.Route.Length > 0)
                directory.Layer(next.Route[0]).Tell(new TrainForward(next.Step, micro, next.Route, 0, onward, model.Embeddings.LayerPositions, share));
            else
                Self.Tell(new ForwardDone(next.Step, micro, next.Route, onward)); // LayerDrop dropped them all
        }
    }

    private void OnForwardDone(ForwardDone forward)
    {
        Graph graph = graphs[forward.MicroBatch];
        Tensor gradient;
        using (NewDisposeScope())
        {
            Tensor hidden = forward.Activation.requires_grad_();                                        // [batch, tokens, hidden]
            Tensor loss = VitLoss.ClassLoss(model.Head.Forward(hidden), graph.Labels, options.LabelSmoothing);
            (step.MicroBatches.Count == 1 ? loss : loss * graph.Share).backward();
            classLoss += loss.item<float>() * graph.Share;
            gradient = hidden.grad!.clone().MoveToOuterDisposeScope();
        }

        forward.Activation.Dispose();
        if (forward.Route.Length > 0)
            directory.Layer(forward.Route[^1]).Tell(new TrainBackward(forward.Step, forward.MicroBatch, forward.Route, forward.Route.Length - 1, gradient));
        else
            Self.Tell(new BackwardDone(forward.Step, forward.MicroBatch, gradient));
    }

    private void OnLayerReport(LayerReport report)
    {
        Graph graph = graphs[report.MicroBatch];
        if (report.PositionLoss is { } loss)
            positionLoss += loss / step.Route.Length * graph.Share;
        if (report.PositionGradient is { } gradient)
            graph.PositionGradients[report.Position] = gradient;
    }

    private void OnBackwardDone(BackwardDone backward)
    {
        graphs.Remove(backward.MicroBatch, out Graph? graph);
        using (NewDisposeScope())
        {
            graph!.Tokens.backward([backward.Gradient]);
            if (model.Embeddings.LayerPositions is not null)
                model.Embeddings.AccumulatePositionGradients(graph.PositionGradients!);                 // row i: the embedding of position i
        }

        backward.Gradient.Dispose();
        graph.Dispose();
        if (--outstanding > 0)
            return;
        squaredNorms = new double[directory.Layers.Count];
        outstanding = directory.Layers.Count;
        foreach (IActorRef layer in directory.Layers)
            layer.Tell(new PrepareStep(step.Step));
    }

    private void OnPrepared(StepPrepared prepared)
    {
        squaredNorms[prepared.Layer] = prepared.SquaredNorm;
        if (--outstanding > 0)
            return;
        gradientNorm = Math.Sqrt(optimizer.SquaredGradientNorm() + squaredNorms.Sum());
        double scale = options.MaxGradNorm > 0 ? Math.Min(1, options.MaxGradNorm / (gradientNorm + 1e-6)) : 1; // as torch's clip_grad_norm_
        outstanding = directory.Layers.Count;
        optimizer.Step(scale, step.LearningRate);
        foreach (IActorRef layer in directory.Layers)
            layer.Tell(new CommitStep(step.Step, scale, step.LearningRate));
    }

    private void OnCommitted(StepCommitted committed)
    {
        if (--outstanding > 0)
            return;
        double? position = Predicts ? positionLoss : null;
        done(new StepResult(committed.Step, classLoss, position, classLoss + (position ?? 0) * model.Config.PositionLossWeight, gradientNorm));
    }

    private sealed record Graph(Tensor Tokens, Tensor Labels, double Share, Tensor?[] PositionGradients) : IDisposable
    {
        public void Dispose()
        {
            Tokens.Dispose();
            foreach (Tensor? gradient in PositionGradients)
                gradient?.Dispose();
        }
    }
}
