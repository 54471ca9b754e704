using LayerShuffle.Core.Metrics;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Routing;
using static TorchSharp.torch;

namespace LayerShuffle.Actors.Training;

/// <summary>Epochs, learning rates, orders, records and checkpoints: what training is, whoever carries out its steps.</summary>
/// <param name="job">The model.</param>
/// <param name="parts">Its optimizers.</param>
/// <param name="runner">Carries out the steps.</param>
/// <param name="evaluator">Measures accuracies.</param>
public sealed class TrainingLoop(TrainingJob job, TrainingParts parts, IStepRunner runner, IModelEvaluator evaluator)
{
    private readonly TrainingOptions options = job.Options;
    private readonly int stepsPerEpoch = StepsPerEpoch(job);

    /// <summary>Steps of an epoch, the last of which may have fewer images.</summary>
    public static int StepsPerEpoch(TrainingJob job) => (job.Data.Count + job.Options.BatchSize - 1) / job.Options.BatchSize;

    /// <summary>Trains from where the progress stands to the last epoch. On the virtual clock the task is complete when it is returned.</summary>
    public async Task<IReadOnlyList<TrainingRecord>> RunAsync(
        TrainingProgress progress, Action<TrainingRecord>? epochDone, Action<int, int>? stepDone, CancellationToken cancellation)
    {
        for (int epoch = progress.Records.Count; epoch < options.Epochs; epoch++)
        {
            progress = await RunEpochAsync(progress, epoch, stepDone, cancellation).ConfigureAwait(false);
            int steps = progress.EpochSteps, step = epoch * stepsPerEpoch + steps;
            await runner.CollectAsync(step, cancellation).ConfigureAwait(false);
            bool predicts = job.Model.Config.Variant == ModelVariant.LayerShufflePredict;
            var record = new TrainingRecord(
                job.Name, job.TrainingSeed, epoch + 1, step, progress.Loss / steps, progress.ClassLoss / steps, predicts ? progress.PositionLoss / steps : null,
                    progress.LearningRate,
                evaluator.Evaluate(job, OrderKind.Sequential, cancellation), evaluator.Evaluate(job, OrderKind.Arbitrary, cancellation));
            progress = new TrainingProgress([.. progress.Records, record]);
            job.EpochTrained?.Invoke(record);
            if (options.CheckpointEpochs > 0 && ((epoch + 1) % options.CheckpointEpochs == 0 || epoch + 1 == options.Epochs))
                TrainingCheckpoint.Save(job, parts, progress);
            epochDone?.Invoke(record);
        }

        return progress.Records;
    }

    private async Task<TrainingProgress> RunEpochAsync(TrainingProgress progress, int epoch, Action<int, int>? stepDone, CancellationToken cancellation)
    {
        int totalSteps = options.Epochs * stepsPerEpoch, passed = 0, done = progress.EpochSteps;
        foreach ((Tensor pixelValues, Tensor labels) in job.Data.Epoch(options.BatchSize, job.Luck.Child("epoch").Child(epoch)))
        {
            using Tensor pixels = pixelValues, targets = labels;
            cancellation.ThrowIfCancellationRequested();
            if (passed++ < done)
                continue; // trained on before the checkpoint
            int step = epoch * stepsPerEpoch + progress.EpochSteps;
            double learningRate = options.LearningRateAt(step, totalSteps);
            int[] order = TrainingOrder.Draw(job.Model.Config, job.Luck.Child("order").Child(step));
            StepResult result = await RunStepAsync(step, order, pixels, targets, learningRate, cancellation).ConfigureAwait(false);
            ClusterMetrics.TrainingStep(result.TotalLoss);
            if (!double.IsFinite(result.TotalLoss))
                throw new TrainingDivergedException(job.Name, step, learningRate);
            progress = progress with
            {
                EpochSteps = progress.EpochSteps + 1,
                Loss = progress.Loss + result.TotalLoss,
                ClassLoss = progress.ClassLoss + result.ClassLoss,
                PositionLoss = progress.PositionLoss + (result.PositionLoss ?? 0),
                LearningRate = learningRate,
            };
            step++;
            if (options.CheckpointSteps > 0 && step % options.CheckpointSteps == 0 && progress.EpochSteps < stepsPerEpoch)
            {
                await runner.CollectAsync(step, cancellation).ConfigureAwait(false);
                TrainingCheckpoint.Save(job, parts, progress);
            }

            stepDone?.Invoke(step, totalSteps);
        }

        return progress;
    }

    private async Task<StepResult> RunStepAsync(int step, int[] order, Tensor pixels, Tensor labels, double learningRate, CancellationToken cancellation)
    {
        if (options.MicroBatches <= 1)
            return await runner.RunAsync(new TrainStep(step, 0, order, [(pixels, labels)], learningRate), cancellation).ConfigureAwait(false);
        Tensor[] images = pixels.chunk(options.MicroBatches), targets = labels.chunk(options.MicroBatches);
        try
        {
            return await runner.RunAsync(new TrainStep(step, 0, order, [.. images.Zip(targets)], learningRate), cancellation).ConfigureAwait(false);
        }
        finally
        {
            foreach (Tensor part in images.Concat(targets))
                part.Dispose();
        }
    }
}

/// <summary>The loss is no longer a finite number.</summary>
public sealed class TrainingDivergedException(string model, int step, double learningRate)
    : Exception(FormattableString.Invariant($"Training of `{model}` diverged at step {step}: the loss is not a finite number. Lower ")
        + FormattableString.Invariant($"training.learning_rate (it was {learningRate:R} there) or training.max_grad_norm."));

/// <summary>How far a training has come: what a checkpoint holds beside weights and optimizer state.</summary>
/// <param name="Records">Epochs that are complete.</param>
/// <param name="EpochSteps">Steps done of the epoch after them, 0 at its beginning.</param>
/// <param name="Loss">Sum of the total losses of those steps.</param>
/// <param name="ClassLoss">Sum of their classification losses.</param>
/// <param name="PositionLoss">Sum of their position losses.</param>
/// <param name="LearningRate">Learning rate of the last of them.</param>
public sealed record TrainingProgress(
    IReadOnlyList<TrainingRecord> Records, int EpochSteps = 0, double Loss = 0, double ClassLoss = 0, double PositionLoss = 0, double LearningRate = 0)
{
    /// <summary>Nothing done yet.</summary>
    public static TrainingProgress None { get; } = new([]);
}

/// <summary>Decay of the learning rate after warm-up, in Hugging Face's names.</summary>
public enum LrScheduler
{
    /// <summary>Half a cosine down to 0.</summary>
    Cosine,

    /// <summary>Linearly down to 0.</summary>
    Linear,

    /// <summary>No decay.</summary>
    Constant,
}
