using System.Threading.Channels;
using Akka.Actor;
using LayerShuffle.Actors.Guarding;
using LayerShuffle.Actors.Models;
using LayerShuffle.Core;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Vision.Model;

namespace LayerShuffle.Actors.Training;

/// <summary>Carries out the steps of a training loop: on the virtual clock, or over a cluster that loses layers.</summary>
public interface IStepRunner
{
    /// <summary>Does a step, whatever it takes. The step's tensors are free when the task is done, also where it failed or was cancelled.</summary>
    Task<StepResult> RunAsync(TrainStep step, CancellationToken cancellation);

    /// <summary>Whether the layers train in the job's model itself, so that it has their weights after every step.</summary>
    bool TrainsInPlace { get; }

    /// <summary>Brings the layers' weights and optimizer state into the job's model and the parts.</summary>
    /// <param name="stepsDone">Steps done so far.</param>
    /// <param name="cancellation">Gives up.</param>
    Task CollectAsync(int stepsDone, CancellationToken cancellation);
}

/// <summary>
/// Carries out steps over a cluster that loses layers. Everything that happens, on whatever thread, goes through one queue and is dealt with here, one thing
/// after the other.
/// </summary>
/// <param name="cluster">Hosts the layers.</param>
/// <param name="job">The model.</param>
/// <param name="parts">Its optimizers; those of the layers hold the states last collected.</param>
/// <param name="options">Timeouts.</param>
/// <param name="time">Their clock.</param>
/// <param name="tell">Told of what happened: sentences and <see cref="LayerRestoration"/>s.</param>
internal sealed class ClusterStepRunner(ITrainingCluster cluster, TrainingJob job, TrainingParts parts, ClusterTrainerOptions options,
    TimeProvider time, Action<object> tell)
    : IStepRunner, IAsyncDisposable
{
    private readonly Channel<object> news = Channel.CreateUnbounded<object>();
    private readonly SortedSet<int> hosted = [], lost = [], away = [], forgone = []; // every layer is in one of them
    private readonly SortedSet<int> bare = []; // of the lost: those whose weights are gone too
    private double[] norms = [.. Enumerable.Repeat(1.0, job.Model.Layers.Count)]; // squared, of the gradients of the last step
    private readonly byte[][] states = new byte[job.Model.Layers.Count][];
    private readonly int[] stateSteps = new int[job.Model.Layers.Count];
    private IActorRef root = ActorRefs.Nobody;
    private ActorGuard? guard;
    private int requests, attempt;

    /// <inheritdoc/>
    public bool TrainsInPlace => false;

    private TrainingDirectory Directory => cluster.Directory;

    /// <summary>Starts the coordinator and gives every layer its weights.</summary>
    public async Task StartAsync(ActorSystem system, string name, int stepsDone, CancellationToken cancellation)
    {
        Action<object> happened = Happened;
        ActorGuard watch = guard = new ActorGuard(system, Happened);
        (VisionTransformer model, TrainingOptions how, PartOptimizer optimizer, TrainingDirectory directory, int? threads) =
            (job.Model, job.Options, parts.Coordinator, Directory, options.Threads);
        attempt = Directory.NextAttempt();
        cluster.LayersLost += OnLayersLost;
        cluster.Failed += Happened;
        root = system.ActorOf(Props.Create(() => new TrainingCoordinatorHost(model, how, optimizer, directory, happened, watch, threads)), name);
        guard.Watch(root, "The root of the training's actors");
        await root.Ask<ActorIdentity>(new Identify(null), options.AnswerTimeout, cancellation).ConfigureAwait(false); // its children exist now
        TorchThreads.Use(options.Threads);
        for (int layer = 0; layer < states.Length; layer++)
        {
            states[layer] = LayerStateFormat.Write(model.Layers[layer], parts.Layers[layer], stepsDone - 1);
            stateSteps[layer] = stepsDone;
            (layer < Directory.Layers.Count && !Directory.Layer(layer).IsNobody() ? hosted : lost).Add(layer);
        }

        await ImportAsync([.. hosted], cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<StepResult> RunAsync(TrainStep step, CancellationToken cancellation)
    {
        for (int tries = 1; tries <= options.MostAttempts; tries++)
        {
            await RestoreAsync(step.Step, cancellation).ConfigureAwait(false);
            await MoveAsync(step.Step, cancellation).ConfigureAwait(false);
            await RestoreAsync(step.Step, cancellation).ConfigureAwait(false); // lost while others moved
            if (hosted.Count == 0)
                throw new TrainingInterruptedException(job.Name, step.Step, "no layer is hosted any more.");
            TrainStep next = step with
            {
                Attempt = attempt,
                Route = [.. step.Route.Where(hosted.Contains)],
                Routes = step.Routes?.Select(route => route.Where(hosted.Contains).ToArray()).ToArray(),
                Layers = [.. hosted],
            };
            if (await AttemptAsync(next, cancellation).ConfigureAwait(false) is { } result)
                return result;
            tell(new StepRepeated(step.Step, tries + 1));
            int over = attempt;
            attempt = Directory.NextAttempt();
            await AskAsync([.. hosted], layer => new AbortStep(step.Step, over), answer => answer is StepAborted a && a.Attempt == over ? a.Layer : null,
                cancellation)
                .ConfigureAwait(false);
        }

        throw new TrainingInterruptedException(job.Name, step.Step, FormattableString.Invariant($"{options.MostAttempts} attempts at it failed."));
    }

    /// <inheritdoc/>
    public async Task CollectAsync(int stepsDone, CancellationToken cancellation)
    {
        // one that dies while it is asked is restored and asked again: nobody falls behind by more than a checkpoint
        for (int tries = 0; tries == 0 || (lost.Count > 0 && tries < options.MostAttempts); tries++)
        {
            await RestoreAsync(stepsDone, cancellation).ConfigureAwait(false); // lost while the last step was committed
            await ExportAsync([.. hosted], stepsDone, cancellation).ConfigureAwait(false);
        }

        lost.UnionWith(away); // ask for them again
        away.Clear();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        cluster.LayersLost -= OnLayersLost;
        cluster.Failed -= Happened;
        guard?.Dispose();
        try
        {
            await root.GracefulStop(options.AnswerTimeout).ConfigureAwait(false); // before the optimizers go
        }
        catch (TaskCanceledException)
        {
            tell("The training coordinator did not end in time.");
        }
    }

    private void OnLayersLost(IReadOnlyList<int> layers) => Happened(new LoseLayers([.. layers]));

    private void Happened(object what) => news.Writer.TryWrite(what);

    /// <summary>One attempt; null if it was abandoned. The coordinator holds nothing of the step when it returns or throws.</summary>
    private async Task<StepResult?> AttemptAsync(TrainStep step, CancellationToken cancellation)
    {
        Directory.Coordinator.Tell(step);
        try
        {
            return await OutcomeAsync(step, cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            foreach (int layer in hosted)
                Directory.Layer(layer).Tell(new AbortStep(step.Step, step.Attempt));
            Directory.Coordinator.Tell(new AbortStep(step.Step, step.Attempt));
            await ReadUntilAsync(answer => answer is StepAborted { Layer: StepAborted.TheCoordinator }, options.AnswerTimeout, CancellationToken.None)
                .ConfigureAwait(false);
            throw;
        }
    }

    private async Task<StepResult?> OutcomeAsync(TrainStep step, CancellationToken cancellation)
    {
        StepResult? result = null;
        SortedSet<int> silent = [];
        bool answered = true;
        while (true)
        {
            bool ended = await ReadUntilAsync(
                what =>
                {
                    answered |= what is CommitOverdue or StepAbandoned;
                    if (what is CommitOverdue overdue)
                    {
                        if (silent.SetEquals(overdue.Layers)) // asked twice
                            Lose(overdue.Layers);
                        silent = [.. overdue.Layers];
                    }

                    result = what is StepResult done && done.Step == step.Step ? done : null;
                    return result is not null || (what is StepAbandoned abandoned && abandoned.Step == step.Step && abandoned.Attempt == step.Attempt);
                },
                options.StepTimeout,
                cancellation).ConfigureAwait(false);
            if (ended)
                return result;
            if (!answered)
                throw new TrainingInterruptedException(job.Name, step.Step,
                    FormattableString.Invariant($"the training coordinator has not answered for {options.StepTimeout.TotalSeconds:0.#} s."));
            answered = false;
            tell(FormattableString.Invariant($"Step {step.Step} takes longer than {options.StepTimeout.TotalSeconds:0.#} s."));
            Directory.Coordinator.Tell(new StepOverdue(step.Step, step.Attempt));
        }
    }

    /// <summary>Has the lost layers hosted again, as far as they can be, and gives them the weights of the last checkpoint.</summary>
    private async Task RestoreAsync(int step, CancellationToken cancellation)
    {
        Catch();
        for (int attempt = 0; lost.Count > 0; attempt++)
        {
            if (attempt == options.MostAttempts)
                throw new TrainingInterruptedException(job.Name, step, $"layers {string.Join(", ", lost)} were lost as often as they were restored.");
            int[] wanted = [.. lost];
            IReadOnlyList<int> back = await cluster.RestoreAsync(wanted, cancellation).ConfigureAwait(false);
            Catch(); // what is told by now of these layers is their former hosts' end
            bare.UnionWith(cluster.TakeWithoutWeights(wanted));
            lost.ExceptWith(wanted);
            hosted.UnionWith(back);
            away.UnionWith(wanted.Except(back));
            int[] renewed = [.. back.Where(bare.Contains)];
            if (renewed.Length > 0)
                await RenewAsync(renewed, step, cancellation).ConfigureAwait(false);
            await ImportAsync([.. back.Except(forgone)], cancellation).ConfigureAwait(false);
            foreach (int layer in wanted.Where(layer => !lost.Contains(layer)))
                tell(new LayerRestoration(layer, step, stateSteps[layer], hosted.Contains(layer))
                {
                    From = renewed.Contains(layer) ? cluster.Restoration?.Word : null,
                });
            bare.ExceptWith(renewed.Where(layer => !lost.Contains(layer)));
        }
    }

    /// <summary>
    /// Makes the weights of layers that have lost theirs, out of what their neighbours have by now, and with an optimizer that has seen nothing; or leaves them
    /// out for good. Where no neighbour has any, those of the last checkpoint must do.
    /// </summary>
    private async Task RenewAsync(IReadOnlyList<int> layers, int step, CancellationToken cancellation)
    {
        if (cluster.Restoration is not { } restoration)
            return;
        TorchThreads.Use(options.Threads);
        var substitutes = new LayerSubstitutes(job.Model, restoration, job.Luck, () => norms);
        if (restoration.Kind == RestoreKind.None)
        {
            foreach (int layer in layers)
                Take(layer, () => substitutes.MakeNothing(layer), step); // what is gone is not in the model
            forgone.UnionWith(layers);
            hosted.ExceptWith(layers);
            return;
        }

        int[] gone = [.. bare.Union(lost).Union(away).Union(forgone).Order()];
        IReadOnlyList<int> restorable = restoration.Restorable(layers, gone);
        int[] sources = [.. restorable.SelectMany(layer => restoration.Sources(layer, gone)).Where(hosted.Contains).Distinct().Order()];
        await ExportAsync(sources, step, cancellation).ConfigureAwait(false); // the job's model has their present weights then
        TorchThreads.Use(options.Threads);
        foreach (int layer in restorable)
        {
            Take(layer, () => substitutes.Make(layer, gone), step);
            stateSteps[layer] = step;
        }
    }

    private void Take(int layer, Func<EncoderLayer> make, int step)
    {
        using EncoderLayer made = make();
        using PartOptimizer fresh = PartOptimizer.Of(made, job.Options);
        states[layer] = LayerStateFormat.Write(made, fresh, step - 1);
        LayerStateFormat.Read(states[layer], job.Model.Layers[layer], parts.Layers[layer], $"the new state of layer {layer}");
    }

    private void Catch()
    {
        while (news.Reader.TryRead(out object? what))
            Deal(what);
    }

    private Task ImportAsync(IReadOnlyList<int> layers, CancellationToken cancellation)
    {
        int request = requests++;
        return AskAsync(
            layers, layer => new ImportState(request, layer, states[layer]), answer => answer is StateImported imported && imported.Id == request
                ? imported.Layer : null, cancellation);
    }

    /// <summary>Asks layers and waits until each has answered or is lost; those that are silent for too long are lost.</summary>
    private async Task AskAsync(IReadOnlyList<int> layers, Func<int, object> question, Func<object, int?> answerOf, CancellationToken cancellation)
    {
        SortedSet<int> open = [.. layers];
        foreach (int layer in layers)
            Directory.Layer(layer).Tell(question(layer));
        while (open.RemoveWhere(layer => !hosted.Contains(layer)) >= 0 && open.Count > 0)
        {
            bool answered = await ReadUntilAsync(
                what =>
                {
                    if (answerOf(what) is { } layer)
                        open.Remove(layer);
                    return open.All(other => !hosted.Contains(other));
                },
                options.AnswerTimeout,
                cancellation).ConfigureAwait(false);
            if (answered)
                continue;
            tell($"Layers {string.Join(", ", open)} do not answer; they count as lost.");
            Lose(open);
        }
    }

    /// <summary>Deals with what happens until the condition holds; false if it took too long.</summary>
    private async Task<bool> ReadUntilAsync(Func<object, bool> condition, TimeSpan timeout, CancellationToken cancellation)
    {
        using var overdue = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(overdue.Token, cancellation);
        while (true)
        {
            object what;
            try
            {
                what = await news.Reader.ReadAsync(either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                return false;
            }

            Deal(what);
            if (condition(what))
                return true;
        }
    }

    private void Deal(object what)
    {
        if (what is ClusterException reason)
            throw new ClusterException($"Training of {job.Name}: {reason.Message}", reason);
        if (what is Exception exception)
            throw new InvalidOperationException($"Training of {job.Name}: {exception.Message}", exception);
        if (what is LoseLayers gone)
            Lose(gone.Layers);
        else if (what is GradientsKnown known)
            norms = [.. known.Squared];
    }

    private void Lose(IReadOnlyCollection<int> layers)
    {
        int[] gone = [.. layers.Where(hosted.Contains)];
        if (gone.Length == 0)
            return;
        hosted.ExceptWith(gone);
        lost.UnionWith(gone);
        lost.UnionWith(away); // a moment to ask for them again
        away.Clear();
        Directory.Coordinator.Tell(new LoseLayers(gone));
    }

    /// <summary>
    /// Moves the layers that are to live elsewhere; nothing of a step is underway. Their states are fetched first and kept as those of a checkpoint are:
    /// whichever host dies meanwhile, what is restored is not older than this.
    /// </summary>
    private async Task MoveAsync(int stepsDone, CancellationToken cancellation)
    {
        Catch();
        int[] wanted = [.. cluster.LayersToMove.Where(hosted.Contains)];
        if (wanted.Length == 0)
            return;
        await ExportAsync(wanted, stepsDone, cancellation).ConfigureAwait(false);
        IReadOnlyList<LayerMove> moves = await cluster.MoveAsync([.. wanted.Where(hosted.Contains)], stepsDone, cancellation).ConfigureAwait(false);
        Catch(); // a new host that has died by now is told before it is asked
        await ImportAsync([.. moves.Select(move => move.Layer).Where(hosted.Contains)], cancellation).ConfigureAwait(false);
        foreach (LayerMove move in moves.Where(move => hosted.Contains(move.Layer)))
            tell(move);
    }

    /// <summary>Brings layers' states into the job's model and the parts; those that die or stay silent are lost.</summary>
    private async Task ExportAsync(IReadOnlyList<int> layers, int stepsDone, CancellationToken cancellation)
    {
        int request = requests++;
        List<LayerState> collected = [];
        await AskAsync(
            layers,
            layer => new ExportState(request),
            answer =>
            {
                if (answer is not LayerState state || state.Id != request)
                    return null;
                collected.Add(state);
                return state.Layer;
            },
            cancellation).ConfigureAwait(false);
        TorchThreads.Use(options.Threads);
        foreach (LayerState state in collected)
        {
            LayerStateFormat.Read(state.Bytes, job.Model.Layers[state.Layer], parts.Layers[state.Layer], $"the state of layer {state.Layer}");
            (states[state.Layer], stateSteps[state.Layer]) = (state.Bytes, stepsDone);
        }
    }
}
