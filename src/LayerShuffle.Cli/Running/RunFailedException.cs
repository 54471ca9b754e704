namespace LayerShuffle.Cli.Running;

/// <summary>A run cannot be done, for a reason that a sentence tells: exit code 3.</summary>
internal sealed class RunFailedException(string message) : Exception(message);
