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
    private readonly TrainingOutline outline = TrainingOutline.Of(job);
    private readonly int stepsPerEpoch = StepsPerEpoch(job);
    private TrainingProgress present = TrainingProgress.None, saved = TrainingProgress.None;

    /// <summary>Steps of an epoch, the last of which may have fewer images.</summary>
    public static int StepsPerEpoch(TrainingJob job) => TrainingOutline.Of(job).StepsPerEpoch;

    /// <summary>Trains from where the progress stands to the last epoch. On the virtual clock the task is complete when it is returned.</summary>
    public async Task<IReadOnlyList<TrainingRecord>> RunAsync(
        TrainingProgress progress, Action<TrainingRecord>? epochDone, Action<int, int>? stepDone, CancellationToken cancellation)
    {
        present = saved = progress;
        try
        {
            while (!TrainingCourse.IsOver(options, present.Records))
            {
                int epoch = present.Records.Count;
                await RunEpochAsync(epoch, stepDone, cancellation).ConfigureAwait(false);
                await runner.CollectAsync(epoch * stepsPerEpoch + present.EpochSteps, cancellation).ConfigureAwait(false);
                TrainingRecord record = EndEpoch(epoch, cancellation);
                bool over = TrainingCourse.IsOver(options, present.Records);
                if (options.CheckpointEpochs > 0 && ((epoch + 1) % options.CheckpointEpochs == 0 || over))
                    Save();
                epochDone?.Invoke(record);
            }
        }
        catch (OperationCanceledException) when (runner.TrainsInPlace)
        {
            SaveInterrupted();
            throw;
        }

        Finish(job, parts);
        return present.Records;
    }

    /// <summary>Gives the model the weights that a finished training is to end with.</summary>
    public static void Finish(TrainingJob job, TrainingParts parts)
    {
        if (parts.Best is { Any: true } best)
            job.Model.LoadState(best.State, "the best epoch");
        else
            parts.Average?.Swap();
    }

    /// <summary>Measures an epoch with the weights that it would end with, and keeps them if it is the best so far.</summary>
    private TrainingRecord EndEpoch(int epoch, CancellationToken cancellation)
    {
        int steps = present.EpochSteps;
        bool predicts = job.Model.Config.Variant == ModelVariant.LayerShufflePredict;
        var record = new TrainingRecord(
            job.Name, job.TrainingSeed, epoch + 1, epoch * stepsPerEpoch + steps, present.Loss / steps, present.ClassLoss / steps,
                predicts ? present.PositionLoss / steps : null, present.LearningRate, null, null);
        record = job.Met?.Tell(record, epoch * stepsPerEpoch) ?? record;
        using IDisposable? averaged = parts.Average?.InPlace();
        if (job.Validation is { } held)
            record = record with { Top1Validation = evaluator.Evaluate(job with { Test = held }, TrainingCourse.Judged(job.Model.Config), cancellation) };
        IReadOnlyList<TrainingRecord> records = [.. present.Records, record];
        if (TrainingCourse.IsMeasured(options, record.Epoch) || TrainingCourse.IsOver(options, records))
        {
            record = record with
            {
                Top1Sequential = evaluator.Evaluate(job, OrderKind.Sequential, cancellation),
                Top1Arbitrary = evaluator.Evaluate(job, OrderKind.Arbitrary, cancellation),
            };
            records = [.. present.Records, record];
        }

        if (parts.Best is { } best && TrainingCourse.Best(records) == record.Epoch)
            best.Take(job.Model);
        present = new TrainingProgress(records);
        job.EpochTrained?.Invoke(record);
        return record;
    }

    private void Save()
    {
        TrainingCheckpoint.Save(job, parts, present);
        saved = present;
    }

    /// <summary>What was trained since the last checkpoint is not lost where somebody stops it, unless they want no checkpoints.</summary>
    private void SaveInterrupted()
    {
        if (ReferenceEquals(present, saved) || (options.CheckpointEpochs == 0 && options.CheckpointSteps == 0))
            return;
        try
        {
            Save();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // the last checkpoint stays; the disk must not hide that somebody stopped it
        }
    }

    private async Task RunEpochAsync(int epoch, Action<int, int>? stepDone, CancellationToken cancellation)
    {
        int totalSteps = options.Epochs * stepsPerEpoch, passed = 0, done = present.EpochSteps;
        foreach (IReadOnlyList<(Tensor PixelValues, Tensor Labels)> batches in Batches(epoch))
        {
            cancellation.ThrowIfCancellationRequested();
            if (passed++ < done)
                continue; // trained on before the checkpoint
            int step = epoch * stepsPerEpoch + present.EpochSteps;
            double learningRate = options.LearningRateAt(step, totalSteps);
            StepResult result = await RunStepAsync(step, batches, learningRate, cancellation).ConfigureAwait(false);
            ClusterMetrics.TrainingStep(result.TotalLoss);
            if (!double.IsFinite(result.TotalLoss))
                throw new TrainingDivergedException(job.Name, step, learningRate);
            parts.Average?.Add(step);
            present = present with
            {
                EpochSteps = present.EpochSteps + 1,
                Loss = present.Loss + result.TotalLoss,
                ClassLoss = present.ClassLoss + result.ClassLoss,
                PositionLoss = present.PositionLoss + (result.PositionLoss ?? 0),
                LearningRate = learningRate,
            };
            step++;
            if (options.CheckpointSteps > 0 && step % options.CheckpointSteps == 0 && present.EpochSteps < stepsPerEpoch)
            {
                await runner.CollectAsync(step, cancellation).ConfigureAwait(false);
                Save();
            }

            job.StepTrained?.Invoke(result);
            stepDone?.Invoke(step, totalSteps);
        }
    }

    /// <summary>The batches of an epoch by steps. They are freed when the next are asked for.</summary>
    private IEnumerable<IReadOnlyList<(Tensor PixelValues, Tensor Labels)>> Batches(int epoch)
    {
        List<(Tensor PixelValues, Tensor Labels)> step = [];
        try
        {
            foreach ((Tensor PixelValues, Tensor Labels) batch in job.Data.Epoch(options.BatchSize, job.Luck.Child("epoch").Child(epoch)))
            {
                step.Add(batch);
                if (step.Count < options.Accumulation)
                    continue;
                yield return step;
                Free(step);
            }

            if (step.Count > 0)
                yield return step;
        }
        finally
        {
            Free(step);
        }
    }

    private async Task<StepResult> RunStepAsync(int step, IReadOnlyList<(Tensor PixelValues, Tensor Labels)> batches, double learningRate,
        CancellationToken cancellation)
    {
        VitConfig config = job.Model.Config;
        List<(Tensor PixelValues, Tensor Labels)> micro = [], made = [];
        List<int[]> routes = [];
        try
        {
            for (int i = 0; i < batches.Count; i++)
            {
                (Tensor PixelValues, Tensor Labels) batch = batches[i];
                if (BatchMixing.Mix(batch.PixelValues, batch.Labels, options, config.NumLabels, job.Luck.Child("mix").Child(step).Child(i)) is { } mixed)
                    made.Add(batch = mixed);
                if (job.Distillation is { } teacher)
                {
                    Tensor targets = teacher.Targets(batch.PixelValues, batch.Labels);
                    made.Add((batch.PixelValues.alias(), targets));
                    batch.Labels = targets;
                }

                int first = micro.Count;
                if (options.MicroBatches <= 1)
                {
                    micro.Add(batch);
                }
                else
                {
                    micro.AddRange(batch.PixelValues.chunk(options.MicroBatches).Zip(batch.Labels.chunk(options.MicroBatches)));
                    made.AddRange(micro.Skip(first));
                }

                int[] route = outline.Route(step, i);
                routes.AddRange(Enumerable.Repeat(route, micro.Count - first));
            }

            TrainStep all = new(step, 0, routes[0], micro, learningRate);
            if (options.Accumulation > 1)
                all = all with { Routes = routes, Window = Math.Max(1, options.MicroBatches) };
            return await runner.RunAsync(all, cancellation).ConfigureAwait(false);
        }
        finally
        {
            Free(made);
        }
    }

    private static void Free(List<(Tensor PixelValues, Tensor Labels)> batches)
    {
        foreach ((Tensor pixels, Tensor labels) in batches)
        {
            pixels.Dispose();
            labels.Dispose();
        }

        batches.Clear();
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
