using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace LayerShuffle.Security;

/// <summary>
/// Who this process is to the rest of its cluster, and whom it believes: by a certificate that this run's coordinator gave it (<see cref="RunAuthority"/>),
/// where exactly the certificates of that run count, or by one that somebody else issued. No other root and no host name counts. Connections are mutual TLS 1.3
/// (1.2 where the platform has no 1.3). Thread-safe.
/// </summary>
public sealed class ClusterIdentity : IDisposable
{
    internal const SslProtocols Protocols = SslProtocols.Tls12 | SslProtocols.Tls13;
    private const string Name = "layershuffle";

    private readonly X509Certificate2Collection intermediates, authorities;
    private readonly bool derived;
    private readonly SslStreamCertificateContext context;

    private ClusterIdentity(X509Certificate2 certificate, X509Certificate2Collection intermediates, X509Certificate2Collection authorities, bool derived)
    {
        Certificate = certificate;
        this.intermediates = intermediates;
        this.authorities = authorities;
        this.derived = derived;
        context = SslStreamCertificateContext.Create(certificate, intermediates, offline: true);
    }

    /// <summary>This process's own certificate, with its private key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>The key that this run's processes prove to each other to know; null: there is none, only certificates.</summary>
    public byte[]? PlaneKey { get; private init; }

    /// <summary>The identity that the coordinator of a run has given to this process.</summary>
    /// <exception cref="ClusterIdentityException">It is none.</exception>
    public static ClusterIdentity FromGrant(ClusterGrant grant)
    {
        try
        {
            using ECDsa key = ECDsa.Create();
            key.ImportPkcs8PrivateKey(grant.Key, out _);
            using X509Certificate2 bare = X509CertificateLoader.LoadCertificate(grant.Certificate);
            X509Certificate2 leaf = ClusterCertificates.Usable(bare.CopyWithPrivateKey(key));
            return new ClusterIdentity(leaf, [], [X509CertificateLoader.LoadCertificate(grant.Authority)], derived: true) { PlaneKey = grant.PlaneKey };
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new ClusterIdentityException($"What the coordinator gave this process to prove itself by is no certificate with its key: {e.Message}", e);
        }
    }

    /// <summary>
    /// The identity from PEM files: a certificate (then its intermediates) for both server and client authentication, its key (by default in the same file),
    /// and the authorities that peers must chain to.
    /// </summary>
    /// <exception cref="ClusterIdentityException">A file is missing, does not hold what it should, or the authority would not accept this very
    /// certificate.</exception>
    public static ClusterIdentity FromCertificates(string certificateFile, string? keyFile, string authorityFile)
    {
        (X509Certificate2 leaf, X509Certificate2Collection intermediates, X509Certificate2Collection authorities) =
            ClusterCertificates.Read(certificateFile, keyFile, authorityFile);
        var identity = new ClusterIdentity(leaf, intermediates, authorities, derived: false);
        if (identity.Accepts(leaf, intermediates, out string why))
            return identity;
        identity.Dispose();
        throw new ClusterIdentityException($"No peer would accept the certificate in {certificateFile} by the authority in {authorityFile}: {why}.");
    }

    /// <summary>Whether <paramref name="peer"/> belongs to this cluster; if not, <paramref name="why"/> says why (a clause without a full stop).</summary>
    public bool Accepts(X509Certificate2? peer, out string why) => Accepts(peer, intermediates, out why);

    /// <summary>Mutual TLS as the side that was connected to. The stream belongs to the result; after an error it is closed.</summary>
    /// <exception cref="AuthenticationException">The peer was refused, or refused this process: a sentence says why.</exception>
    public async Task<SslStream> AuthenticateAsServerAsync(Stream stream, CancellationToken cancellation)
    {
        string why = "";
        var ssl = new SslStream(stream, leaveInnerStreamOpen: false);
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = context,
            ClientCertificateRequired = true,
            EnabledSslProtocols = Protocols,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            CertificateChainPolicy = Policy(null),
            AllowRenegotiation = false,
            AllowTlsResume = false, // connections live long; every one proves itself
            RemoteCertificateValidationCallback = (_, peer, chain, _) => Accepts(peer as X509Certificate2, chain?.ChainPolicy.ExtraStore, out why),
        };
        await Guard(ssl, ssl.AuthenticateAsServerAsync(options, cancellation), () => why);
        return ssl;
    }

    /// <summary>Mutual TLS as the side that connects. The stream belongs to the result; after an error it is closed.</summary>
    /// <exception cref="AuthenticationException">The peer was refused, or refused this process: a sentence says why.</exception>
    public async Task<SslStream> AuthenticateAsClientAsync(Stream stream, CancellationToken cancellation)
    {
        string why = "";
        var ssl = new SslStream(stream, leaveInnerStreamOpen: false);
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = Name, // sent, never compared: the authority is the identity
            ClientCertificateContext = context,
            EnabledSslProtocols = Protocols,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            CertificateChainPolicy = Policy(null),
            AllowRenegotiation = false,
            AllowTlsResume = false,
            RemoteCertificateValidationCallback = (_, peer, chain, _) => Accepts(peer as X509Certificate2, chain?.ChainPolicy.ExtraStore, out why),
        };
        await Guard(ssl, ssl.AuthenticateAsClientAsync(options, cancellation), () => why);
        return ssl;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Certificate.Dispose();
        foreach (X509Certificate2 certificate in intermediates.Concat(authorities))
            certificate.Dispose();
    }

    internal static async Task Guard(SslStream ssl, Task handshake, Func<string> why)
    {
        try
        {
            await handshake;
        }
        catch (Exception e)
        {
            await ssl.DisposeAsync();
            if (e is OperationCanceledException)
                throw;
            throw new AuthenticationException(
                why() is { Length: > 0 } reason
                    ? $"The peer was refused: {reason}."
                    : "The TLS handshake broke off: the peer has no cluster secret or certificate, has another one, or does not speak TLS at all "
                        + $"({(e.InnerException ?? e).Message.TrimEnd('.')}).",
                e);
        }
    }

    private bool Accepts(X509Certificate2? peer, X509Certificate2Collection? sent, out string why)
    {
        if (peer is null)
        {
            why = "it showed no certificate; it is none of this cluster's processes, or was started without the cluster secret";
            return false;
        }

        using var chain = new X509Chain { ChainPolicy = Policy(sent) };
        bool accepted = chain.Build(peer);
        string status = string.Join(", ", chain.ChainStatus.Select(s => s.Status).Distinct());
        foreach (X509ChainElement element in chain.ChainElements)
            element.Certificate.Dispose();
        if (accepted)
            why = "";
        else if (derived)
            why = $"its certificate is not this run's: it belongs to another run, with another secret ({status})";
        else
            why = $"its certificate ({peer.Subject}) is not one of the given authority's for both server and client authentication ({status})";
        return accepted;
    }

    private X509ChainPolicy Policy(X509Certificate2Collection? sent)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true, // a stranger's certificate must not make this process fetch anything
        };
        policy.CustomTrustStore.AddRange(authorities);
        policy.ApplicationPolicy.Add(new Oid(ClusterCertificates.ServerUsage));
        policy.ApplicationPolicy.Add(new Oid(ClusterCertificates.ClientUsage));
        if (sent is not null)
            policy.ExtraStore.AddRange(sent);
        return policy;
    }
}

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

/// <summary>
/// A cluster identity cannot be made from what was given: a secret that is too short, a file that is missing or does not hold what it should.
/// </summary>
public sealed class ClusterIdentityException : Exception
{
    /// <summary>An error with a sentence that says what is wrong and what to do.</summary>
    public ClusterIdentityException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
