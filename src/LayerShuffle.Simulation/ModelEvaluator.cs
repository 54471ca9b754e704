using LayerShuffle.Actors.Models;
using LayerShuffle.Actors.Training;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Time;
using LayerShuffle.Core.Trials;
using LayerShuffle.Core.Workloads;

namespace LayerShuffle.Simulation;

/// <summary>Measures accuracies by a trial on a perfect network: the same actors as any trial, on the virtual clock.</summary>
/// <param name="system">Where the trials run.</param>
/// <param name="threads">Computing threads; null leaves them as they are.</param>
/// <param name="log">Told in a sentence of answers that are no numbers.</param>
public sealed class ModelEvaluator(VirtualActorSystem system, int? threads = null, Action<string>? log = null) : IModelEvaluator
{
    private const int Batch = 50;

    /// <inheritdoc/>
    public double Evaluate(TrainingJob job, OrderKind order, CancellationToken cancellation = default)
    {
        TorchThreads.Use(threads);
        var spec = new TrialSpec
        {
            Key = new TrialKey(0, job.Name, job.TrainingSeed, "", "evaluation", 0),
            Seed = (long)job.Luck.Child("evaluation").Bits,
            Network = NetworkSpec.Perfect,
            Faults = [],
            Cluster = new ClusterSpec([new NodeSpec("node-1", ComputeTimeSpec.Zero, 1, null)], PlacementSpec.RoundRobin),
            Routing = new RoutingSpec { Order = order, Timeout = Duration.FromSeconds(1) },
            Workload = new WorkloadSpec(null, Batch, new ArrivalSpec(ArrivalKind.Closed, 1, 0), Duration.FromSeconds(1)),
            TraceRequests = 0,
        };
        TrialRecord trial = new VirtualTrialRunner(system).Run(spec, new TensorTrialModel(job.Model, job.Test), job.Test.Count, null, cancellation);
        int notFinite = trial.Requests.Sum(r => r.NotFinite);
        if (notFinite > 0)
            log?.Invoke($"warning: {notFinite} of {trial.Requests.Sum(r => r.Images)} answers in "
                + $"{(order == OrderKind.Sequential ? "training order" : "random orders")} hold NaN or infinity; they count as wrong");
        return (double)trial.Requests.Sum(r => r.Correct ?? 0) / trial.Requests.Sum(r => r.Images);
    }
}
