namespace LayerShuffle.Cluster.Wire;

/// <summary>Two endpoints do not belong together: other program, other run, other endpoint or other incarnation. The message says which, and who refused.</summary>
public sealed class HandshakeRefusedException : Exception
{
    /// <summary>An error with a sentence that says who refused whom and why.</summary>
    public HandshakeRefusedException(string message)
        : base(message)
    {
    }
}
