namespace LayerShuffle.Network.Clusters;

/// <summary>One node.</summary>
/// <param name="Name">Its name: an endpoint.</param>
/// <param name="ComputeTime">Time of one layer for one request.</param>
/// <param name="Slowdown">A standing factor on compute time, 1 by default.</param>
/// <param name="Device"><c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>; null for the run's.</param>
public sealed record NodeSpec(string Name, ComputeTimeSpec ComputeTime, double Slowdown, string? Device)
{
    /// <summary>Its share of the layers relative to the other nodes', greater than 0; null: 1 ÷ slowdown, and on the wall clock what it has when it joins.</summary>
    public double? Capacity { get; init; }

    /// <summary>The most weights it may host, in bytes; null: no limit, and on the wall clock what it has when it joins.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>Its share of the layers as far as is known: what is given, else 1 ÷ slowdown.</summary>
    public double Share => Capacity ?? 1 / Slowdown;
}
