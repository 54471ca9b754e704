namespace LayerShuffle.Network.Clusters;

/// <summary>Placement rules.</summary>
public enum PlacementKind
{
    /// <summary>Layer i on node (i mod nodes)+1.</summary>
    RoundRobin,

    /// <summary>Runs of neighbouring layers on each node, as even as can be.</summary>
    Blocks,

    /// <summary>As the scenario lists them.</summary>
    Explicit,

    /// <summary>Each layer in turn where capacity ÷ (layers there + 1) is greatest, within limits of memory: highest averages, by D'Hondt's divisors.</summary>
    Capacity,
}
