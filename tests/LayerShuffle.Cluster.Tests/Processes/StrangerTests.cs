using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using CsCheck;
using LayerShuffle.Supervision;

namespace LayerShuffle.Cluster.Tests.Processes;

/// <summary>What comes to an open port.</summary>
public sealed class StrangerTests : ProcessTests
{
    [Fact]
    public async Task Garbage_is_refused_and_disturbs_nobody()
    {
        (Watched hub, _, int worker) = await WithWorkerAsync();
        byte[][] garbage =
        [
            [], [0], [0, 0, 0, 0], [255, 255, 255, 255], [255, 255, 255, 127], "GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray(),
            Frame([1]), Frame([1, (byte)'{', (byte)'}']), Frame([99, 1, 2]), Frame(new byte[HubCodec.LongestHello + 1]),
            HubCodec.Encode(new HubMessage.Shutdown(1)), HubCodec.Encode(new HubMessage.Heartbeat(5)),
            HubCodec.Encode(new HubMessage.Hello(HubCodec.Protocol, "1", null, null, Capabilities, "0123", 7)),
            HubCodec.Encode(new HubMessage.Hello(7, "1", null, null, Capabilities, null, 0)),
            .. Gen.Byte.Array[1, 300].Array[150].Single(_ => true, "0000KOIPwGR3"),
        ];
        foreach (byte[] bytes in garbage)
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, hub.Port, TestContext.Current.CancellationToken);
            NetworkStream stream = client.GetStream();
            try
            {
                await stream.WriteAsync(bytes, TestContext.Current.CancellationToken);
                client.Client.Shutdown(SocketShutdown.Send);
                await stream.CopyToAsync(Stream.Null, TestContext.Current.CancellationToken).WaitAsync(Patience); // until the hub has closed it
            }
            catch (Exception exception) when (exception is IOException or SocketException)
            {
                // closed with bytes unread
            }
        }

        await UntilAsync(() => hub.Hub.Refusals == garbage.Length, "all are refused");
        await UntilAsync(() => hub.Seen.OfType<HubEvent.Refused>().Count() >= 90, "the first hundred are told of"); // counted first, told then
        hub.Seen.OfType<HubEvent.Refused>().Count().ShouldBeInRange(90, 105, "after a hundred they are only counted");
        hub.Seen.OfType<HubEvent.Refused>().ShouldContain(e => e.Reason.Contains("speaks protocol 7"));
        hub.Seen.OfType<HubEvent.Refused>().ShouldContain(e => e.Reason.Contains("has given this node up"));
        hub.Seen.OfType<HubEvent.Left>().ShouldBeEmpty();
        (await hub.Hub.KillAsync("node-1").WaitAsync(Patience)).ProcessId.ShouldBe(worker);
    }

    [Fact]
    public async Task The_silent_are_sent_away_in_time_and_too_many_at_once()
    {
        Watched hub = Listen(o => o with { HandshakeTimeout = TimeSpan.FromSeconds(3), Handshakes = 3 });
        var clients = new List<TcpClient>();
        for (int i = 0; i < 5; i++)
        {
            var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, hub.Port, TestContext.Current.CancellationToken);
            clients.Add(client);
        }

        foreach (TcpClient client in clients)
        {
            try
            {
                (await client.GetStream().ReadAsync(new byte[1], TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience)).ShouldBe(0);
            }
            catch (IOException)
            {
                // reset: closed as well
            }

            client.Dispose();
        }

        await UntilAsync(() => hub.Hub.Refusals == 5, "all are refused");
        await UntilAsync(() => hub.Seen.OfType<HubEvent.Refused>().Count() >= 3, "the three that were listened to are told of"); // counted first, told then
        Supervise(hub.Port);
        await hub.NextAsync<HubEvent.Joined>();
        hub.Seen.OfType<HubEvent.Refused>().Count().ShouldBe(3);
        hub.Seen.OfType<HubEvent.Refused>().ShouldAllBe(e => e.Reason.Contains("did not say who it is"));
    }

    [Fact]
    public async Task A_node_that_breaks_the_protocol_is_expelled()
    {
        Watched hub = Listen();
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, hub.Port, TestContext.Current.CancellationToken);
        await client.GetStream()
            .WriteAsync(HubCodec.Encode(new HubMessage.Hello(HubCodec.Protocol, "1", null, "odd", Capabilities, null, 0)),
            TestContext.Current.CancellationToken);
        await hub.NextAsync<HubEvent.Joined>();
        await client.GetStream().WriteAsync(HubCodec.Encode(new HubMessage.Confirmed(12, 0, null, null)), TestContext.Current.CancellationToken);
        (await hub.NextAsync<HubEvent.Left>()).Reason.ShouldContain("confirmed command 12, which it was not given");
    }

    [Fact]
    public void Any_bytes_are_a_message_or_refused() => Gen.Select(Gen.Byte[0, 15], Gen.OneOf(Gen.Byte.Array[0, 100], Json)).Sample(
        (kind, body) =>
        {
            try
            {
                HubCodec.Decode([kind, .. body]);
            }
            catch (HubProtocolException)
            {
                // refused
            }
        }, iter: 20_000);

    [Fact]
    public void Messages_survive_their_bytes() => Gen.Select(Gen.String, Gen.Long, Gen.Int).Sample((text, number, small) =>
    {
        foreach (HubMessage message in new HubMessage[]
        {
            new HubMessage.StartWorker(number, small, text), new HubMessage.LogLine(text), new HubMessage.Confirmed(number, number, small, text),
                new HubMessage.Goodbye(text),
            new HubMessage.SignalWorker(number, (WorkerSignal)Math.Abs(small % 3)), new HubMessage.Welcome(text, text, null, number, small, small, true),
            new HubMessage.WorkerReady(small, new WorkerAddress(text, small, small), number), new HubMessage.Leaving(), new HubMessage.Refused(text),
        })
        {
            byte[] frame = HubCodec.Encode(message);
            BinaryPrimitives.ReadInt32LittleEndian(frame).ShouldBe(frame.Length - 4);
            HubMessage back = HubCodec.Decode(frame.AsSpan(4));
            HubCodec.Encode(back).ShouldBe(frame);
            back.GetType().ShouldBe(message.GetType());
        }
    }, iter: 500);

    private static Gen<byte[]> Json
    {
        get
        {
            string[] texts =
            [
                "{}", "null", "[]", "{\"id\":1}", "{\"id\":\"1\"}", "{\"received\":-1}", "{\"text\":null}",
                    "{\"incarnation\":1,\"exitCode\":0,\"asked\":true,\"lastLines\":[null]}",
                "{\"id\":1,\"signal\":77}", "{\"id\":1e999}", "{\"$type\":\"System.IO.FileInfo\"}", new string('[', 100),
            ];
            return Gen.Int[0, texts.Length - 1].Select(i => System.Text.Encoding.UTF8.GetBytes(texts[i]));
        }
    }

    private static byte[] Frame(byte[] body)
    {
        byte[] frame = new byte[4 + body.Length];
        BinaryPrimitives.WriteInt32LittleEndian(frame, body.Length);
        body.CopyTo(frame, 4);
        return frame;
    }
}
