using LayerShuffle.Cluster.Security;
using LayerShuffle.Cluster.Wall;

namespace LayerShuffle.Cli.Running;

/// <summary>From the command line's secret or certificates to secured connections. Without either, connections are plain and stay on this machine.</summary>
internal sealed class ClusterSecurity : IDisposable
{
    private readonly SecurityOptions options;

    private ClusterSecurity(ClusterIdentity? identity, byte[]? secret, SecurityOptions options) => (Identity, Secret, this.options) = (identity, secret, options);

    /// <summary>Who this process is to its cluster; null: nobody asked for security.</summary>
    public ClusterIdentity? Identity { get; }

    /// <summary>The secret that the identity is derived from, for the processes that this one starts; null: none, or certificates.</summary>
    public byte[]? Secret { get; }

    /// <summary>How a worker that this process starts learns of its certificates: their files are this machine's. A secret comes from the coordinator.</summary>
    public IReadOnlyDictionary<string, string>? WorkerEnvironment => options.Certificate is not { } certificate ? null : WorkerHost.CertificateVariables(
        Path.GetFullPath(certificate), options.Key is { } key ? Path.GetFullPath(key) : null, Path.GetFullPath(options.Authority!));

    /// <summary>Secures a connection that was accepted (the hub's side); null: plain.</summary>
    public Func<Stream, CancellationToken, Task<Stream>>? Server =>
        Identity is { } identity ? async (stream, cancellation) => await identity.AuthenticateAsServerAsync(stream, cancellation).ConfigureAwait(false) : null;

    /// <summary>Secures a connection to the hub (the supervisor's side); null: plain.</summary>
    public Func<Stream, CancellationToken, Task<Stream>>? Client =>
        Identity is { } identity ? async (stream, cancellation) => await identity.AuthenticateAsClientAsync(stream, cancellation).ConfigureAwait(false) : null;

    /// <summary>Makes an identity from what the command line says.</summary>
    /// <exception cref="UsageException">The secret or a certificate cannot be used.</exception>
    public static ClusterSecurity For(SecurityOptions options)
    {
        options.Checked();
        try
        {
            if (options.Certificate is { } certificate)
                return new ClusterSecurity(ClusterIdentity.FromCertificates(certificate, options.Key, options.Authority!), null, options);
            byte[]? secret = options.SecretFile is { } file ? ClusterIdentity.ReadSecret(file) : options.Secret;
            return new ClusterSecurity(secret is null ? null : ClusterIdentity.FromSecret(secret), secret, options);
        }
        catch (ClusterIdentityException exception)
        {
            throw new UsageException(exception.Message);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Identity?.Dispose();
}
