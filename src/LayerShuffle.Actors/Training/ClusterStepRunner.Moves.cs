namespace LayerShuffle.Actors.Training;

/// <content>Layers that move between living hosts.</content>
internal sealed partial class ClusterStepRunner
{
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
