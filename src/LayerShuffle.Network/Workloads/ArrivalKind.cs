namespace LayerShuffle.Network.Workloads;

/// <summary>Arrival processes.</summary>
public enum ArrivalKind
{
    /// <summary>The next request is submitted when one has its outcome.</summary>
    Closed,

    /// <summary>Open, at constant intervals.</summary>
    Uniform,

    /// <summary>Open, a Poisson process drawn from (seed, repeat).</summary>
    Poisson,
}
