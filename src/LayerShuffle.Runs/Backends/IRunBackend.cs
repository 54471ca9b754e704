using LayerShuffle.Actors.Models;
using LayerShuffle.Actors.Training;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Trials;

namespace LayerShuffle.Runs.Backends;

/// <summary>One of the two clocks, as a run sees it: trains models and runs trials.</summary>
internal interface IRunBackend : IDisposable
{
    /// <summary>How a trial stands, for the terminal; empty where there is nothing to tell.</summary>
    string Status { get; }

    /// <summary>Where trainings compute.</summary>
    ComputePlace Place { get; }

    /// <summary>Trains a model through layer actors.</summary>
    /// <param name="job">The model.</param>
    /// <param name="faults">Whether the scenario's faults strike meanwhile.</param>
    /// <param name="epochDone">Told of every epoch.</param>
    /// <param name="stepDone">Told of every step: done so far and in all.</param>
    /// <param name="disturbed">Told, before the next checkpoint, of what makes the weights others than those of an undisturbed training.</param>
    /// <param name="account">Told of hosts that are lost, and of what that costs.</param>
    /// <param name="cancellation">Stops it; the last checkpoint stays.</param>
    IReadOnlyList<TrainingRecord> Train(TrainingJob job, bool faults, Action<TrainingRecord> epochDone, Action<int, int> stepDone, Action<string> disturbed,
        TrainingAccount account, CancellationToken cancellation);

    /// <summary>Runs one trial to its last outcome.</summary>
    /// <param name="spec">The trial.</param>
    /// <param name="model">The coordinator's model.</param>
    /// <param name="trained">What it was trained to; null where the network alone is simulated.</param>
    /// <param name="images">Test images.</param>
    /// <param name="progress">Told of every outcome.</param>
    /// <param name="struck">Told of everything that befalls nodes and links as it happens, from any thread; null: nobody.</param>
    /// <param name="rows">May be given requests and hops while the trial runs; the record has those that were not.</param>
    /// <param name="cancellation">Stops it.</param>
    TrialRecord Run(TrialSpec spec, ITrialModel model, TrainedModel? trained, int images, Action<RequestRecord> progress,
        Action<LedgerEntry>? struck, ITrialRows rows, CancellationToken cancellation);
}
