namespace LayerShuffle.Cluster.Wire;

/// <summary>What arrived is not a frame of this protocol, or breaks its limits. The connection it came on cannot be used any longer.</summary>
public sealed class FrameFormatException : Exception
{
    /// <summary>An error with a sentence that says what was found and what was expected.</summary>
    public FrameFormatException(string message)
        : base(message)
    {
    }
}
