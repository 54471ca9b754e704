namespace LayerShuffle.Results.Summaries;

/// <summary>Where a result says less than it seems to.</summary>
/// <param name="Group">Where: <c>model / policy / condition</c>, or several conditions.</param>
/// <param name="Message">A sentence that says what is weak and what would help.</param>
public sealed record WeakResult(string Group, string Message);
