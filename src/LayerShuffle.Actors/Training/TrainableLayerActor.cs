using Akka.Actor;
using LayerShuffle.Vision.Model;
using LayerShuffle.Vision.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Actors.Training;

/// <summary>
/// Hosts one layer during training: its weights, its gradients and its optimizer state. The graph is cut at every hop: the layer keeps its part of it until the
/// gradient comes back. Gradients are summed in the order of micro-batches, whatever the order of arrival. It works on one attempt at one step at a time:
/// a message of a later one drops what is left of the present one, a message of an earlier one is ignored.
/// </summary>
public sealed class TrainableLayerActor : ReceiveActor
{
    private readonly int id;
    private readonly EncoderLayer layer;
    private readonly VitConfig config;
    private readonly PartOptimizer optimizer;
    private readonly TrainingDirectory directory;
    private readonly int? threads;
    private readonly bool owns;
    private readonly ComputePrecision precision;
    private readonly Dictionary<int, LayerGraph> graphs = [];        // by micro-batch; looked up by key only
    private readonly Dictionary<int, TrainBackward> waiting = [];    // by micro-batch, those that came before their turn; looked up by key only
    private StepAttempt present;                                     // earlier ones are ignored
    private StepAttempt? prepared;
    private int nextBackward;
    private int applied = -1;
    private bool ready;

    /// <summary>Hosts a layer whose weights and optimizer are the caller's, ready to train.</summary>
    public TrainableLayerActor(int id, EncoderLayer layer, VitConfig config, PartOptimizer optimizer, TrainingDirectory directory)
        : this(id, layer, config, optimizer, directory, ComputePrecision.Fp32)
    {
    }

    /// <summary>Likewise, with matrices multiplied in another precision.</summary>
    public TrainableLayerActor(int id, EncoderLayer layer, VitConfig config, PartOptimizer optimizer, TrainingDirectory directory, ComputePrecision precision)
        : this(id, layer, config, optimizer, directory, precision, null, owns: false)
    {
    }

    private TrainableLayerActor(int id, EncoderLayer layer, VitConfig config, PartOptimizer optimizer, TrainingDirectory directory,
        ComputePrecision precision, int? threads, bool owns)
    {
        (this.id, this.layer, this.config, this.optimizer, this.directory, this.threads, this.owns) = (id, layer, config, optimizer, directory, threads, owns);
        this.precision = precision;
        ready = !owns;
        Receive<TrainForward>(OnForward);
        Receive<TrainBackward>(OnBackward);
        Receive<PrepareStep>(OnPrepare);
        Receive<CommitStep>(OnCommit);
        Receive<AbortStep>(OnAbort);
        Receive<ExportState>(OnExport);
        Receive<ImportState>(OnImport);
    }

    /// <summary>
    /// A host that makes a layer of its own, frees it when it ends, and answers to nothing but <see cref="ImportState"/> until it has a state. Give it a
    /// supervisor that stops it when it fails: a restarted one would have forgotten its weights.
    /// </summary>
    /// <param name="id">The layer's id.</param>
    /// <param name="config">The model's shape.</param>
    /// <param name="options">The optimizer's settings.</param>
    /// <param name="directory">Who hosts the others.</param>
    /// <param name="device">Where it computes; null for the CPU.</param>
    /// <param name="threads">Computing threads; null leaves them as they are.</param>
    public static Props Host(int id, VitConfig config, TrainingOptions options, TrainingDirectory directory, Device? device = null, int? threads = null) =>
        Props.CreateBy(new Producer(() =>
        {
            var layer = new EncoderLayer(config);
            if (device is not null)
                layer.to(device);
            layer.train();
            return new TrainableLayerActor(id, layer, config, PartOptimizer.Of(layer, options), directory, options.Precision, threads, owns: true);
        }));

    /// <inheritdoc/>
    protected override bool AroundReceive(Receive receive, object message)
    {
        TorchThreads.Use(threads);
        return base.AroundReceive(receive, message);
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        Drop();
        if (!owns)
            return;
        optimizer.Dispose();
        layer.Dispose();
    }

    /// <summary>Turns to an attempt, dropping an earlier one; false if it is over.</summary>
    private bool TurnTo(StepAttempt attempt)
    {
        if (!ready || attempt < present)
            return false;
        if (attempt > present)
        {
            Drop();
            present = attempt;
        }

        return true;
    }

    private void Drop()
    {
        foreach (LayerGraph graph in graphs.Values)
            graph.Dispose();
        foreach (TrainBackward backward in waiting.Values)
            backward.Release();
        graphs.Clear();
        waiting.Clear();
        optimizer.Forget();
        (nextBackward, prepared) = (0, null);
    }

    private void OnForward(TrainForward forward)
    {
        if (!TurnTo(new StepAttempt(forward.Step, forward.Attempt)) || graphs.ContainsKey(forward.MicroBatch) || forward.MicroBatch < nextBackward)
        {
            forward.Release();
            return;
        }

        Tensor input = forward.Activation.requires_grad_();   // [batch, tokens, hidden], a leaf: the graph begins here
        Tensor? position = null;
        Tensor output;
        Tensor? positionLoss = null;
        double? positionLossValue = null;
        using (DisposeScope scope = NewDisposeScope())
        {
            if (forward.PositionEmbeddings is { } table)
                position = table[forward.Position].detach().clone().requires_grad_().MoveToOuterDisposeScope(); // [32]
            output = layer.Forward(input, position, precision); // [batch, tokens, hidden]
            if (config.Variant == ModelVariant.LayerShufflePredict)
            {
                positionLoss = VitLoss.PositionLoss(layer.PredictPosition(output), forward.Position);
                positionLossValue = positionLoss.item<float>();
                positionLoss = positionLoss.MoveToOuterDisposeScope();
            }

            output = output.MoveToOuterDisposeScope();
        }

        double weight = config.PositionLossWeight / forward.Route.Length * forward.Share;
        graphs.Add(forward.MicroBatch, new LayerGraph(input, position, output, positionLoss, weight));
        if (positionLossValue is not null)
            directory.Coordinator.Tell(new LayerReport(forward.Step, forward.MicroBatch, forward.Attempt, forward.Position, positionLossValue, null));
        Tensor onward = output.detach(); // the same memory: nobody writes into an activation
        if (forward.Position + 1 < forward.Route.Length)
        {
            directory.Layer(forward.Route[forward.Position + 1]).Tell(forward with { Position = forward.Position + 1, Activation = onward });
        }
        else
        {
            forward.PositionEmbeddings?.Dispose();
            directory.Coordinator.Tell(new ForwardDone(forward.Step, forward.MicroBatch, forward.Attempt, forward.Route, onward));
        }
    }

    private void OnBackward(TrainBackward backward)
    {
        // Without a graph of it this is a host that came in the middle of the step: the attempt is lost anyway.
        if (!TurnTo(new StepAttempt(backward.Step, backward.Attempt)) || !graphs.ContainsKey(backward.MicroBatch)
            || !waiting.TryAdd(backward.MicroBatch, backward))
        {
            backward.Release();
            return;
        }

        while (waiting.Remove(nextBackward, out TrainBackward? next)) // float sums depend on their order: that of micro-batches
        {
            nextBackward++;
            RunBackward(next);
        }
    }

    private void RunBackward(TrainBackward backward)
    {
        graphs.Remove(backward.MicroBatch, out LayerGraph? graph);
        using LayerGraph kept = graph!;
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
            directory.Coordinator.Tell(new LayerReport(backward.Step, backward.MicroBatch, backward.Attempt, backward.Position, null,
                positionGradient.clone()));
        }

        Tensor back = kept.Input.grad!; // the input goes, its gradient goes on
        if (backward.Position > 0)
            directory.Layer(backward.Route[backward.Position - 1]).Tell(backward with { Position = backward.Position - 1, Gradient = back });
        else
            directory.Coordinator.Tell(new BackwardDone(backward.Step, backward.MicroBatch, backward.Attempt, back));
    }

    private void OnPrepare(PrepareStep prepare)
    {
        var attempt = new StepAttempt(prepare.Step, prepare.Attempt);
        if (!TurnTo(attempt))
            return;
        prepared = attempt;
        directory.Coordinator.Tell(new StepPrepared(prepare.Step, prepare.Attempt, id, optimizer.SquaredGradientNorm()));
    }

    private void OnCommit(CommitStep commit)
    {
        var attempt = new StepAttempt(commit.Step, commit.Attempt);
        if (ready && commit.Step > applied)
        {
            if (prepared != attempt)
                return; // a host that came after the others had prepared: its gradients are not those that were asked for
            optimizer.Step(commit.GradientScale, commit.LearningRate);
            applied = commit.Step;
            TurnTo(new StepAttempt(commit.Step + 1, commit.Attempt));
        }

        if (ready)
            directory.Coordinator.Tell(new StepCommitted(commit.Step, commit.Attempt, id));
    }

    private void OnAbort(AbortStep abort)
    {
        if (!ready)
            return;
        TurnTo(new StepAttempt(abort.Step, abort.Attempt + 1));
        directory.Coordinator.Tell(new StepAborted(id, abort.Step, abort.Attempt));
    }

    private void OnExport(ExportState export)
    {
        if (ready)
            directory.Coordinator.Tell(new LayerState(export.Id, id, LayerStateFormat.Write(layer, optimizer, applied)));
    }

    private void OnImport(ImportState import)
    {
        Drop();
        applied = LayerStateFormat.Read(import.Bytes, layer, optimizer, $"the state of layer {id}");
        ready = true;
        directory.Coordinator.Tell(new StateImported(import.Id, id));
    }

    private sealed class Producer(Func<TrainableLayerActor> make) : IIndirectActorProducer
    {
        public Type ActorType => typeof(TrainableLayerActor);

        public ActorBase Produce() => make();

        public void Release(ActorBase actor)
        {
        }
    }
}

/// <summary>What the training coordinator holds of a micro-batch: its graph of the embeddings, and what came back from the layers before its turn.</summary>
/// <param name="tokens">Token embeddings <c>[batch, tokens, hidden]</c>, with their graph; owned.</param>
/// <param name="labels">Labels <c>[batch]</c>; the step's.</param>
/// <param name="share">Its share of the batch.</param>
/// <param name="positions">Length of the route.</param>
/// <param name="reports">How many reports the layers on the route make.</param>
internal sealed class MicroBatchState(Tensor tokens, Tensor labels, double share, int positions, int reports) : IDisposable
{
    public Tensor Tokens => tokens;

    public Tensor Labels => labels;

    public double Share => share;

    /// <summary>Position losses, by position.</summary>
    public double?[] PositionLosses { get; } = new double?[positions];

    /// <summary>Gradients of the positions' embeddings; owned.</summary>
    public Tensor?[] PositionGradients { get; } = new Tensor?[positions];

    /// <summary>Reports still out.</summary>
    public int ReportsMissing { get; set; } = reports;

    /// <summary>The last layer's output, once it is here and until it is used; owned.</summary>
    public ForwardDone? Forward { get; set; }

    /// <summary>The gradient of the tokens, likewise; owned.</summary>
    public BackwardDone? Backward { get; set; }

    public void Dispose()
    {
        tokens.Dispose();
        Forward?.Release();
        Backward?.Release();
        foreach (Tensor? gradient in PositionGradients)
            gradient?.Dispose();
    }
}

/// <summary>A layer's piece of a micro-batch's graph, between forward and backward.</summary>
/// <param name="Input">Its leaf <c>[batch, tokens, hidden]</c>.</param>
/// <param name="Position">The position's embedding <c>[32]</c>, a leaf, or null.</param>
/// <param name="Output">Its end <c>[batch, tokens, hidden]</c>.</param>
/// <param name="PositionLoss">The position loss, a scalar, or null.</param>
/// <param name="PositionLossWeight">What that loss counts.</param>
internal sealed record LayerGraph(Tensor Input, Tensor? Position, Tensor Output, Tensor? PositionLoss, double PositionLossWeight) : IDisposable
{
    public void Dispose()
    {
        Input.Dispose();
        Position?.Dispose();
        Output.Dispose();
        PositionLoss?.Dispose();
    }
}
