using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using CsCheck;
using LayerShuffle.Cluster.Security;

namespace LayerShuffle.Cluster.Tests.Security;

/// <summary>Who holds the secret is believed, nobody else.</summary>
public sealed class ClusterIdentityTests
{
    private static readonly byte[] Secret = "correct horse battery staple"u8.ToArray(), Other = "correct horse battery stable"u8.ToArray();

    [Fact]
    public void The_derived_public_key_is_that_of_the_curve() => Gen.Byte.Array[16, 64].Sample(
        secret =>
        {
            using ECDsa key = DerivedKey.FromSecret(secret, "test");
            ECParameters parameters = key.ExportParameters(true);
            byte[] data = [1, 2, 3];
            using ECDsa verifier = ECDsa.Create(key.ExportParameters(false));
            verifier.VerifyData(data, key.SignData(data, HashAlgorithmName.SHA256), HashAlgorithmName.SHA256).ShouldBeTrue();
            if (!OperatingSystem.IsLinux())
                return; // elsewhere the platform may not derive the point itself
            using ECDsa derived = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = parameters.D });
            derived.ExportParameters(false).Q.X.ShouldBe(parameters.Q.X);
            derived.ExportParameters(false).Q.Y.ShouldBe(parameters.Q.Y);
        },
        iter: 50);

    [Fact]
    public void The_same_secret_gives_the_same_authority_on_every_machine()
    {
        using ECDsa key = DerivedKey.FromSecret(Secret, "cluster authority, version 1");
        // Pinned: machines with different builds must agree. HKDF-SHA256 of the secret, checked against an independent implementation.
        Convert.ToHexString(SHA256.HashData(key.ExportSubjectPublicKeyInfo())).ShouldBe(PinnedKeyHash);
    }

    private const string PinnedKeyHash = "2DF7BB5A53C15F72179CE178104E8D1B6F578CC074442ECC313490E055157733";

    [Fact]
    public void Holders_of_one_secret_accept_each_other_and_nobody_else()
    {
        using ClusterIdentity a = ClusterIdentity.FromSecret(Secret), b = ClusterIdentity.FromSecret(Secret), stranger = ClusterIdentity.FromSecret(Other);
        a.Accepts(b.Certificate, out string why).ShouldBeTrue(why);
        b.Accepts(a.Certificate, out why).ShouldBeTrue(why);
        a.Certificate.HasPrivateKey.ShouldBeTrue();
        a.Certificate.Thumbprint.ShouldNotBe(b.Certificate.Thumbprint);
        a.Accepts(stranger.Certificate, out why).ShouldBeFalse();
        why.ShouldContain("another secret");
        a.Accepts(null, out why).ShouldBeFalse();
        why.ShouldContain("no certificate");
    }

    [Fact]
    public void A_short_secret_is_refused_with_a_sentence() =>
        Should.Throw<ClusterIdentityException>(() => ClusterIdentity.FromSecret("fifteen bytes!!"u8)).Message.ShouldContain("15 bytes; at least 16");

    [Fact]
    public void A_secret_file_may_end_with_a_line_break()
    {
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "secret");
        File.WriteAllText(file, Encoding.UTF8.GetString(Secret) + "\r\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using ClusterIdentity a = ClusterIdentity.FromSecretFile(file), b = ClusterIdentity.FromSecret(Secret);
        a.Accepts(b.Certificate, out string why).ShouldBeTrue(why);
        Should.Throw<ClusterIdentityException>(() => ClusterIdentity.FromSecretFile(file + ".none")).Message.ShouldContain(file);
    }

    [Fact]
    public async Task Mutual_tls_with_one_secret_carries_bytes_both_ways()
    {
        using ClusterIdentity a = ClusterIdentity.FromSecret(Secret), b = ClusterIdentity.FromSecret(Secret);
        (Task<SslStream> server, Task<SslStream> client) = await Connect(a.AuthenticateAsServerAsync, b.AuthenticateAsClientAsync);
        await using SslStream s = await server, c = await client;
        c.SslProtocol.ShouldBe(OperatingSystem.IsMacOS() ? SslProtocols.Tls12 : SslProtocols.Tls13);
        s.IsMutuallyAuthenticated.ShouldBeTrue();
        c.IsMutuallyAuthenticated.ShouldBeTrue();
        byte[] buffer = new byte[3];
        await c.WriteAsync(new byte[] { 1, 2, 3 });
        await s.ReadExactlyAsync(buffer);
        buffer.ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task Another_secret_is_refused_and_named_on_both_sides()
    {
        using ClusterIdentity a = ClusterIdentity.FromSecret(Secret), b = ClusterIdentity.FromSecret(Other);
        (Task<SslStream> server, Task<SslStream> client) = await Connect(a.AuthenticateAsServerAsync, b.AuthenticateAsClientAsync);
        (await Should.ThrowAsync<AuthenticationException>(client)).Message.ShouldContain("another secret");
        (await Should.ThrowAsync<AuthenticationException>(server)).Message.ShouldContain("another");
    }

    [Fact]
    public async Task A_client_without_a_certificate_is_refused()
    {
        using ClusterIdentity a = ClusterIdentity.FromSecret(Secret);
        (Task<SslStream> server, Task<SslStream> client) = await Connect(a.AuthenticateAsServerAsync, async (stream, cancellation) =>
        {
            var ssl = new SslStream(stream, false, (_, _, _, _) => true);
            await ssl.AuthenticateAsClientAsync("anything");
            return ssl;
        });
        (await Should.ThrowAsync<AuthenticationException>(server)).Message.ShouldContain("no certificate");
        await Task.WhenAny(client);
        _ = client.Exception;
    }

    [Fact]
    public void Certificates_from_files_are_checked_against_their_authority()
    {
        using var folder = new TemporaryFolder();
        using X509Certificate2 authority = Certificates.Authority("CN=authority"), elsewhere = Certificates.Authority("CN=elsewhere");
        string ca = Write(folder, "ca.pem", authority.ExportCertificatePem()), cert = Write(folder, "a.pem", null), key = Path.Combine(folder.Path, "a.key");
        Certificates.Issue(authority, "CN=a", cert, key);
        string combined = Write(folder, "b.pem", null);
        Certificates.Issue(authority, "CN=b", combined, null);
        using ClusterIdentity a = ClusterIdentity.FromCertificates(cert, key, ca), b = ClusterIdentity.FromCertificates(combined, null, ca);
        a.Accepts(b.Certificate, out string why).ShouldBeTrue(why);
        using ClusterIdentity secret = ClusterIdentity.FromSecret(Secret);
        a.Accepts(secret.Certificate, out why).ShouldBeFalse();
        why.ShouldContain("not one of the given authority");

        Should.Throw<ClusterIdentityException>(() => ClusterIdentity.FromCertificates(cert, key, Write(folder, "other.pem", elsewhere.ExportCertificatePem())))
            .Message.ShouldContain("No peer would accept");
        Should.Throw<ClusterIdentityException>(() => ClusterIdentity.FromCertificates(cert, null, ca)).Message.ShouldContain("private key");
        Should.Throw<ClusterIdentityException>(() => ClusterIdentity.FromCertificates(key, key, ca)).Message.ShouldContain("holds no certificate");
        Certificates.Issue(authority, "CN=c", cert, key, serverOnly: true);
        Should.Throw<ClusterIdentityException>(() => ClusterIdentity.FromCertificates(cert, key, ca)).Message.ShouldContain("both server and client");
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.8.9.10", true)]
    [InlineData("::1", true)]
    [InlineData("::ffff:127.0.0.1", true)]
    [InlineData("0.0.0.0", false)]
    [InlineData("::", false)]
    [InlineData("10.0.0.1", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    public void Without_an_identity_only_loopback_is_listened_on(string text, bool allowed)
    {
        IPAddress address = IPAddress.Parse(text);
        using ClusterIdentity identity = ClusterIdentity.FromSecret(Secret);
        Should.NotThrow(() => ListenPolicy.Check(address, identity));
        if (allowed)
            Should.NotThrow(() => ListenPolicy.Check(address, null));
        else
            Should.Throw<InsecureAddressException>(() => ListenPolicy.Check(address, null)).Message.ShouldContain("--secret-file");
    }

    private static async Task<(Task<SslStream> Server, Task<SslStream> Client)> Connect(
        Func<Stream, CancellationToken, Task<SslStream>> server, Func<Stream, CancellationToken, Task<SslStream>> client)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var to = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await to.ConnectAsync(listener.LocalEndpoint);
        Socket from = await listener.AcceptSocketAsync();
        CancellationToken timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System).Token;
        return (server(new NetworkStream(from, true), timeout), client(new NetworkStream(to, true), timeout));
    }

    private static string Write(TemporaryFolder folder, string name, string? text)
    {
        string path = Path.Combine(folder.Path, name);
        File.WriteAllText(path, text ?? "");
        return path;
    }
}
