namespace LayerShuffle.Runs.Failures;

/// <summary>Two runs of one trial and seed are not the same run.</summary>
public sealed class NotRepeatedException(string message) : Exception(message);
