namespace LayerShuffle.Cluster.Wire;

/// <summary>A frame was given up before it was written: its connection broke, its peer has a new incarnation or was removed, or the plane ended.</summary>
public sealed class FrameDroppedException : IOException
{
    /// <summary>An error with a sentence that says why.</summary>
    public FrameDroppedException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
