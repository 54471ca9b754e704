using System.Net;
using System.Security.Authentication;
using LayerShuffle.Runs.Failures;
using LayerShuffle.Security;
using LayerShuffle.Supervision;

namespace LayerShuffle.Runs.Options;

/// <summary>
/// From the command line's secret or certificates to what nodes join by. Without either, nodes of this machine's same user join by what a coordinator has left
/// for them.
/// </summary>
public sealed class ClusterSecurity : IDisposable
{
    private readonly SharedSecret? shared;

    private ClusterSecurity(ClusterIdentity? certificates, byte[]? secret) =>
        (Certificates, Secret, shared) = (certificates, secret, secret is null ? null : new SharedSecret(secret));

    /// <summary>This process's certificate and authority; null: none were given.</summary>
    internal ClusterIdentity? Certificates { get; }

    /// <summary>The secret; null: none was given.</summary>
    internal byte[]? Secret { get; }

    /// <summary>Whether either is there.</summary>
    public bool IsGiven => (Certificates, Secret) is not (null, null);

    /// <summary>Secures a connection to the hub (the supervisor's side).</summary>
    /// <param name="port">The hub's.</param>
    public Func<Stream, CancellationToken, Task<Stream>> Client(int port) => (Certificates, shared) switch
    {
        ({ } identity, _) => async (stream, cancellation) => await identity.AuthenticateAsClientAsync(stream, cancellation).ConfigureAwait(false),
        (_, { } secret) => secret.AuthenticateAsClientAsync,
        _ => (stream, cancellation) => LeftAsync(port, stream, cancellation),
    };

    /// <summary>Makes it from what the command line says.</summary>
    /// <exception cref="UsageException">The secret or a certificate cannot be used.</exception>
    public static ClusterSecurity For(SecurityOptions options)
    {
        options.Checked();
        try
        {
            return options.Certificate is { } certificate
                ? new ClusterSecurity(ClusterIdentity.FromCertificates(certificate, options.Key, options.Authority!), null)
                : new ClusterSecurity(null, options.SecretFile is { } file ? SharedSecret.Read(file) : options.Secret);
        }
        catch (ClusterIdentityException exception)
        {
            throw new UsageException(exception.Message);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Certificates?.Dispose();
        shared?.Dispose();
    }

    /// <summary>By the secret that a coordinator of this user has left: looked for at each attempt, because it may start later than the node.</summary>
    private static async Task<Stream> LeftAsync(int port, Stream stream, CancellationToken cancellation)
    {
        try
        {
            byte[] left = JoinFile.Read(port) ?? throw new AuthenticationException(
                $"No coordinator that listens on port {port} has left a secret for this user ({JoinFile.Of(port)}): it was given one or certificates, or is "
                    + "another user's.");
            using var secret = new SharedSecret(left);
            return await secret.AuthenticateAsClientAsync(stream, cancellation).ConfigureAwait(false);
        }
        catch (ClusterIdentityException exception)
        {
            throw new AuthenticationException(exception.Message, exception);
        }
    }
}

/// <summary>How nodes come to the cluster of a run.</summary>
/// <param name="Options">What was asked for.</param>
/// <param name="Security">What they prove themselves by; stays the caller's.</param>
/// <param name="Listen">Where their supervisors join; null starts them on this machine.</param>
internal sealed record ClusterAccess(ClusterOptions Options, ClusterSecurity Security, IPEndPoint? Listen);
