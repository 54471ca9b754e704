using LayerShuffle.Actors.Models;
using LayerShuffle.Actors.Training;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Trials;
using LayerShuffle.Runs.Backends;
using LayerShuffle.Runs.Failures;

namespace LayerShuffle.Runs.Repeating;

/// <summary>
/// Runs every trial twice, the second time with a model that remembers no answer, and compares them event by event. The rows are those of the first time; a
/// trial whose second telling differs leaves none.
/// </summary>
/// <param name="backend">Runs them.</param>
/// <param name="folder">Where the events of the first time are kept meanwhile.</param>
internal sealed class RepeatingBackend(VirtualBackend backend, string folder) : IRunBackend
{
    public string Status => backend.Status;

    public ComputePlace Place => backend.Place;

    public IReadOnlyList<TrainingRecord> Train(TrainingJob job, bool faults, Action<TrainingRecord> epochDone, Action<int, int> stepDone,
        Action<string> disturbed, TrainingAccount account, CancellationToken cancellation) =>
        backend.Train(job, faults, epochDone, stepDone, disturbed, account, cancellation);

    public TrialRecord Run(TrialSpec spec, ITrialModel model, TrainedModel? trained, int images, Action<RequestRecord> progress,
        Action<LedgerEntry>? struck, ITrialRows rows, CancellationToken cancellation)
    {
        using var events = new EventFile(folder);
        try
        {
            backend.Told = events.Write;
            TrialRecord record = backend.Run(spec, model, trained, images, progress, struck, rows, cancellation);
            events.Rewind();
            Again(events, spec, (model as RememberingTrialModel)?.Forgotten() ?? model, trained, images, cancellation);
            return record;
        }
        finally
        {
            backend.Told = null;
        }
    }

    public void Dispose() => backend.Dispose();

    private void Again(EventFile events, TrialSpec spec, ITrialModel model, TrainedModel? trained, int images, CancellationToken cancellation)
    {
        var comparison = new Comparison(events.Read);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        backend.Told = (at, what) =>
        {
            if (!comparison.Hears(at, what))
                stop.Cancel(); // an exception from here would be the actor's who told it
        };
        try
        {
            backend.Run(spec, model, trained, images, _ => { }, null, new NoRows(), stop.Token);
            comparison.Ends();
        }
        catch (OperationCanceledException) when (comparison.Difference is not null)
        {
            // said below
        }

        if (comparison.Difference is { } difference)
            throw new NotRepeatedException($"Trial {spec.Key.Trial} was run twice, and did not do the same twice: {difference} This is a bug, please "
                + "report it.");
    }

    private sealed class NoRows : ITrialRows
    {
        public void Add(RequestRecord request)
        {
        }

        public void Add(HopRecord hop)
        {
        }
    }
}
