namespace LayerShuffle.Cluster.Training;

/// <summary>Carries out the steps of a training loop: on the virtual clock, or over a cluster that loses layers.</summary>
internal interface IStepRunner
{
    /// <summary>Does a step, whatever it takes. The step's tensors are free when the task is done, also where it failed or was cancelled.</summary>
    Task<StepResult> RunAsync(TrainStep step, CancellationToken cancellation);

    /// <summary>Brings the layers' weights and optimizer state into the job's model and the parts.</summary>
    /// <param name="stepsDone">Steps done so far.</param>
    /// <param name="cancellation">Gives up.</param>
    Task CollectAsync(int stepsDone, CancellationToken cancellation);
}
