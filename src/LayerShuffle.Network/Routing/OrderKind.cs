namespace LayerShuffle.Network.Routing;

/// <summary>In which order a request visits the layers.</summary>
public enum OrderKind
{
    /// <summary>0, 1, 2, …</summary>
    Sequential,

    /// <summary>A random order for every request, from (seed, repeat, request, L).</summary>
    Arbitrary,

    /// <summary>A given list.</summary>
    Explicit,
}
