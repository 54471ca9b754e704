namespace LayerShuffle.Cli.Running;

/// <summary>From the command line's secret or certificates to secured connections.</summary>
internal static class ClusterSecurity
{
    /// <summary>What authenticates and encrypts this side of a connection to the hub; null: plain.</summary>
    /// <exception cref="UsageException">The secret or a certificate cannot be used.</exception>
    public static Func<Stream, CancellationToken, Task<Stream>>? For(SecurityOptions options) => options.Checked().IsEmpty
        ? null
        : throw new UsageException("This build cannot use a secret or certificates yet."); // <- ClusterIdentity goes here: async (stream, cancellation) => await identity.AuthenticateAsClientAsync(stream, cancellation)
}
