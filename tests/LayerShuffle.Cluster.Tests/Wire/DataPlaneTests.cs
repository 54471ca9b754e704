using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using CsCheck;
using LayerShuffle.Cluster.Tests.Security;
using LayerShuffle.Security;
using LayerShuffle.Transport.Wire;
using LayerShuffle.Vision.Numbers;
using static LayerShuffle.Cluster.Tests.Wire.Marks;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Tests.Wire;

/// <summary>Data planes on loopback sockets: order, back-pressure, restarts, and nothing left behind.</summary>
[Collection(AloneCollection.Name)]
public sealed class DataPlaneTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly byte[] Secret = "a secret for these tests"u8.ToArray();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Frames_arrive_in_order_with_their_tensors(bool secure)
    {
        long before = TensorChecks.Settled();
        using (ClusterIdentity? a = secure ? Identities.Of(Secret) : null, b = secure ? Identities.Of(Secret) : null)
        {
            await using var one = new Station(1, identity: a);
            await using var two = new Station(2, identity: b);
            one.Knows(two);
            two.Knows(one);
            for (int i = 0; i < 200; i++)
            {
                Tensor tensor = full([i % 7, 1000], (float)i);
                one.Plane.TrySend(2, new OutgoingFrame((byte)i, BitConverter.GetBytes(i), [tensor], i % 2 == 0 ? WireDtype.Float32 : WireDtype.Int8),
                    tensor.Dispose).ShouldBeTrue();
            }

            for (int i = 0; i < 200; i++)
            {
                using IncomingFrame frame = await two.Next();
                frame.From.ShouldBe(1);
                BitConverter.ToInt32(frame.Meta).ShouldBe(i);
                frame.Tensors[0].shape.ShouldBe([i % 7, 1000]);
                if (i % 7 > 0)
                    frame.Tensors[0].mean().item<float>().ShouldBe(i, i * 0.001);
            }

            await two.Plane.SendAsync(1, new OutgoingFrame(9, [], [], WireDtype.Float32)).AsTask().WaitAsync(Patience);
            (await one.Next()).Kind.ShouldBe((byte)9);
        }

        GC.Collect(); // the mean()s above
        GC.WaitForPendingFinalizers();
        Tensor.TotalCount.ShouldBe(before);
    }

    [Fact]
    public async Task The_queue_is_bounded_and_writers_wait_for_room()
    {
        using var gate = new ManualResetEventSlim();
        using Tensor large = zeros(1 << 20);
        long before = TensorChecks.Settled();
        await using (var one = new Station(1, o => o with { MaxInFlightBytes = 10 << 20 }))
        await using (var two = new Station(2, handler: frame =>
        {
            frame.Dispose();
            gate.Wait(Patience);
        }))
        {
            one.Knows(two);
            var frame = new OutgoingFrame(1, [], [large], WireDtype.Float32);
            int accepted = 0, released = 0, refused = 0;
            for (int i = 0; i < 200; i++)
            {
                if (one.Plane.TrySend(2, frame, () => Interlocked.Increment(ref released)))
                    accepted++;
                else
                    refused++;
                one.Plane.InFlightBytes(2).ShouldBeLessThanOrEqualTo(10 << 20);
            }

            refused.ShouldBeGreaterThan(0);
            // The peer takes nothing: besides what the sockets buffer, writers wait; some give up.
            using var impatient = new CancellationTokenSource();
            Task[] waiting = [.. Enumerable.Range(0, 20).Select(_ => one.Plane.SendAsync(2, frame).AsTask())];
            Task[] cancelled = [.. Enumerable.Range(0, 5).Select(_ => one.Plane.SendAsync(2, frame, impatient.Token).AsTask())];
            await impatient.CancelAsync();
            foreach (Task task in cancelled)
                await Should.ThrowAsync<OperationCanceledException>(task.WaitAsync(Patience));
            one.Plane.TrySend(2, frame).ShouldBeFalse("those who wait come first");
            gate.Set();
            await Task.WhenAll(waiting).WaitAsync(Patience);
            one.Plane.InFlightBytes(2).ShouldBe(0);
            released.ShouldBe(accepted);
        }

        Tensor.TotalCount.ShouldBe(before);
    }

    [Fact]
    public async Task A_restarted_peer_gets_what_is_sent_to_its_new_incarnation_only()
    {
        await using var one = new Station(1);
        var two = new Station(2, o => o with { Incarnation = 1 });
        one.Knows(two);
        await one.Plane.SendAsync(2, Marked(1)).AsTask().WaitAsync(Patience);
        Mark(await two.Next()).ShouldBe(1);
        await two.DisposeAsync();

        // Nobody listens: these wait, and go when the new incarnation is announced.
        ConcurrentQueue<int> released = [];
        for (int i = 10; i < 15; i++)
        {
            int mark = i;
            one.Plane.TrySend(2, Marked(i), () => released.Enqueue(mark)).ShouldBeTrue();
        }

        Task doomed = one.Plane.SendAsync(2, Marked(99)).AsTask();
        await using var again = new Station(2, o => o with { Incarnation = 2 });
        one.Knows(again);
        one.Knows(again, incarnation: 1); // late news
        (await Should.ThrowAsync<FrameDroppedException>(doomed.WaitAsync(Patience))).Message.ShouldContain("restarted");
        released.Order().ShouldBe(Enumerable.Range(10, 5)); // all of them; in which order dropped frames are let go is not promised
        await one.Plane.SendAsync(2, Marked(20)).AsTask().WaitAsync(Patience);
        Mark(await again.Next()).ShouldBe(20);
    }

    [Fact]
    public async Task The_same_incarnation_that_comes_back_gets_what_was_queued()
    {
        await using var one = new Station(1);
        var two = new Station(2);
        one.Knows(two);
        await one.Plane.SendAsync(2, Marked(1)).AsTask().WaitAsync(Patience);
        Mark(await two.Next()).ShouldBe(1);
        IPEndPoint where = two.Plane.ListenEndPoint;
        await two.DisposeAsync();
        Task[] sent = [.. Enumerable.Range(2, 8).Select(i => one.Plane.SendAsync(2, Marked(i)).AsTask())];
        await using var again = new Station(2, o => o with { Listen = where });
        int written = 0;
        foreach (Task task in sent)
        {
            await ((Task)Task.WhenAny(task)).WaitAsync(Patience);
            written += task.IsCompletedSuccessfully ? 1 : 0;
        }

        written.ShouldBeGreaterThanOrEqualTo(7, "at most the frame that was being written when the connection broke is lost");
        int last = 1;
        while (last < 9)
        {
            int mark = Mark(await again.Next());
            mark.ShouldBeGreaterThan(last);
            last = mark;
        }
    }

    [Fact]
    public async Task Disposal_is_prompt_and_leaves_no_socket_and_no_tensor()
    {
        long before = TensorChecks.Settled();
        using var gate = new ManualResetEventSlim();
        using (ClusterIdentity identity = Identities.Of(Secret))
        {
            var one = new Station(1, identity: identity);
            var two = new Station(2, identity: identity, handler: frame =>
            {
                frame.Dispose();
                gate.Wait(Patience);
            });
            one.Knows(two);
            one.Plane.SetPeer(3, "127.0.0.1", 1, 0); // nobody there
            Tensor large = zeros(1 << 22);
            int released = 0;
            for (int i = 0; i < 8; i++)
                one.Plane.TrySend(i % 2 == 0 ? 2 : 3, new OutgoingFrame(1, [], [large], WireDtype.Float16), () => Interlocked.Increment(ref released))
                    .ShouldBeTrue();
            Task stuck = one.Plane.SendAsync(3, new OutgoingFrame(1, [], [large], WireDtype.Float32)).AsTask();
            await one.DisposeAsync().AsTask().WaitAsync(Patience);
            released.ShouldBe(8);
            await Should.ThrowAsync<FrameDroppedException>(stuck);
            large.Dispose();
            gate.Set();
            IPEndPoint where = two.Plane.ListenEndPoint;
            await two.DisposeAsync().AsTask().WaitAsync(Patience);
            using var probe = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await Should.ThrowAsync<SocketException>(async () => await probe.ConnectAsync(where));
            one.Plane.TrySend(2, Marked(1)).ShouldBeFalse();
            Should.Throw<ObjectDisposedException>(() => one.Plane.SetPeer(2, "127.0.0.1", 1, 0));
        }

        Tensor.TotalCount.ShouldBe(before);
    }

    [Fact]
    public async Task A_removed_peer_is_unknown_and_a_foreign_address_needs_an_identity()
    {
        await using var one = new Station(1);
        one.Plane.SetPeer(2, "localhost", 1, 0);
        Task queued = one.Plane.SendAsync(2, Marked(1)).AsTask();
        one.Plane.RemovePeer(2);
        (await Should.ThrowAsync<FrameDroppedException>(queued.WaitAsync(Patience))).Message.ShouldContain("removed");
        one.Plane.TrySend(2, Marked(1)).ShouldBeFalse();
        await Should.ThrowAsync<InvalidOperationException>(one.Plane.SendAsync(2, Marked(1)).AsTask());
        Should.Throw<InsecureAddressException>(() => one.Plane.SetPeer(2, "192.0.2.1", 1, 0));
        Should.Throw<InsecureAddressException>(() => new Station(2, o => o with { Listen = new IPEndPoint(IPAddress.Any, 0) }));
        Should.Throw<IOException>(() => new Station(2, o => o with { Listen = one.Plane.ListenEndPoint })).Message.ShouldContain("any that is free");
    }
}
