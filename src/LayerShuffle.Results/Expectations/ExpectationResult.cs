namespace LayerShuffle.Results.Expectations;

/// <summary>An expectation at one model, policy and condition.</summary>
/// <param name="Expectation">What was expected.</param>
/// <param name="Group">Where: <c>model / policy / condition</c>; null where the expectation matched nothing.</param>
/// <param name="Measured">The value that was measured; null where there is none.</param>
/// <param name="Reference">The value that the bounds are relative to; null where they are absolute, or where it is missing.</param>
/// <param name="MinThreshold">The least that would have held; null without such a bound.</param>
/// <param name="MaxThreshold">The most that would have held; null without such a bound.</param>
/// <param name="Holds">Whether it held.</param>
/// <param name="Message">A sentence with the measured value and the threshold, or with the reason why there is none.</param>
public sealed record ExpectationResult(
    Expectation Expectation, string? Group, double? Measured, double? Reference, double? MinThreshold, double? MaxThreshold, bool Holds, string Message)
{
    /// <summary>Whether it could not be judged because the results lack the trials that it speaks of, or those it is relative to.</summary>
    public bool LacksTrials { get; init; }
}
