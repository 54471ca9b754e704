using Akka.Actor;
using LayerShuffle.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Training;

/// <summary>
/// Hosts one layer during training: its weights, its gradients and its optimizer state. The graph is cut at every hop: the layer keeps its part of it until the
/// gradient comes back.
/// </summary>
public sealed class TrainableLayerActor : ReceiveActor
{
    private readonly int id;
    private readonly EncoderLayer layer;
    private readonly VitConfig config;
    private readonly PartOptimizer optimizer;
    private readonly TrainingDirectory directory;
    private readonly Dictionary<(int Step, int MicroBatch), Graph> graphs = []; // looked up by key only

    /// <summary>Hosts a layer.</summary>
    public TrainableLayerActor(int id, EncoderLayer layer, VitConfig config, PartOptimizer optimizer, TrainingDirectory directory)
    {
        (this.id, this.layer, this.config, this.optimizer, this.directory) = (id, layer, config, optimizer, directory);
        Receive<TrainForward>(OnForward);
        Receive<TrainBackward>(OnBackward);
        Receive<PrepareStep>(prepare => directory.Coordinator.Tell(new StepPrepared(prepare.Step, id, optimizer.SquaredGradientNorm())));
        Receive<CommitStep>(commit =>
        {
            optimizer.Step(commit.GradientScale, commit.LearningRate);
            directory.Coordinator.Tell(new StepCommitted(commit.Step, id));
        });
    }

    private void OnForward(TrainForward forward)
    {
        Tensor input = forward.Activation.requires_grad_();   // [batch, tokens, hidden], a leaf: the graph begins here
        Tensor? position = null;
        Tensor output;
        Tensor? positionLoss = null;
        double? positionLossValue = null;
        using (DisposeScope scope = NewDisposeScope())
        {
            if (forward.PositionEmbeddings is { } table)
                position = table[forward.Position].detach().clone().requires_grad_().MoveToOuterDisposeScope(); // [32]
            output = layer.Forward(input, position);          // [batch, tokens, hidden]
            if (config.Variant == ModelVariant.LayerShufflePredict)
            {
                positionLoss = VitLoss.PositionLoss(layer.PredictPosition(output), forward.Position);
                positionLossValue = positionLoss.item<float>();
                positionLoss = positionLoss.MoveToOuterDisposeScope();
            }

            output = output.MoveToOuterDisposeScope();
        }

        double weight = config.PositionLossWeight / forward.Route.Length * forward.Share;
        graphs.Add((forward.Step, forward.MicroBatch), new Graph(input, position, output, positionLoss, weight));
        if (positionLossValue is not null)
            directory.Coordinator.Tell(new LayerReport(forward.Step, forward.MicroBatch, forward.Position, positionLossValue, null));
        Tensor onward = output.detach().clone();
        if (forward.Position + 1 < forward.Route.Length)
            directory.Layer(forward.Route[forward.Position + 1]).Tell(forward with { Position = forward.Position + 1, Activation = onward });
        else
            directory.Coordinator.Tell(new ForwardDone(forward.Step, forward.MicroBatch, forward.Route, onward));
    }

    private void OnBackward(TrainBackward backward)
    {
        graphs.Remove((backward.Step, backward.MicroBatch), out Graph? graph);
        using Graph kept = graph ?? throw new InvalidOperationException($"Layer {id} has no graph of step {backward.Step}, micro-batch {backward.MicroBatch}.");
        using (Tensor gradient = backward.Gradient)
        {
            if (kept.PositionLoss is { } loss)
            {
                using Tensor weight = tensor((float)kept.PositionLossWeight, device: loss.device);
                autograd.backward([kept.Output, loss], [gradient, weight]);
            }
            else
            {
                kept.Output.backward([gradient]);
            }
        }

        if (kept.Position is { } position)
        {
            using Tensor positionGradient = position.grad!;
            directory.Coordinator.Tell(new LayerReport(backward.Step, backward.MicroBatch, backward.Position, null, positionGradient.clone()));
        }

        using Tensor inputGradient = kept.Input.grad!;
        Tensor back = inputGradient.clone();
        if (backward.Position > 0)
            directory.Layer(backward.Route[backward.Position - 1]).Tell(backward with { Position = backward.Position - 1, Gradient = back });
        else
            directory.Coordinator.Tell(new BackwardDone(backward.Step, backward.MicroBatch, back));
    }

    private sealed record Graph(Tensor Input, Tensor? Position, Tensor Output, Tensor? PositionLoss, double PositionLossWeight) : IDisposable
    {
        public void Dispose()
        {
            Input.Dispose();
            Position?.Dispose();
            Output.Dispose();
            PositionLoss?.Dispose();
        }
    }
}
