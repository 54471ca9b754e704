namespace LayerShuffle.Cluster.Messages;

/// <summary>The node's process dies: all but the weights is lost.</summary>
public sealed record CrashNode
{
    /// <summary>The message.</summary>
    public static CrashNode Instance { get; } = new();
}
