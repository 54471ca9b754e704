namespace LayerShuffle.Actors.Training;

/// <summary>What a training sees of the cluster that hosts its layers: which are lost, and how to have them hosted again.</summary>
public interface ITrainingCluster
{
    /// <summary>Who hosts which layer. Entries change when layers are lost and restored; the trainer enters the coordinator.</summary>
    TrainingDirectory Directory { get; }

    /// <summary>Layer ids whose host died, on any thread; told before <see cref="RestoreAsync"/> has them hosted again. More than once does no harm.</summary>
    event Action<IReadOnlyList<int>>? LayersLost;

    /// <summary>The cluster cannot go on, on any thread: an exception that says why. It ends the training. Who subscribes is told of what was before.</summary>
    event Action<Exception>? Failed
    {
        add { } // a cluster that never fails as a whole
        remove { }
    }

    /// <summary>
    /// Has layers hosted again, by respawning their host or by another one, and enters their fresh actors in the directory, whose first message will be an
    /// <see cref="ImportState"/>. Asked for a layer that is still hosted (one that does not answer), it ends that host.
    /// </summary>
    /// <param name="layers">Layer ids, ascending.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Those that are hosted again; the others stay away, and the trainer asks for them again at the next loss and the next checkpoint.</returns>
    Task<IReadOnlyList<int>> RestoreAsync(IReadOnlyList<int> layers, CancellationToken cancellation);

    /// <summary>What layers get whose weights are gone; null: those of the last checkpoint, as all others do.</summary>
    Core.Faults.LayerRestoration? Restoration => null;

    /// <summary>Those of some lost layers whose weights have gone with their host, or with a fault that takes them. Each loss is told of once.</summary>
    /// <param name="layers">Layer ids.</param>
    IReadOnlyList<int> TakeWithoutWeights(IReadOnlyList<int> layers) => [];

    /// <summary>
    /// Layers that are to live elsewhere: their host wants to leave, or a node has come whose share they are. Asked for between two steps; empty where nothing
    /// changes.
    /// </summary>
    IReadOnlyList<int> LayersToMove { get; }

    /// <summary>
    /// Has layers hosted by others than before, tells everybody, and enters the fresh actors in the directory, whose first message will be an
    /// <see cref="ImportState"/>. Nothing of a step is underway, and the trainer has the layers' present states.
    /// </summary>
    /// <param name="layers">Layer ids, ascending, of <see cref="LayersToMove"/>.</param>
    /// <param name="stepsDone">Steps done so far.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Those that wait for their states at a new host; the others are where they were, or <see cref="LayersLost"/> tells of them.</returns>
    Task<IReadOnlyList<LayerMove>> MoveAsync(IReadOnlyList<int> layers, int stepsDone, CancellationToken cancellation);
}

/// <summary>
/// A layer that has another host than before, between two steps: it has taken its weights and its optimizer's state along, and no step is lost or repeated.
/// </summary>
/// <param name="Layer">The layer.</param>
/// <param name="From">The host's name before.</param>
/// <param name="To">The host's name now.</param>
/// <param name="Step">Steps done by then, which its weights have seen.</param>
public sealed record LayerMove(int Layer, string From, string To, int Step)
{
    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"Layer {Layer} has moved from {From} to {To} with its weights after step {Step}.");
}

/// <summary>An attempt at a step was abandoned, and the step is repeated.</summary>
/// <param name="Step">The step.</param>
/// <param name="Attempt">The number of the attempt that begins, from 1.</param>
public sealed record StepRepeated(int Step, int Attempt)
{
    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"Step {Step} was abandoned and is repeated (attempt {Attempt}).");
}

/// <summary>What became of a layer that was lost.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Step">Steps done by then.</param>
/// <param name="StateStep">Steps that its weights have seen: those of the last checkpoint.</param>
/// <param name="Hosted">Whether it is hosted again; else the training goes on without it.</param>
public sealed record LayerRestoration(int Layer, int Step, int StateStep, bool Hosted)
{
    /// <summary>Where its weights come from, where those of the checkpoint were not to be had; null: from there.</summary>
    public string? From { get; init; }

    /// <summary>How many steps its weights are behind the others.</summary>
    public int Age => Step - StateStep;

    /// <inheritdoc/>
    public override string ToString()
    {
        if (From is { } from)
        {
            return Hosted
                ? FormattableString.Invariant($"Layer {Layer} was lost with its weights and is hosted again: it has new ones ({from}) at step {Step}.")
                : FormattableString.Invariant($"Layer {Layer} was lost with its weights at step {Step} and stays away, as nothing restores them ({from}).");
        }

        string weights =
            FormattableString.Invariant($"its weights are those after step {StateStep}, {Age} {(Age == 1 ? "step" : "steps")} behind the others ")
            + FormattableString.Invariant($"at step {Step}");
        return Hosted
            ? FormattableString.Invariant($"Layer {Layer} was lost and is hosted again: {weights}.")
            : FormattableString.Invariant($"Layer {Layer} was lost and stays away: {weights}, and the training goes on without it.");
    }
}
