using LayerShuffle.Core.Records;
using LayerShuffle.Results.Metrics;

namespace LayerShuffle.Report.Live;

/// <summary>What is measured at an instant.</summary>
/// <param name="Version">Grows with every trial and epoch.</param>
/// <param name="Folder">Where the run writes; blank: nobody has said it.</param>
/// <param name="Name">What is run.</param>
/// <param name="Trials">The finished trials.</param>
/// <param name="Epochs">The epochs of trainings that are over.</param>
/// <param name="Last">The trial that finished last; null: none has.</param>
internal sealed record LiveSnapshot(long Version, string Folder, string Name, IReadOnlyList<TrialData> Trials, IReadOnlyList<TrainingRecord> Epochs,
    LiveTrial? Last);

/// <summary>A trial that is finished, and where its rows begin in the files of the run's folder.</summary>
/// <param name="Trial">Its number.</param>
/// <param name="Name">What it is called.</param>
/// <param name="Requests">The first byte of its requests.</param>
/// <param name="Hops">That of its hops.</param>
/// <param name="Faults">That of its ledger.</param>
/// <param name="Traced">Whether it has hops.</param>
internal sealed record LiveTrial(int Trial, string Name, long Requests, long Hops, long Faults, bool Traced);
