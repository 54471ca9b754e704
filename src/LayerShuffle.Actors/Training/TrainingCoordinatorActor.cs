using Akka.Actor;
using LayerShuffle.Vision.Model;
using LayerShuffle.Vision.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Actors.Training;

/// <summary>
/// Trains over layer actors: sends every micro-batch of a batch along one order, applies the loss to what returns, sends the gradient back along the same
/// route, and when all are back lets every part step (prepare, then commit). This is Algorithm 1 of the LayerShuffle paper with its layers elsewhere. Sums are
/// taken in the order of micro-batches, whatever the order of arrival. A step is decided when every layer has prepared: until then losing a layer abandons it,
/// from then on the survivors finish it.
/// </summary>
public sealed class TrainingCoordinatorActor : ReceiveActor
{
    private readonly VisionTransformer model;
    private readonly TrainingOptions options;
    private readonly PartOptimizer optimizer;
    private readonly TrainingDirectory directory;
    private readonly Action<object> tell;
    private readonly int? threads;
    private readonly SortedSet<int> awaited = []; // layers that have not prepared, or not committed
    private StepPhase phase;
    private TrainStep step = null!;
    private MicroBatchState[] micro = [];
    private double[] squaredNorms = [];
    private CommitStep? commit;
    private double classLoss, positionLoss, gradientNorm;
    private int nextForward, nextBackward, started;

    /// <summary>Owns the embeddings and the head.</summary>
    /// <param name="model">The model; its layers are not touched.</param>
    /// <param name="options">How it is trained.</param>
    /// <param name="optimizer">Of embeddings and head.</param>
    /// <param name="directory">Who hosts the layers.</param>
    /// <param name="tell">
    /// Told, on the actor's thread, of <see cref="GradientsKnown"/>, <see cref="StepResult"/>, <see cref="StepAbandoned"/>, <see cref="StepAborted"/>,
    /// <see cref="CommitOverdue"/>,
    /// <see cref="LayerState"/> and <see cref="StateImported"/>.
    /// </param>
    /// <param name="threads">Computing threads; null leaves them as they are.</param>
    public TrainingCoordinatorActor(
        VisionTransformer model, TrainingOptions options, PartOptimizer optimizer, TrainingDirectory directory, Action<object> tell, int? threads = null)
    {
        (this.model, this.options, this.optimizer, this.directory, this.tell, this.threads) = (model, options, optimizer, directory, tell, threads);
        Receive<TrainStep>(OnStep);
        Receive<ForwardDone>(OnForwardDone);
        Receive<LayerReport>(OnLayerReport);
        Receive<BackwardDone>(OnBackwardDone);
        Receive<StepPrepared>(OnPrepared);
        Receive<StepCommitted>(OnCommitted);
        Receive<LoseLayers>(OnLost);
        Receive<StepOverdue>(OnOverdue);
        Receive<AbortStep>(OnAbort);
        Receive<StepAborted>(tell);
        Receive<LayerState>(tell);
        Receive<StateImported>(tell);
    }

    private bool Predicts => model.Config.Variant == ModelVariant.LayerShufflePredict;

    /// <inheritdoc/>
    protected override bool AroundReceive(Receive receive, object message)
    {
        TorchThreads.Use(threads);
        return base.AroundReceive(receive, message);
    }

    /// <inheritdoc/>
    protected override void PostStop() => Drop();

    private bool IsPresent(int stepNumber, int attempt) => phase != StepPhase.Idle && step.Step == stepNumber && step.Attempt == attempt;

    private void OnStep(TrainStep next)
    {
        Drop();
        (step, phase, classLoss, positionLoss) = (next, StepPhase.Running, 0, 0);
        micro = new MicroBatchState[next.MicroBatches.Count];
        StartMicroBatches();
    }

    /// <summary>Sends the next micro-batches on their way: as many as may be underway at once.</summary>
    private void StartMicroBatches()
    {
        double images = step.MicroBatches.Sum(m => (double)m.Labels.shape[0]);
        bool reports = Predicts || model.Embeddings.LayerPositions is not null;
        int first = started;
        started = step.Window > 0 ? Math.Min(micro.Length, first + step.Window) : micro.Length;
        for (int i = first; i < started; i++)
        {
            (Tensor pixelValues, Tensor labels) = step.MicroBatches[i];
            Tensor tokens;
            using (NewDisposeScope())
                tokens = model.Embeddings.Forward(pixelValues).MoveToOuterDisposeScope(); // [batch, tokens, hidden]
            int layers = step.RouteOf(i).Length;
            micro[i] = new MicroBatchState(tokens, labels, labels.shape[0] / images, layers, reports ? layers : 0);
        }

        for (int i = first; i < started; i++)
        {
            int[] route = step.RouteOf(i);
            Tensor onward = micro[i].Tokens.detach();
            if (route.Length == 0)
            {
                Self.Tell(new ForwardDone(step.Step, i, step.Attempt, route, onward)); // LayerDrop dropped them all
                continue;
            }

            Tensor? positions = model.Embeddings.LayerPositions is { } table ? Copy(table) : null;
            directory.Layer(route[0]).Tell(new TrainForward(step.Step, i, step.Attempt, route, 0, onward, positions, micro[i].Share));
        }
    }

    private void OnForwardDone(ForwardDone forward)
    {
        if (!IsPresent(forward.Step, forward.Attempt) || forward.MicroBatch < nextForward || micro[forward.MicroBatch].Forward is not null)
        {
            forward.Release();
            return;
        }

        micro[forward.MicroBatch].Forward = forward;
        while (nextForward < started && micro[nextForward].Forward is { } next)
        {
            ApplyLoss(next, micro[nextForward]);
            micro[nextForward++].Forward = null;
        }
    }

    private void ApplyLoss(ForwardDone forward, MicroBatchState state)
    {
        Tensor gradient;
        using (Tensor activation = forward.Activation)
        using (NewDisposeScope())
        {
            Tensor hidden = activation.requires_grad_();                                                // [batch, tokens, hidden]
            Tensor loss = VitLoss.ClassLoss(model.Head.Forward(hidden), state.Labels, options.LabelSmoothing);
            using Scalar share = state.Share.ToScalar();
            (micro.Length == 1 ? loss : loss.mul(share)).backward();
            classLoss += loss.item<float>() * state.Share;
            gradient = hidden.grad!.MoveToOuterDisposeScope();
        }

        if (forward.Route.Length > 0)
            directory.Layer(forward.Route[^1])
                .Tell(new TrainBackward(forward.Step, forward.MicroBatch, forward.Attempt, forward.Route, forward.Route.Length - 1, gradient));
        else
            Self.Tell(new BackwardDone(forward.Step, forward.MicroBatch, forward.Attempt, gradient));
    }

    private void OnLayerReport(LayerReport report)
    {
        if (!IsPresent(report.Step, report.Attempt) || phase != StepPhase.Running)
        {
            report.Release();
            return;
        }

        MicroBatchState state = micro[report.MicroBatch];
        if (report.PositionLoss is { } loss)
            state.PositionLosses[report.Position] = loss;
        if (report.PositionGradient is { } gradient)
            state.PositionGradients[report.Position] = gradient;
        state.ReportsMissing--;
        FinishMicroBatches();
    }

    private void OnBackwardDone(BackwardDone backward)
    {
        if (!IsPresent(backward.Step, backward.Attempt) || phase != StepPhase.Running || backward.MicroBatch < nextBackward
            || micro[backward.MicroBatch].Backward is not null)
        {
            backward.Release();
            return;
        }

        micro[backward.MicroBatch].Backward = backward;
        FinishMicroBatches();
    }

    private void FinishMicroBatches()
    {
        // A report may come by another way than the gradient, and later.
        while (nextBackward < started && micro[nextBackward] is { ReportsMissing: 0, Backward: { } backward } state)
        {
            using (NewDisposeScope())
            {
                state.Tokens.backward([backward.Gradient]);
                if (model.Embeddings.LayerPositions is not null)
                    model.Embeddings.AccumulatePositionGradients(state.PositionGradients!);              // row i: the embedding of position i
            }

            foreach (double? loss in state.PositionLosses)
                positionLoss += (loss ?? 0) / state.PositionLosses.Length * state.Share;
            state.Dispose();
            nextBackward++;
        }

        if (nextBackward == micro.Length)
            Prepare();
        else if (nextBackward == started)
            StartMicroBatches();
    }

    private void Prepare()
    {
        (phase, micro) = (StepPhase.Preparing, []);
        squaredNorms = new double[directory.Layers.Count];
        Await();
        foreach (int layer in awaited)
            directory.Layer(layer).Tell(new PrepareStep(step.Step, step.Attempt));
    }

    private void Await()
    {
        awaited.Clear();
        awaited.UnionWith(step.Layers ?? [.. Enumerable.Range(0, directory.Layers.Count)]);
    }

    private void OnPrepared(StepPrepared prepared)
    {
        if (!IsPresent(prepared.Step, prepared.Attempt) || phase != StepPhase.Preparing || !awaited.Remove(prepared.Layer))
            return;
        squaredNorms[prepared.Layer] = prepared.SquaredNorm;
        if (awaited.Count > 0)
            return;
        gradientNorm = Math.Sqrt(optimizer.SquaredGradientNorm() + squaredNorms.Sum());
        double scale = options.MaxGradNorm > 0 ? Math.Min(1, options.MaxGradNorm / (gradientNorm + 1e-6)) : 1; // as torch's clip_grad_norm_
        phase = StepPhase.Committing; // decided
        Await();
        optimizer.Step(scale, step.LearningRate);
        commit = new CommitStep(step.Step, step.Attempt, scale, step.LearningRate);
        AskForCommit();
    }

    private void AskForCommit()
    {
        foreach (int layer in awaited)
            directory.Layer(layer).Tell(commit!);
    }

    private void OnCommitted(StepCommitted committed)
    {
        if (!IsPresent(committed.Step, committed.Attempt) || phase != StepPhase.Committing)
            return;
        awaited.Remove(committed.Layer);
        FinishStep();
    }

    private void FinishStep()
    {
        if (awaited.Count > 0)
            return;
        phase = StepPhase.Idle;
        double? position = Predicts ? positionLoss : null;
        tell(new GradientsKnown(step.Step, squaredNorms));
        tell(new StepResult(step.Step, classLoss, position, classLoss + (position ?? 0) * model.Config.PositionLossWeight, gradientNorm));
    }

    private void OnLost(LoseLayers lost)
    {
        if (phase == StepPhase.Committing)
        {
            awaited.ExceptWith(lost.Layers);
            FinishStep();
        }
        else if (phase != StepPhase.Idle && (step.Layers is null || step.Layers.Intersect(lost.Layers).Any()))
        {
            Abandon();
        }
    }

    private void OnOverdue(StepOverdue overdue)
    {
        if (!IsPresent(overdue.Step, overdue.Attempt))
            return;
        if (phase != StepPhase.Committing)
        {
            Abandon();
            return;
        }

        tell(new CommitOverdue(step.Step, step.Attempt, [.. awaited]));
        AskForCommit();
    }

    private void Abandon()
    {
        Drop();
        tell(new StepAbandoned(step.Step, step.Attempt));
    }

    private void OnAbort(AbortStep abort)
    {
        if (IsPresent(abort.Step, abort.Attempt))
            Drop();
        tell(new StepAborted(StepAborted.TheCoordinator, abort.Step, abort.Attempt));
    }

    private void Drop()
    {
        foreach (MicroBatchState state in micro)
            state?.Dispose();
        (micro, nextForward, nextBackward, started, phase) = ([], 0, 0, 0, StepPhase.Idle);
        awaited.Clear();
        optimizer.Forget();
    }

    private static Tensor Copy(Tensor source)
    {
        using Tensor detached = source.detach();
        return detached.clone();
    }
}

/// <summary>
/// One attempt at one step. Attempts are counted on and on, never anew at the next step or the next training of a cluster: the greater number is the later one,
/// also where a training was resumed from an earlier step; within one number steps follow each other.
/// </summary>
/// <param name="Step">The optimizer step.</param>
/// <param name="Attempt">The attempt's number.</param>
internal readonly record struct StepAttempt(int Step, int Attempt) : IComparable<StepAttempt>
{
    public static bool operator <(StepAttempt a, StepAttempt b) => a.CompareTo(b) < 0;

    public static bool operator >(StepAttempt a, StepAttempt b) => a.CompareTo(b) > 0;

    public int CompareTo(StepAttempt other) => Attempt != other.Attempt ? Attempt.CompareTo(other.Attempt) : Step.CompareTo(other.Step);
}

/// <summary>How far the training coordinator is with a step.</summary>
internal enum StepPhase
{
    /// <summary>There is none.</summary>
    Idle,

    /// <summary>Micro-batches are underway, forward or backward.</summary>
    Running,

    /// <summary>Every micro-batch is back; layers report their gradient norms.</summary>
    Preparing,

    /// <summary>All have prepared: the step is decided, and the layers apply it.</summary>
    Committing,
}

/// <summary>What one optimizer step came to.</summary>
/// <param name="Step">The step.</param>
/// <param name="ClassLoss">Mean classification loss of the batch.</param>
/// <param name="PositionLoss">Mean position loss over the batch and the executed positions; null where the variant has none.</param>
/// <param name="TotalLoss">What was minimised.</param>
/// <param name="GradientNorm">Global L2 norm of the gradients before clipping.</param>
public sealed record StepResult(int Step, double ClassLoss, double? PositionLoss, double TotalLoss, double GradientNorm);
