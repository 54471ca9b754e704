using System.IO.Pipelines;
using System.Net.Security;
using System.Numerics;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Text;
using CsCheck;
using LayerShuffle.Security;
using LayerShuffle.Supervision;

namespace LayerShuffle.Cluster.Tests.Security;

/// <summary>Who knows the secret comes in; who does not learns nothing about it.</summary>
public sealed class SharedSecretTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public void Multiples_of_the_generator_are_the_platforms_public_keys() => Gen.Byte.Array[48].Sample(
        material =>
        {
            using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            ECParameters known = key.ExportParameters(true);
            CurvePoint own = Curve.Multiply(new BigInteger(known.D, true, true), Curve.Generator)!.Value;
            Curve.Bytes(own).ShouldBe([.. known.Q.X!, .. known.Q.Y!]);
            BigInteger a = Curve.Scalar(material);
            CurvePoint left = Curve.Multiply(a, own)!.Value,
                right = Curve.Multiply(a * new BigInteger(known.D, true, true) % Curve.Order, Curve.Generator)!.Value;
            left.ShouldBe(right);
            Curve.Add(left, Curve.Negate(right)).ShouldBeNull();
            Curve.Add(left, right).ShouldBe(Curve.Multiply(2, left));
            Curve.Read(Curve.Bytes(left)).ShouldBe(left);
            Curve.Read([.. Curve.Bytes(left)[..63], (byte)(Curve.Bytes(left)[63] ^ 1)]).ShouldBeNull();
        },
        iter: 20);

    [Fact]
    public async Task The_same_secret_lets_in_and_carries_bytes_both_ways()
    {
        byte[] secret = SharedSecret.Draw();
        (Task<Stream> server, Task<Stream> client) = Meet(secret, secret);
        await using Stream s = await server, c = await client;
        byte[] buffer = new byte[3];
        await c.WriteAsync(new byte[] { 1, 2, 3 });
        await s.ReadExactlyAsync(buffer);
        await s.WriteAsync(buffer);
        await c.ReadExactlyAsync(buffer);
        buffer.ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task Secrets_are_bytes_and_every_one_of_them_counts()
    {
        using var folder = new TemporaryFolder();
        // neither is UTF-8, and as broken UTF-8 they are one
        byte[] one = [0xFF, 0xFE, 0x80, 0, .. "and twelve more."u8], other = [0xFD, 0xC0, 0x81, 0, .. "and twelve more."u8];
        Encoding.UTF8.GetString(one).ShouldBe(Encoding.UTF8.GetString(other));
        string[] files = [Private(folder, "one", [.. one, (byte)'\r', (byte)'\n']), Private(folder, "other", [.. other, (byte)'\n'])];
        SharedSecret.Read(files[0]).ShouldBe(one);
        SharedSecret.Read(files[1]).ShouldBe(other);
        (Task<Stream> server, Task<Stream> client) = Meet(SharedSecret.Read(files[0]), SharedSecret.Read(files[1]));
        (await Should.ThrowAsync<AuthenticationException>(client)).Message.ShouldContain("another secret");
        (await Should.ThrowAsync<AuthenticationException>(server)).Message.ShouldContain("another secret");
        Should.Throw<ClusterIdentityException>(() => SharedSecret.Read(files[0] + ".none")).Message.ShouldContain(files[0]);
    }

    [Fact]
    public void A_short_secret_is_refused_with_a_sentence() =>
        Should.Throw<ClusterIdentityException>(() => new SharedSecret("fifteen bytes!!"u8)).Message.ShouldContain("15 bytes; at least 16");

    /// <summary>
    /// A stranger that speaks the protocol sees the certificate, a point, and a verdict: it has one guess, and what it saw fits every other secret as well.
    /// </summary>
    [Fact]
    public async Task What_a_stranger_is_shown_is_drawn_anew_and_not_derived_from_the_secret()
    {
        byte[] secret = "a rather weak secret"u8.ToArray();
        var seen = new HashSet<string>();
        for (int i = 0; i < 2; i++)
        {
            using var holder = new SharedSecret(secret);
            (Stream near, Stream far) = Pair();
            Task<Stream> server = holder.AuthenticateAsServerAsync(far, Limit());
            await using var ssl = new SslStream(near, false, (_, _, _, _) => true);
            await ssl.AuthenticateAsClientAsync("anything");
            seen.Add(ssl.RemoteCertificate!.GetPublicKeyString()).ShouldBeTrue("each process shows a key of its own");
            ssl.RemoteCertificate.Issuer.ShouldBe(ssl.RemoteCertificate.Subject, "nobody's key signs it");
            await ssl.WriteAsync((byte[])[.. "LSP1"u8, .. Curve.Bytes(Curve.Generator)]);
            byte[] point = new byte[Curve.PointSize];
            await ssl.ReadExactlyAsync(point);
            seen.Add(Convert.ToHexString(point)).ShouldBeTrue("blinded anew");
            await ssl.WriteAsync(new byte[32]);
            byte[] verdict = new byte[100];
            (await ssl.ReadAsync(verdict)).ShouldBe(1); // no, and not what would have proven it
            verdict[0].ShouldBe((byte)0);
            await Should.ThrowAsync<AuthenticationException>(server);
        }
    }

    /// <summary>One that stands between has another certificate on each side: the two that know the secret notice.</summary>
    [Fact]
    public async Task One_that_stands_between_does_not_pass_on_the_proofs()
    {
        using var a = new SharedSecret("a secret that both know"u8);
        using var b = new SharedSecret("a secret that both know"u8);
        using var between = new SharedSecret("not known in the middle"u8);
        (Stream clientEnd, Stream towardsClient) = Pair();
        (Stream towardsServer, Stream serverEnd) = Pair();
        Task<Stream> server = a.AuthenticateAsServerAsync(serverEnd, Limit()), client = b.AuthenticateAsClientAsync(clientEnd, Limit());
        using System.Security.Cryptography.X509Certificates.X509Certificate2 own = ClusterCertificates.Anonymous();
        await using var left = new SslStream(towardsClient);
        await using var right = new SslStream(towardsServer, false, (_, _, _, _) => true);
        await Task.WhenAll(left.AuthenticateAsServerAsync(own), right.AuthenticateAsClientAsync("anything")).WaitAsync(Patience);
        _ = left.CopyToAsync(right);
        _ = right.CopyToAsync(left);
        (await Should.ThrowAsync<AuthenticationException>(client)).Message.ShouldContain("another secret");
        await Should.ThrowAsync<AuthenticationException>(server);
    }

    [Fact]
    public void A_drawn_secret_is_left_for_this_user_alone()
    {
        byte[] secret = SharedSecret.Draw();
        const int Port = 65_535; // nothing listens
        JoinFile.Write(Port, secret);
        JoinFile.Read(Port).ShouldBe(secret);
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(JoinFile.Of(Port)).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.SetUnixFileMode(JoinFile.Of(Port), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
            Should.Throw<ClusterIdentityException>(() => JoinFile.Read(Port)).Message.ShouldContain("chmod 600");
            File.SetUnixFileMode(JoinFile.Of(Port), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        JoinFile.Remove(Port, SharedSecret.Draw());
        JoinFile.Read(Port).ShouldBe(secret, "it is another's");
        JoinFile.Remove(Port, secret);
        JoinFile.Read(Port).ShouldBeNull();
    }

    private static (Task<Stream> Server, Task<Stream> Client) Meet(byte[] server, byte[] client)
    {
        (Stream near, Stream far) = Pair();
        return (new SharedSecret(server).AuthenticateAsServerAsync(far, Limit()), new SharedSecret(client).AuthenticateAsClientAsync(near, Limit()));
    }

    private static CancellationToken Limit() => new CancellationTokenSource(Patience, TimeProvider.System).Token;

    private static (Stream, Stream) Pair()
    {
        Pipe there = new(), back = new();
        return (new Duplex(back.Reader.AsStream(), there.Writer.AsStream()), new Duplex(there.Reader.AsStream(), back.Writer.AsStream()));
    }

    private static string Private(TemporaryFolder folder, string name, byte[] bytes)
    {
        string file = Path.Combine(folder.Path, name);
        File.WriteAllBytes(file, bytes);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return file;
    }

    private sealed class Duplex(Stream input, Stream output) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush() => output.Flush();

        public override Task FlushAsync(CancellationToken cancellationToken) => output.FlushAsync(cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => input.Read(buffer, offset, count);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            input.ReadAsync(buffer, cancellationToken);

        public override void Write(byte[] buffer, int offset, int count) => output.Write(buffer, offset, count);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            output.WriteAsync(buffer, cancellationToken);

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            input.Dispose();
            output.Dispose();
            base.Dispose(disposing);
        }
    }
}
