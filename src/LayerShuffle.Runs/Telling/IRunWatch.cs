using LayerShuffle.Core.Records;
using LayerShuffle.Core.Trials;
using LayerShuffle.Results.Metrics;

namespace LayerShuffle.Runs.Telling;

/// <summary>
/// A log that is also told in numbers how a run stands. Called from several threads, and often: whoever takes long is asked to remember, and to show later.
/// </summary>
public interface IRunWatch
{
    /// <summary>A run begins, and writes to a folder.</summary>
    void Writes(string folder)
    {
    }

    /// <summary>An epoch of a training is over: now, or in an earlier run whose model serves again.</summary>
    void Trained(TrainingRecord epoch)
    {
    }

    /// <summary>The trials of the run, in order.</summary>
    void Planned(IReadOnlyList<TrialKey> trials);

    /// <summary>How far a training is; told at every step.</summary>
    void Trains(TrainingNews progress);

    /// <summary>A trial begins.</summary>
    void Began(TrialKey trial);

    /// <summary>How far a trial is.</summary>
    /// <param name="trial">The trial.</param>
    /// <param name="done">Requests with an outcome; of a trial that weighs sets of dead nodes, sets.</param>
    /// <param name="requests">How many there are in all.</param>
    void Progressed(TrialKey trial, int done, int requests);

    /// <summary>Something befell a node or a link of the present trial: told once, as it happens.</summary>
    void Struck(LedgerEntry entry);

    /// <summary>A trial is finished: now, or in an earlier run that this one goes on with.</summary>
    void Finished(TrialData trial);
}

/// <summary>How far a training is.</summary>
/// <param name="Model">The model.</param>
/// <param name="Step">Steps that are done.</param>
/// <param name="Steps">Steps in all.</param>
/// <param name="Epoch">The present epoch.</param>
/// <param name="Epochs">Epochs in all.</param>
/// <param name="Loss">The loss of the last step.</param>
/// <param name="Pace">Images in a second and the time left, in words; blank while that is not known.</param>
public sealed record TrainingNews(string Model, int Step, int Steps, int Epoch, int Epochs, double Loss, string Pace);
