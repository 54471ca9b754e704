using LayerShuffle.Core.Seeds;

namespace LayerShuffle.Actors.Training;

/// <summary>What is known of a training before it begins: its steps, how many images each has, and the orders that they set out on.</summary>
/// <param name="Config">The model.</param>
/// <param name="Options">How it is trained.</param>
/// <param name="Images">Training images.</param>
/// <param name="Luck">Root of its draws.</param>
public sealed record TrainingOutline(VitConfig Config, TrainingOptions Options, int Images, SeedTree Luck)
{
    /// <summary>The outline of a job.</summary>
    public static TrainingOutline Of(TrainingJob job) => new(job.Model.Config, job.Options, job.Data.Count, job.Luck);

    /// <summary>Steps of an epoch, the last of which may have fewer images.</summary>
    public int StepsPerEpoch
    {
        get
        {
            int images = Options.BatchSize * Options.Accumulation;
            return (Images + images - 1) / images;
        }
    }

    /// <summary>Steps of all epochs.</summary>
    public int Steps => Options.Epochs * StepsPerEpoch;

    /// <summary>Images of a step's first batch.</summary>
    public int BatchOf(int step) => Math.Min(Options.BatchSize, Images - (step % StepsPerEpoch * Options.Accumulation * Options.BatchSize));

    /// <summary>The order that a batch of a step sets out on.</summary>
    /// <param name="step">The step.</param>
    /// <param name="batch">Which of the step's batches.</param>
    public int[] Route(int step, int batch)
    {
        SeedTree luck = Luck.Child("order").Child(step);
        // A layer adds up gradients in the order of micro-batches, so it must meet all of a step or none: LayerDrop drops for the whole step.
        bool own = Options.Accumulation > 1 && Config.Variant != ModelVariant.LayerDrop;
        return TrainingOrder.Draw(Config, own ? luck.Child(batch) : luck, Options.Order, luck, (double)step / Steps);
    }

    /// <summary>Steps that were done when a checkpoint was last due, after so many steps.</summary>
    public int Saved(int steps)
    {
        int epoch = steps / StepsPerEpoch * StepsPerEpoch;
        return Options.CheckpointSteps > 0 ? Math.Max(epoch, steps / Options.CheckpointSteps * Options.CheckpointSteps) : epoch;
    }
}
