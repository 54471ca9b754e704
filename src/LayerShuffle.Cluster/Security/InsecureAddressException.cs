namespace LayerShuffle.Cluster.Security;

/// <summary>An address that other machines can reach was to be used without a cluster identity.</summary>
public sealed class InsecureAddressException : Exception
{
    /// <summary>An error with a sentence that says why and what to do.</summary>
    public InsecureAddressException(string message)
        : base(message)
    {
    }
}
