using System.Net.Sockets;
using CsCheck;
using LayerShuffle.Cluster.Tests.Security;
using LayerShuffle.Security;
using LayerShuffle.Transport.Wire;
using static LayerShuffle.Cluster.Tests.Wire.Marks;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Tests.Wire;

/// <summary>Whom a data plane refuses, by name and at a bounded cost: old incarnations, other runs and secrets, garbage, the silent.</summary>
[Collection(AloneCollection.Name)]
public sealed class DataPlaneRefusalTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly byte[] Secret = "a secret for these tests"u8.ToArray(), OtherSecret = "another secret for these"u8.ToArray();

    [Fact]
    public async Task Connections_of_and_for_old_incarnations_are_refused_by_name()
    {
        await using var receiver = new Station(2, o => o with { Incarnation = 5 });
        await using var late = new Station(1, o => o with { Incarnation = 3 });
        late.Knows(receiver, incarnation: 4);
        late.Plane.TrySend(2, Marked(1)).ShouldBeTrue();
        await late.Logged("it looked for incarnation 4 of node 2, but this is incarnation 5");
        await receiver.Logged("it looked for incarnation 4 of node 2, but this is incarnation 5");

        await using var young = new Station(1, o => o with { Incarnation = 4 });
        receiver.Knows(young, incarnation: 4);
        late.Knows(receiver, incarnation: 5);
        late.Plane.TrySend(2, Marked(2)).ShouldBeTrue();
        await late.Logged("which incarnation 4 has followed");
        young.Knows(receiver);
        await young.Plane.SendAsync(2, Marked(3)).AsTask().WaitAsync(Patience);
        Mark(await receiver.Next()).ShouldBe(3);
    }

    [Fact]
    public async Task Another_run_or_another_endpoint_is_refused_by_name()
    {
        await using var receiver = new Station(2);
        await using var other = new Station(1, o => o with { Token = 0xBAD });
        other.Knows(receiver);
        other.Plane.TrySend(2, Marked(1)).ShouldBeTrue();
        await other.Logged("node 2 refused this endpoint (node 1, incarnation 0): its run is another one");
        await receiver.Logged("node 1 was refused: its run is another one (token 0000000000000BAD");
        await using var lost = new Station(1);
        lost.Plane.SetPeer(3, "127.0.0.1", receiver.Plane.ListenEndPoint.Port, 0);
        lost.Plane.TrySend(3, Marked(1)).ShouldBeTrue();
        await lost.Logged("it looked for node 3, but this is node 2");
        receiver.Frames.Reader.TryRead(out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Another_secret_or_none_is_refused_and_named_on_both_sides(bool receiverHas, bool senderHas)
    {
        using ClusterIdentity? a = receiverHas ? Identities.Of(Secret) : null, b = senderHas ? Identities.Of(OtherSecret) : null;
        await using var receiver = new Station(2, identity: a);
        await using var sender = new Station(1, identity: b);
        sender.Knows(receiver);
        sender.Plane.TrySend(2, Marked(1)).ShouldBeTrue();
        await sender.Logged(senderHas && receiverHas ? "another" : "secret");
        await receiver.Logged("secret");
        receiver.Frames.Reader.TryRead(out _).ShouldBeFalse();
        if (!receiverHas)
            return;
        using ClusterIdentity right = Identities.Of(Secret);
        await using var friend = new Station(3, identity: right);
        friend.Knows(receiver);
        await friend.Plane.SendAsync(2, Marked(4)).AsTask().WaitAsync(Patience);
        Mark(await receiver.Next()).ShouldBe(4);
    }

    [Fact]
    public async Task Garbage_from_strangers_and_peers_does_no_harm()
    {
        long before = TensorChecks.Settled();
        await using (var receiver = new Station(2, o => o with { MaxFrameBytes = 1 << 20 }))
        await using (var friend = new Station(1))
        {
            byte[] http = "GET / HTTP/1.0\r\n\r\n"u8.ToArray(), tls = [0x16, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3];
            List<byte[]> garbage = [http, tls, [], [0], new byte[100_000]];
            Gen.Byte.Array[0, 300].Sample(garbage.Add, iter: 300, threads: 1);
            foreach (byte[] bytes in garbage)
                await Throw(receiver, bytes, greet: false);
            foreach (byte[] bytes in garbage)
                await Throw(receiver, bytes, greet: true);
            await receiver.Logged("no data plane's greeting");
            await receiver.Logged("out of step");
            receiver.AllLines().Count(line => line.Contains("from 127.0.0.1", StringComparison.Ordinal)).ShouldBeInRange(2, 201);
            receiver.Frames.Reader.TryRead(out _).ShouldBeFalse();
            friend.Knows(receiver);
            await friend.Plane.SendAsync(2, Marked(4)).AsTask().WaitAsync(Patience);
            Mark(await receiver.Next()).ShouldBe(4);
        }

        Tensor.TotalCount.ShouldBe(before);
    }

    [Fact]
    public async Task Whoever_says_nothing_is_closed_and_only_so_many_may_try_at_once()
    {
        await using var receiver = new Station(2, o => o with { MaxPendingHandshakes = 4, HandshakeTimeout = TimeSpan.FromMilliseconds(700) });
        Socket[] silent = new Socket[12];
        for (int i = 0; i < silent.Length; i++)
        {
            silent[i] = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await silent[i].ConnectAsync(receiver.Plane.ListenEndPoint);
        }

        foreach (Socket socket in silent)
        {
            await Ended(socket);
            socket.Dispose();
        }

        await receiver.Logged("More than 4 connections");
        await receiver.Logged("did not complete the handshake within 0.7 s");
        await using var friend = new Station(1);
        friend.Knows(receiver);
        await friend.Plane.SendAsync(2, Marked(4)).AsTask().WaitAsync(Patience);
        Mark(await receiver.Next()).ShouldBe(4);
    }

    /// <summary>Sends bytes as a stranger, or as a peer that has passed the handshake, and waits until the receiver has hung up.</summary>
    private static async Task Throw(Station receiver, byte[] bytes, bool greet)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(receiver.Plane.ListenEndPoint);
        try
        {
            if (greet)
                await Handshake.ConnectAsync(new NetworkStream(socket), new Hello(Hello.CurrentVersion, 1, 9, 0, 2, 0), default).WaitAsync(Patience);
            await socket.SendAsync(bytes);
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            return; // it hung up already
        }

        await Ended(socket);
    }

    private static async Task Ended(Socket socket)
    {
        byte[] buffer = new byte[1000];
        try
        {
            while (await socket.ReceiveAsync(buffer).WaitAsync(Patience) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // Reset: ended too.
        }
    }
}
