using LayerShuffle.Core.Records;
using LayerShuffle.Results.Metrics;
using LayerShuffle.Results.Summaries;
using LayerShuffle.Runs.Failures;
using LayerShuffle.Runs.Reporting;

namespace LayerShuffle.Runs;

/// <summary>What a run that came to its end has measured.</summary>
/// <param name="Folder">Where the results are.</param>
/// <param name="Trials">The trials, in the order of their numbers; requests and hops are in the folder's files.</param>
/// <param name="Groups">The trials of equal model, policy and condition together: the rows of <c>summary.csv</c>.</param>
/// <param name="Training">The epochs of the models that were trained, or that were taken from the store with their epochs.</param>
/// <param name="Expectations">What the scenario expects, with what was measured.</param>
public sealed record RunOutcome(
    string Folder, IReadOnlyList<TrialData> Trials, IReadOnlyList<ResultGroup> Groups, IReadOnlyList<TrainingRecord> Training,
    IReadOnlyList<JudgedExpectation> Expectations)
{
    /// <summary>What models, policies and conditions are to be ranked by; none: by the usual.</summary>
    public IReadOnlyList<Objective> Objectives { get; init; } = [];

    /// <summary>
    /// Why it ended: everything is done, or done with a request that stood still in a healed cluster, or with an expectation that does not hold. What failed or
    /// was stopped is an exception instead.
    /// </summary>
    public RunEnd End => Unhealed.Any() ? RunEnd.LivenessFailed
        : Expectations.All(expectation => expectation.LeftOut || expectation.Result.Holds) ? RunEnd.Done : RunEnd.ExpectationFailed;

    /// <summary>The trials with requests that ended without a result although all faults were lifted (<c>workload.heal_after</c>).</summary>
    public IEnumerable<TrialData> Unhealed => Trials.Where(trial => trial.Metrics.Unhealed > 0);

    /// <summary>The exit code of a program that ran it.</summary>
    public int ExitCode => End == RunEnd.Done ? ExitCodes.Done : ExitCodes.ExpectationFailed;
}

/// <summary>Why a run ended.</summary>
public enum RunEnd
{
    /// <summary>All trials are finished, and every expectation that was judged holds.</summary>
    Done,

    /// <summary>All trials are finished, and an expectation does not hold.</summary>
    ExpectationFailed,

    /// <summary>All trials are finished, and a request ended without a result after all faults were lifted.</summary>
    LivenessFailed,
}
