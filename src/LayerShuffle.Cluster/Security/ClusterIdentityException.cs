namespace LayerShuffle.Cluster.Security;

/// <summary>A cluster identity cannot be made from what was given: a secret that is too short, a file that is missing or does not hold what it should.</summary>
public sealed class ClusterIdentityException : Exception
{
    /// <summary>An error with a sentence that says what is wrong and what to do.</summary>
    public ClusterIdentityException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
