using LayerShuffle.Results.Expectations;
using LayerShuffle.Results.Summaries;
using LayerShuffle.Scenarios.Specs;

namespace LayerShuffle.Runs.Reporting;

/// <summary>What a run that has ended has to tell, whether it is whole or not.</summary>
/// <param name="Scenario">The scenario.</param>
/// <param name="State"><c>done</c>, <c>failed</c> or <c>interrupted</c>.</param>
/// <param name="Code">The exit code.</param>
/// <param name="Reason"><c>done</c>, <c>expectation_failed</c>, <c>liveness_failed</c>, <c>failed</c> or <c>interrupted</c>.</param>
/// <param name="Message">Why it failed, as a sentence; null where there is nothing to tell.</param>
/// <param name="Done">Trials that are finished.</param>
/// <param name="Trials">Trials in all.</param>
/// <param name="Groups">What the finished ones have measured.</param>
/// <param name="Expectations">What was expected; nothing is judged of a run that is not whole.</param>
public sealed record RunReport(Scenario Scenario, string State, int Code, string Reason, string? Message, int Done, int Trials,
    IReadOnlyList<ResultGroup> Groups, IReadOnlyList<JudgedExpectation> Expectations)
{
    /// <summary>Whether all trials are finished.</summary>
    public bool IsWhole => State == "done";

    /// <summary>The command that runs it again; blank where it is not known.</summary>
    public string Again { get; init; } = "";
}

/// <summary>An expectation with what was measured.</summary>
/// <param name="Result">Both.</param>
/// <param name="LeftOut">Whether it is not judged, because the trials that it needs were not asked for (<see cref="Options.RunOptions.Only"/>).</param>
public sealed record JudgedExpectation(ExpectationResult Result, bool LeftOut);
