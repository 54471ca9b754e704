namespace LayerShuffle.Cluster.Wire;

/// <summary>What a receiver allocates for one frame at most. Checked before anything is allocated.</summary>
/// <param name="MaxFrameBytes">Bytes of all tensors of a frame, on the wire and in memory (int8 unpacks to four times its size) alike.</param>
/// <param name="MaxMetaBytes">Bytes of meta data.</param>
public readonly record struct FrameLimits(int MaxFrameBytes, int MaxMetaBytes);
