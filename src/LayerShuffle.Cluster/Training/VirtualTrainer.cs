using Akka.Actor;
using LayerShuffle.Cluster.Tensors;
using LayerShuffle.Cluster.Virtual;
using LayerShuffle.Network.Clusters;
using LayerShuffle.Network.Links;
using LayerShuffle.Network.Records;
using LayerShuffle.Network.Routing;
using LayerShuffle.Network.Time;
using LayerShuffle.Network.Trials;
using LayerShuffle.Network.Workloads;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Training;

/// <summary>Trains a model through layer actors on the virtual clock, undisturbed by network and faults.</summary>
public sealed class VirtualTrainer(VirtualActorSystem system)
{
    private const int EvaluationBatch = 50;
    private int started;

    /// <summary>Trains from the job's checkpoint, if it left one, to the last epoch.</summary>
    /// <param name="job">The model.</param>
    /// <param name="epochDone">Told of every epoch.</param>
    /// <param name="stepDone">Told of every step: done so far and in all.</param>
    /// <param name="cancellation">Stops between two steps; the last epoch's checkpoint stays.</param>
    /// <returns>A record for every epoch, those of an earlier, interrupted training included.</returns>
    public IReadOnlyList<TrainingRecord> Train(TrainingJob job, Action<TrainingRecord>? epochDone = null, Action<int, int>? stepDone = null, CancellationToken cancellation = default)
    {
        TrainingOptions options = job.Options;
        int stepsPerEpoch = (job.Data.Count + options.BatchSize - 1) / options.BatchSize, totalSteps = options.Epochs * stepsPerEpoch;
        using var parts = new TrainingParts(job.Model, options);
        List<TrainingRecord> records = [.. TrainingCheckpoint.Resume(job.CheckpointDirectory, job.Model, parts)];
        StepResult? result = null;
        IActorRef root = Start(job, parts, r => result = r, out TrainingDirectory directory, out Func<Exception?> failure);
        try
        {
            for (int epoch = records.Count; epoch < options.Epochs; epoch++)
            {
                int step = epoch * stepsPerEpoch;
                double loss = 0, classLoss = 0, positionLoss = 0, learningRate = 0;
                foreach ((Tensor pixelValues, Tensor labels) in job.Data.Epoch(options.BatchSize, job.Luck.Child("epoch").Child(epoch)))
                {
                    using Tensor pixels = pixelValues, targets = labels;
                    cancellation.ThrowIfCancellationRequested();
                    learningRate = options.LearningRateAt(step, totalSteps);
                    int[] order = TrainingOrder.Draw(job.Model.Config, job.Luck.Child("order").Child(step));
                    using DisposeScope scope = NewDisposeScope();
                    directory.Coordinator.Tell(new TrainStep(step, order, Split(pixels, targets, options.MicroBatches), learningRate));
                    result = null;
                    system.Kernel.Drain();
                    if (failure() is { } exception)
                        throw new InvalidOperationException($"Training of {job.Name}, step {step}: {exception.Message}", exception);
                    StepResult done = result ?? throw new InvalidOperationException($"Training of {job.Name}: step {step} did not end. This is a bug.");
                    if (!double.IsFinite(done.TotalLoss))
                        throw new TrainingDivergedException(job.Name, step, learningRate);
                    loss += done.TotalLoss;
                    classLoss += done.ClassLoss;
                    positionLoss += done.PositionLoss ?? 0;
                    step++;
                    stepDone?.Invoke(step, totalSteps);
                }

                int steps = step - epoch * stepsPerEpoch;
                bool predicts = job.Model.Config.Variant == Vision.ModelVariant.LayerShufflePredict;
                var record = new TrainingRecord(
                    job.Name, job.TrainingSeed, epoch + 1, step, loss / steps, classLoss / steps, predicts ? positionLoss / steps : null, learningRate,
                    Evaluate(job, OrderKind.Sequential, cancellation), Evaluate(job, OrderKind.Arbitrary, cancellation));
                records.Add(record);
                TrainingCheckpoint.Save(job.CheckpointDirectory, job.Model, parts, records);
                epochDone?.Invoke(record);
            }
        }
        finally
        {
            system.Stop(root);
        }

        return records;
    }

    /// <summary>Accuracy on the test images in training order or in random orders, by a trial on a perfect network.</summary>
    public double Evaluate(TrainingJob job, OrderKind order, CancellationToken cancellation = default)
    {
        var spec = new TrialSpec
        {
            Key = new TrialKey(0, job.Name, job.TrainingSeed, "", "evaluation", 0),
            Seed = (long)job.Luck.Child("evaluation").Bits,
            Network = NetworkSpec.Perfect,
            Faults = [],
            Cluster = new ClusterSpec([new NodeSpec("node-1", ComputeTimeSpec.Zero, 1, null)], PlacementSpec.RoundRobin),
            Routing = new RoutingSpec { Order = order, Timeout = Duration.FromSeconds(1) },
            Workload = new WorkloadSpec(null, EvaluationBatch, new ArrivalSpec(ArrivalKind.Closed, 1, 0), Duration.FromSeconds(1)),
            TraceRequests = 0,
        };
        TrialRecord trial = new VirtualTrialRunner(system).Run(spec, new TensorTrialModel(job.Model, job.Test), job.Test.Count, null, cancellation);
        return (double)trial.Requests.Sum(r => r.Correct ?? 0) / trial.Requests.Sum(r => r.Images);
    }

    private static List<(Tensor PixelValues, Tensor Labels)> Split(Tensor pixels, Tensor labels, int microBatches)
    {
        if (microBatches <= 1)
            return [(pixels, labels)];
        Tensor[] images = pixels.chunk(microBatches), targets = labels.chunk(microBatches);
        return [.. images.Zip(targets)];
    }

    private IActorRef Start(TrainingJob job, TrainingParts parts, Action<StepResult> done, out TrainingDirectory directory, out Func<Exception?> failure)
    {
        var entered = new TrainingDirectory();
        Exception? first = null;
        Action<Exception> failed = exception => first ??= exception;
        Props props = Props.Create(() => new TrainingRootActor(job, parts, entered, done, failed));
        IActorRef root = system.System.ActorOf(props, $"training-{job.Name}-{started++}-{job.TrainingSeed}");
        system.Kernel.Drain();
        directory = entered;
        failure = () => first;
        return root;
    }
}
