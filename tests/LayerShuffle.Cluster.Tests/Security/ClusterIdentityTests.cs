using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using LayerShuffle.Security;

namespace LayerShuffle.Cluster.Tests.Security;

/// <summary>Who is of the run is believed, nobody else.</summary>
public sealed class ClusterIdentityTests
{
    private static readonly byte[] Secret = "one run"u8.ToArray(), Other = "another run"u8.ToArray();

    [Fact]
    public void Processes_of_one_run_accept_each_other_and_nobody_else()
    {
        using ClusterIdentity a = Identities.Of(Secret), b = Identities.Of(Secret), stranger = Identities.Of(Other);
        a.Accepts(b.Certificate, out string why).ShouldBeTrue(why);
        b.Accepts(a.Certificate, out why).ShouldBeTrue(why);
        a.Certificate.HasPrivateKey.ShouldBeTrue();
        a.Certificate.Thumbprint.ShouldNotBe(b.Certificate.Thumbprint);
        a.Accepts(stranger.Certificate, out why).ShouldBeFalse();
        why.ShouldContain("another run");
        a.Accepts(null, out why).ShouldBeFalse();
        why.ShouldContain("no certificate");
    }

    [Fact]
    public async Task Mutual_tls_of_one_run_carries_bytes_both_ways()
    {
        using ClusterIdentity a = Identities.Of(Secret), b = Identities.Of(Secret);
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
    public async Task Another_run_is_refused_and_named_on_both_sides()
    {
        using ClusterIdentity a = Identities.Of(Secret), b = Identities.Of(Other);
        (Task<SslStream> server, Task<SslStream> client) = await Connect(a.AuthenticateAsServerAsync, b.AuthenticateAsClientAsync);
        (await Should.ThrowAsync<AuthenticationException>(client)).Message.ShouldContain("another run");
        (await Should.ThrowAsync<AuthenticationException>(server)).Message.ShouldContain("another");
    }

    [Fact]
    public async Task A_client_without_a_certificate_is_refused()
    {
        using ClusterIdentity a = Identities.Of(Secret);
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
        using ClusterIdentity secret = Identities.Of(Secret);
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
        using ClusterIdentity identity = Identities.Of(Secret);
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
