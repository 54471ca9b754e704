namespace LayerShuffle.Network.Clusters;

/// <summary>One node.</summary>
/// <param name="Name">Its name: an endpoint.</param>
/// <param name="ComputeTime">Time of one layer for one request.</param>
/// <param name="Slowdown">A standing factor on compute time, 1 by default.</param>
/// <param name="Device"><c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>; null for the run's.</param>
public sealed record NodeSpec(string Name, ComputeTimeSpec ComputeTime, double Slowdown, string? Device);
