using LayerShuffle.Core.Records;
using LayerShuffle.Core.Trials;
using LayerShuffle.Results.Metrics;

namespace LayerShuffle.Runs.Telling;

/// <summary>
/// A log that is also told in numbers how a run stands. Called from several threads, and often: whoever takes long is asked to remember, and to show later.
/// </summary>
public interface IRunWatch
{
    /// <summary>The trials of the run, in order.</summary>
    void Planned(IReadOnlyList<TrialKey> trials);

    /// <summary>How far a trial is.</summary>
    /// <param name="trial">The trial.</param>
    /// <param name="done">Requests with an outcome.</param>
    /// <param name="requests">Requests in all.</param>
    void Progressed(TrialKey trial, int done, int requests);

    /// <summary>Something befell a node or a link of the present trial, which has just ended.</summary>
    void Struck(LedgerEntry entry);

    /// <summary>A trial is finished: now, or in an earlier run that this one goes on with.</summary>
    void Finished(TrialData trial);
}
