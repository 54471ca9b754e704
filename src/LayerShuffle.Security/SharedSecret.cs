using System.Net.Security;
using System.Numerics;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace LayerShuffle.Security;

/// <summary>
/// A secret that somebody who joins a cluster proves to know, and the cluster to it. The connection is TLS with a certificate that is drawn at random and says
/// nothing; within it both prove themselves by SPAKE2 on P-256 (RFC 9382's exchange, with points of our own), bound to that certificate. What a stranger sees,
/// whether it listens, connects or stands between, does not depend on the secret: a guess can only be tried by a connection of its own, one guess each.
/// Thread-safe.
/// </summary>
public sealed class SharedSecret : IDisposable
{
    /// <summary>The shortest secret that is accepted, in bytes.</summary>
    public const int MinBytes = 16;

    /// <summary>Bytes of one that <see cref="Draw"/> gives.</summary>
    public const int DrawnBytes = 32;

    private const int ProofSize = 32;
    private static readonly CurvePoint ClientBlind = Curve.Named("layershuffle SPAKE2 client"), ServerBlind = Curve.Named("layershuffle SPAKE2 server");
    private static readonly byte[] Magic = "LSP1"u8.ToArray();
    private readonly byte[] password;
    private readonly CurvePoint clientMask, serverMask;
    private readonly Lazy<X509Certificate2> certificate = new(() => ClusterCertificates.Anonymous());

    /// <param name="secret">The secret: any bytes, all of which count.</param>
    /// <exception cref="ClusterIdentityException">It is shorter than <see cref="MinBytes"/>.</exception>
    public SharedSecret(ReadOnlySpan<byte> secret)
    {
        if (secret.Length < MinBytes)
        {
            throw new ClusterIdentityException(
                $"The cluster secret has {secret.Length} bytes; at least {MinBytes} are needed, or it could be guessed. Make one with: openssl rand -hex 32");
        }

        Span<byte> material = stackalloc byte[48];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, material, "layershuffle"u8, "joining, version 1"u8);
        BigInteger scalar = Curve.Scalar(material);
        CryptographicOperations.ZeroMemory(material);
        password = Curve.Bytes(scalar);
        (clientMask, serverMask) = (Curve.Multiply(scalar, ClientBlind)!.Value, Curve.Multiply(scalar, ServerBlind)!.Value);
    }

    /// <summary>A new secret that nobody can guess.</summary>
    public static byte[] Draw() => Chance.Bytes(DrawnBytes);

    /// <summary>The secret in a file: its bytes, but for line breaks and blanks at its end.</summary>
    /// <exception cref="ClusterIdentityException">The file cannot be read, or others may read it too.</exception>
    public static byte[] Read(string path)
    {
        PrivateFile.Check(path, "secret file");
        try
        {
            byte[] bytes = File.ReadAllBytes(path);
            return bytes.AsSpan().TrimEnd(" \t\r\n"u8).ToArray();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ClusterIdentityException($"The secret file {path} could not be read: {e.Message}", e);
        }
    }

    /// <summary>
    /// Proves to the one that connected, and has it prove, that both know the secret. The stream belongs to the result; after an error it is closed.
    /// </summary>
    /// <exception cref="AuthenticationException">The other does not: a sentence says so.</exception>
    public async Task<Stream> AuthenticateAsServerAsync(Stream stream, CancellationToken cancellation)
    {
        var ssl = new SslStream(stream, leaveInnerStreamOpen: false);
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificate = certificate.Value,
            EnabledSslProtocols = ClusterIdentity.Protocols,
            AllowRenegotiation = false,
            AllowTlsResume = false,
        };
        await ClusterIdentity.Guard(ssl, ssl.AuthenticateAsServerAsync(options, cancellation), () => "").ConfigureAwait(false);
        return await ProveAsync(ssl, ServeAsync, cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// Proves to the one that was connected to, and has it prove, that both know the secret. The stream belongs to the result; after an error it is closed.
    /// </summary>
    /// <exception cref="AuthenticationException">The other does not: a sentence says so.</exception>
    public async Task<Stream> AuthenticateAsClientAsync(Stream stream, CancellationToken cancellation)
    {
        var ssl = new SslStream(stream, leaveInnerStreamOpen: false);
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = "layershuffle",
            EnabledSslProtocols = ClusterIdentity.Protocols,
            AllowRenegotiation = false,
            AllowTlsResume = false,
            // anybody's: what proves the other is the secret, bound to this certificate
            RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null,
        };
        await ClusterIdentity.Guard(ssl, ssl.AuthenticateAsClientAsync(options, cancellation), () => "").ConfigureAwait(false);
        return await ProveAsync(ssl, ConnectAsync, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(password);
        if (certificate.IsValueCreated)
            certificate.Value.Dispose();
    }

    private static async Task<Stream> ProveAsync(SslStream ssl, Func<SslStream, CancellationToken, Task> prove, CancellationToken cancellation)
    {
        try
        {
            await prove(ssl, cancellation).ConfigureAwait(false);
            return ssl;
        }
        catch (Exception exception)
        {
            await ssl.DisposeAsync().ConfigureAwait(false);
            throw exception is EndOfStreamException
                ? new AuthenticationException("The other side hung up before it had proven itself: it has no cluster secret, or another way of proving itself "
                    + "(certificates).", exception)
                : exception;
        }
    }

    private async Task ServeAsync(SslStream ssl, CancellationToken cancellation)
    {
        byte[] first = new byte[Magic.Length + Curve.PointSize], proof = new byte[ProofSize];
        await ssl.ReadExactlyAsync(first, cancellation).ConfigureAwait(false);
        if (!first.AsSpan().StartsWith(Magic) || Curve.Read(first.AsSpan(Magic.Length)) is not { } sent)
            throw new AuthenticationException("The other side does not prove itself by a secret as this version does.");
        (BigInteger number, CurvePoint blinded) = Blind(serverMask);
        await ssl.WriteAsync(Curve.Bytes(blinded), cancellation).ConfigureAwait(false);
        byte[] key = Key(SHA256.HashData(certificate.Value.RawDataMemory.Span), sent, blinded, Common(number, sent, clientMask));
        await ssl.ReadExactlyAsync(proof, cancellation).ConfigureAwait(false);
        bool right = CryptographicOperations.FixedTimeEquals(proof, Proof(key, "client"u8));
        await ssl.WriteAsync(right ? (byte[])[1, .. Proof(key, "server"u8)] : [0], cancellation).ConfigureAwait(false);
        if (!right)
            throw new AuthenticationException("The peer was refused: it holds another secret.");
    }

    private async Task ConnectAsync(SslStream ssl, CancellationToken cancellation)
    {
        byte[] point = new byte[Curve.PointSize], verdict = new byte[1], proof = new byte[ProofSize];
        (BigInteger number, CurvePoint blinded) = Blind(clientMask);
        await ssl.WriteAsync((byte[])[.. Magic, .. Curve.Bytes(blinded)], cancellation).ConfigureAwait(false);
        await ssl.ReadExactlyAsync(point, cancellation).ConfigureAwait(false);
        if (Curve.Read(point) is not { } sent)
            throw new AuthenticationException("The other side does not prove itself by a secret as this version does.");
        byte[] key = Key(SHA256.HashData(ssl.RemoteCertificate!.GetRawCertData()), blinded, sent, Common(number, sent, serverMask));
        await ssl.WriteAsync(Proof(key, "client"u8), cancellation).ConfigureAwait(false);
        await ssl.ReadExactlyAsync(verdict, cancellation).ConfigureAwait(false);
        if (verdict[0] == 1)
            await ssl.ReadExactlyAsync(proof, cancellation).ConfigureAwait(false);
        if (verdict[0] != 1 || !CryptographicOperations.FixedTimeEquals(proof, Proof(key, "server"u8)))
            throw new AuthenticationException("The peer was refused: it holds another secret.");
    }

    /// <summary>A number drawn for one connection, and its multiple of the generator, masked.</summary>
    private static (BigInteger Number, CurvePoint Blinded) Blind(CurvePoint mask)
    {
        while (true)
        {
            BigInteger number = Curve.Scalar(Chance.Bytes(48));
            if (Curve.Add(Curve.Multiply(number, Curve.Generator)!.Value, mask) is { } blinded)
                return (number, blinded);
        }
    }

    /// <summary>What both come to if both know the secret.</summary>
    private static CurvePoint Common(BigInteger number, CurvePoint sent, CurvePoint mask) => Curve.Add(sent, Curve.Negate(mask)) is { } bare
        && Curve.Multiply(number, bare) is { } common
        ? common
        : throw new AuthenticationException("The other side sent what no honest one sends.");

    private byte[] Key(byte[] binding, CurvePoint client, CurvePoint server, CurvePoint common) =>
        // all of fixed length
        SHA256.HashData([.. Encoding.ASCII.GetBytes("layershuffle joining, version 1"), .. binding, .. Curve.Bytes(client), .. Curve.Bytes(server),
            .. Curve.Bytes(common), .. password]);

    private static byte[] Proof(byte[] key, ReadOnlySpan<byte> role) => HMACSHA256.HashData(key, role);
}

/// <summary>Bytes that nobody can guess: for secrets and keys alone, which reach no result.</summary>
public static class Chance
{
    /// <summary>So many of them.</summary>
    public static byte[] Bytes(int count)
    {
#pragma warning disable RS0030 // luck of the seed tree could be foretold
        return RandomNumberGenerator.GetBytes(count);
#pragma warning restore RS0030
    }
}
