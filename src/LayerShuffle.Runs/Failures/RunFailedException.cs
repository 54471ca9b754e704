namespace LayerShuffle.Runs.Failures;

/// <summary>A run cannot be done, for a reason that a sentence tells: exit code 3.</summary>
public sealed class RunFailedException(string message) : Exception(message);
