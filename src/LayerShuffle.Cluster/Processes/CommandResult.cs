namespace LayerShuffle.Cluster.Processes;

/// <summary>A supervisor's word that a command is carried out.</summary>
/// <param name="Elapsed">How long that took on the supervisor's own clock, from taking the command up to its end (a kill: until the process was gone).</param>
/// <param name="ProcessId">The worker it was about; null if there was none.</param>
public sealed record CommandResult(TimeSpan Elapsed, int? ProcessId);
