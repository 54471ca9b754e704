using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using LayerShuffle.Cluster.Tests.Security;
using LayerShuffle.Security;
using LayerShuffle.Transport.Wire;
using static LayerShuffle.Cluster.Tests.Wire.Marks;

namespace LayerShuffle.Cluster.Tests.Wire;

/// <summary>Connections of a run on one machine: the run's key instead of TLS.</summary>
public sealed class KeyedHandshakeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Frames_pass_between_processes_of_one_run_and_from_no_other()
    {
        using ClusterIdentity a = Identities.Of("ours"u8), b = Identities.Of("ours"u8), c = Identities.Of("theirs"u8);
        await using var receiver = new Station(2, o => o with { LocalOnly = true }, a);
        await using var stranger = new Station(1, o => o with { LocalOnly = true }, c);
        await using var plain = new Station(3);
        await using var friend = new Station(4, o => o with { LocalOnly = true }, b);
        stranger.Knows(receiver);
        plain.Knows(receiver);
        friend.Knows(receiver);
        stranger.Plane.TrySend(2, Marked(1)).ShouldBeTrue();
        await stranger.Logged("another secret");
        plain.Plane.TrySend(2, Marked(2)).ShouldBeTrue();
        await receiver.Logged("does not prove that it knows");
        await friend.Plane.SendAsync(2, Marked(3)).AsTask().WaitAsync(Patience);
        Mark(await receiver.Next()).ShouldBe(3);
        receiver.Frames.Reader.TryRead(out _).ShouldBeFalse();
        Should.Throw<InsecureAddressException>(() => friend.Plane.SetPeer(9, "203.0.113.1", 1, 0));
    }

    /// <summary>A stranger that took over a port and passes everything on to where a rightful one listens.</summary>
    [Fact]
    public async Task Answers_that_are_passed_on_do_not_count()
    {
        byte[] key = SharedSecret.Draw();
        using var server = new TcpListener(IPAddress.Loopback, 0);
        using var between = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        between.Start();
        using var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(between.LocalEndpoint);
        using Socket left = await between.AcceptSocketAsync();
        using var right = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await right.ConnectAsync(server.LocalEndpoint);
        using Socket end = await server.AcceptSocketAsync();
        await using var clientStream = new NetworkStream(client);
        await using var serverStream = new NetworkStream(end);
        Task accept = KeyedHandshake.AcceptAsync(end, serverStream, key, CancellationToken.None);
        Task connect = KeyedHandshake.ConnectAsync(client, clientStream, key, CancellationToken.None);
        _ = new NetworkStream(left).CopyToAsync(new NetworkStream(right));
        _ = new NetworkStream(right).CopyToAsync(new NetworkStream(left));
        await Should.ThrowAsync<AuthenticationException>(connect.WaitAsync(Patience));
        client.Close();
        left.Close();
        right.Close();
        await Should.ThrowAsync<IOException>(accept.WaitAsync(Patience));
    }

    [Fact]
    public async Task A_peers_own_answers_sent_back_do_not_count()
    {
        byte[] key = SharedSecret.Draw();
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        using var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(server.LocalEndpoint);
        using Socket end = await server.AcceptSocketAsync();
        await using var stream = new NetworkStream(end);
        Task accept = KeyedHandshake.AcceptAsync(end, stream, key, CancellationToken.None);
        await client.SendAsync((byte[])[.. "LSKH"u8, .. new byte[32]]);
        byte[] answer = new byte[64];
        await new NetworkStream(client).ReadExactlyAsync(answer);
        await client.SendAsync(answer.AsMemory(32));
        await Should.ThrowAsync<AuthenticationException>(accept.WaitAsync(Patience));
    }
}
