namespace LayerShuffle.Network.Routing;

/// <summary>Which layers are pruned.</summary>
public enum PruneChoice
{
    /// <summary>Drawn at random.</summary>
    Random,

    /// <summary>The lowest ids.</summary>
    First,

    /// <summary>The highest ids.</summary>
    Last,

    /// <summary>Those listed.</summary>
    Explicit,
}
