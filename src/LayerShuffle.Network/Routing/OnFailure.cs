namespace LayerShuffle.Network.Routing;

/// <summary>What the sender of a hop does when its resends are used up.</summary>
public enum OnFailure
{
    /// <summary>The request fails.</summary>
    Fail,

    /// <summary>The layer is skipped.</summary>
    Skip,
}
