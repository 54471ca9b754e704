using LayerShuffle.Actors.Models;
using LayerShuffle.Actors.Training;
using LayerShuffle.Core.Metrics;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Time;
using LayerShuffle.Core.Trials;
using LayerShuffle.Simulation;

namespace LayerShuffle.Runs.Backends;

/// <summary>The virtual clock: one process, one thread, deterministic. Trainings side by side have a thread and a virtual actor system each.</summary>
/// <param name="place">Where it computes.</param>
/// <param name="say">Told in sentences what a training meets.</param>
internal sealed class VirtualBackend(ComputePlace place, Action<string> say) : IRunBackend
{
    private readonly VirtualActorSystem system = new();
    private int trainings; // that are going on

    /// <summary>Told in words of everything that happens in a trial; null: nobody is.</summary>
    public Action<Instant, string>? Told { get; set; }

    public string Status => "";

    public ComputePlace Place => place;

    public IReadOnlyList<TrainingRecord> Train(TrainingJob job, bool faults, Action<TrainingRecord> epochDone, Action<int, int> stepDone,
        Action<string> disturbed, TrainingAccount account, CancellationToken cancellation)
    {
        try
        {
            if (Interlocked.Increment(ref trainings) == 1)
                return Train(system);
            using var own = new VirtualActorSystem();
            return Train(own);
        }
        finally
        {
            Interlocked.Decrement(ref trainings);
        }

        IReadOnlyList<TrainingRecord> Train(VirtualActorSystem host) =>
            new VirtualTrainer(host, line => say($"{job.Name}: {line}")).Train(job, epochDone, stepDone, cancellation);
    }

    public TrialRecord Run(TrialSpec spec, ITrialModel model, TrainedModel? trained, int images, Action<RequestRecord> progress,
        Action<LedgerEntry>? struck, ITrialRows rows, CancellationToken cancellation) =>
        new VirtualTrialRunner(system) { Metered = ClusterMetrics.IsWatched, Told = Told, Struck = struck }
            .Run(spec, model, images, progress, cancellation, rows);

    public void Dispose() => system.Dispose();
}
