namespace LayerShuffle.Network.Clusters;

/// <summary>What becomes of the layers of a node that is down.</summary>
public enum RecoveryKind
{
    /// <summary>They wait for their node: routing must cope.</summary>
    None,

    /// <summary>Survivors host them from the last checkpoint, within limits of memory.</summary>
    Rehost,
}
