using System.Reflection;
using System.Text;
using CsCheck;
using Google.Protobuf;
using LayerShuffle.Cluster.Membership;

namespace LayerShuffle.Cluster.Tests.Membership;

/// <summary>What may reach an actor system, down to the bytes: what the filter has judged is what Akka reads.</summary>
public sealed class InboundFilterTests
{
    private const string Inbox = "akka.ssl.tcp://layershuffle@10.0.0.7:4711/user/endpoint", Daemon = "akka://layershuffle/system/cluster/core/daemon";
    private const string Gossip = "Akka.Cluster.GossipEnvelope, Akka.Cluster", Kill = "K";
    private const int Cluster = 5, Selection = 6, Misc = 16;

    [Fact]
    public void The_protocol_passes()
    {
        Allows(Payload(Envelope(Daemon, Message(Cluster, Gossip)))).ShouldBeTrue();
        Allows(Payload(Envelope("akka://layershuffle/", Message(Selection, "", Selected(Message(Cluster, Gossip), "system", "cluster", "core", "daemon")))))
            .ShouldBeTrue();
        Allows(Bytes(2, [8, 1])).ShouldBeTrue(); // the transport's own
        Allows(Payload(Bytes(1, Number(1, 7)), isContainer: true)).ShouldBeTrue(); // an acknowledgement
    }

    [Theory]
    [InlineData(Daemon, Misc, Kill)]
    [InlineData(Daemon, Cluster, "Akka.Cluster.ClusterUserAction+Down, Akka.Cluster")]
    [InlineData(Daemon, Cluster, "Akka.Cluster.InternalClusterAction+Join, Akka.Cluster")]
    [InlineData(Inbox, Misc, Kill)]
    [InlineData("akka://layershuffle/user", Cluster, Gossip)]
    [InlineData("no path at all", Cluster, Gossip)]
    public void Everything_else_is_refused(string path, int serializer, string manifest) =>
        Allows(Payload(Envelope(path, Message(serializer, manifest)))).ShouldBeFalse();

    /// <summary>Akka takes the last of two fields, or mixes both: a filter that looks at the first would pass what it has not seen.</summary>
    [Fact]
    public void A_field_that_stands_there_twice_is_refused_at_every_depth()
    {
        byte[] good = Envelope(Daemon, Message(Cluster, Gossip)), bad = Envelope(Daemon, Message(Misc, Kill));
        Allows([.. Payload(good), .. Payload(bad)]).ShouldBeFalse();
        Allows([.. Payload([], isContainer: true), .. Payload(bad)]).ShouldBeFalse(); // an empty one first
        Allows([.. Number(1, 3), .. Payload(bad)]).ShouldBeFalse();                   // one of another kind first
        Allows(Payload([.. Bytes(2, good), .. Bytes(2, bad)], isContainer: true)).ShouldBeFalse();
        Allows(Payload([.. good, .. Bytes(1, Text(1, Inbox))])).ShouldBeFalse();
        Allows(Payload([.. Bytes(1, [.. Text(1, Daemon), .. Text(1, Inbox)]), .. Bytes(2, Message(Cluster, Gossip))])).ShouldBeFalse();
        Allows(Payload([.. good, .. Bytes(2, Message(Misc, Kill))])).ShouldBeFalse();
        Allows(Payload(Envelope(Daemon, [.. Message(Cluster, Gossip), .. Number(2, Misc)]))).ShouldBeFalse();
        Allows(Payload(Envelope(Daemon, [.. Message(Cluster, Gossip), .. Text(3, Kill)]))).ShouldBeFalse();
        byte[] twice = [.. Selected(Message(Cluster, Gossip), "system", "cluster"), .. Bytes(1, Message(Misc, Kill))];
        Allows(Payload(Envelope("akka://layershuffle/", Message(Selection, "", twice)))).ShouldBeFalse();
    }

    [Fact]
    public void What_passes_is_for_Akka_what_it_is_for_the_filter()
    {
        byte[][] good = [Payload(Envelope(Daemon, Message(Cluster, Gossip))), Payload(Envelope(Daemon, Message(Misc, Kill))),
            Payload(Envelope("akka://layershuffle/", Message(Selection, "", Selected(Message(Cluster, Gossip), "system", "cluster", "core", "daemon"))))];
        Gen<(int Which, int From, int Length, int At)> splice = Gen.Select(Gen.Int[0, 2], Gen.Int[0, 500], Gen.Int[0, 100], Gen.Int[0, 500]);
        Gen.Select(splice.Array[0, 2], Gen.Select(Gen.Int[0, 500], Gen.Byte).Array[0, 2], Gen.Int[0, 2]).Sample(
            (splices, changes, which) =>
            {
                List<byte> bytes = [.. good[which]];
                foreach ((int from, int start, int length, int at) in splices)
                    bytes.InsertRange(at % (bytes.Count + 1), good[from].Skip(start % good[from].Length).Take(length));
                foreach ((int at, byte value) in changes)
                    bytes[at % bytes.Count] = value;
                try
                {
                    AssertSame([.. bytes]);
                }
                catch (InvalidProtocolBufferException)
                {
                    // Akka does not take it for a message either
                }
            },
            iter: 20_000);
    }

    private static void AssertSame(byte[] payload)
    {
        if (!Allows(payload))
            return;
        object? container = Get<ByteString>(Parse("AkkaProtocolMessage", payload), "Payload") is { IsEmpty: false } bytes
            ? Parse("AckAndEnvelopeContainer", bytes.ToByteArray()) : null;
        object? envelope = container is null ? null : Get<object>(container, "Envelope");
        RemotePayload? read = RemotePayload.Read(payload);
        if (envelope is null || read is null)
        {
            (envelope is null).ShouldBe(read is null);
            return;
        }

        object message = Get<object>(envelope, "Message")!;
        Get<string>(Get<object>(envelope, "Recipient")!, "Path")!.ShouldEndWith(Get<int>(message, "SerializerId") == Selection ? "" : read.Path);
        if (Get<int>(message, "SerializerId") == Selection)
        {
            object selection = Parse("SelectionEnvelope", Get<ByteString>(message, "Message")!.ToByteArray());
            string.Concat(((System.Collections.IEnumerable)Get<object>(selection, "Pattern")!).Cast<object>()
                .Select(step => "/" + Get<string>(step, "Matcher"))).ShouldBe(read.Path);
            message = Get<object>(selection, "Payload")!;
        }

        Get<int>(message, "SerializerId").ShouldBe(read.Serializer);
        Get<ByteString>(message, "MessageManifest")!.ToStringUtf8().ShouldBe(read.Manifest);
    }

    /// <summary>Akka's own reader of one of its messages.</summary>
    private static IMessage Parse(string name, byte[] bytes) => ((MessageParser)typeof(Akka.Remote.RemoteActorRefProvider).Assembly.GetTypes()
        .Single(type => type.Name == name && typeof(IMessage).IsAssignableFrom(type)).GetProperty("Parser")!.GetValue(null)!).ParseFrom(bytes);

    private static T? Get<T>(object message, string property) =>
        (T?)message.GetType().GetProperty(property, BindingFlags.Public | BindingFlags.Instance)!.GetValue(message);

    private static bool Allows(byte[] payload) => new InboundFilter(isCoordinator: false, new HeardLog(_ => { })).Allows(payload);

    private static byte[] Payload(byte[] envelope, bool isContainer = false) => Bytes(1, isContainer ? envelope : Bytes(2, envelope));

    private static byte[] Envelope(string recipient, byte[] message) => [.. Bytes(1, Text(1, recipient)), .. Bytes(2, message)];

    private static byte[] Message(int serializer, string manifest, byte[]? content = null) =>
        [.. Bytes(1, content ?? [1, 2, 3]), .. Number(2, (ulong)serializer), .. manifest.Length > 0 ? Text(3, manifest) : []];

    private static byte[] Selected(byte[] message, params string[] names) =>
        [.. Bytes(1, message), .. names.SelectMany(name => Bytes(2, [.. Number(1, 2), .. Text(2, name)]))];

    private static byte[] Text(uint number, string text) => Bytes(number, Encoding.UTF8.GetBytes(text));

    private static byte[] Bytes(uint number, byte[] content) => Write(output =>
    {
        output.WriteTag((number << 3) | 2);
        output.WriteBytes(ByteString.CopyFrom(content));
    });

    private static byte[] Number(uint number, ulong value) => Write(output =>
    {
        output.WriteTag(number << 3);
        output.WriteUInt64(value);
    });

    private static byte[] Write(Action<CodedOutputStream> write)
    {
        using var stream = new MemoryStream();
        using var output = new CodedOutputStream(stream);
        write(output);
        output.Flush();
        return stream.ToArray();
    }
}
