namespace LayerShuffle.Cluster.Security;

/// <summary>What makes one process one of a run: given to it by the coordinator, for this one incarnation. Never to be logged or written to a file.</summary>
/// <param name="Authority">The certificate of the run's authority (DER).</param>
/// <param name="Certificate">The process's own (DER).</param>
/// <param name="Key">The private key of it (PKCS #8).</param>
/// <param name="PlaneKey">What all processes of the run prove to each other to know where connections need no encryption (as the data plane does).</param>
public sealed record ClusterGrant(byte[] Authority, byte[] Certificate, byte[] Key, byte[] PlaneKey)
{
    /// <inheritdoc/>
    public override string ToString() => "a grant"; // not what it holds: texts end up in logs
}
