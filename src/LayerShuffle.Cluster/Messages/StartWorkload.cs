namespace LayerShuffle.Cluster.Messages;

/// <summary>To the coordinator: begin to submit.</summary>
public sealed record StartWorkload
{
    /// <summary>The message.</summary>
    public static StartWorkload Instance { get; } = new();
}
