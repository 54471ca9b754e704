using CsCheck;
using Google.Protobuf;
using LayerShuffle.Cluster.Membership;

namespace LayerShuffle.Cluster.Tests.Membership;

/// <summary>Whose a payload of Akka.Remote is. (That Akka's own payloads look so is what <see cref="MembershipGateTests"/> shows.)</summary>
public sealed class RemotePayloadTests
{
    private const string Peer = "akka.tcp://layershuffle@10.0.0.7:4711";

    [Theory]
    [InlineData("/system/cluster/core/daemon/heartbeatSender", true)]
    [InlineData("/system/cluster/core/daemon#-1234567", true)]
    [InlineData("/system/cluster", true)]
    [InlineData("/system/remote-watcher", true)]
    [InlineData("/system/remote-watcher#77", true)]
    [InlineData("/system/clusters/core", false)]
    [InlineData("/system/remote-watchers", false)]
    [InlineData("/user/endpoint", false)]
    [InlineData("/user/system/cluster/x", false)]
    [InlineData("/", false)]
    [InlineData("", false)]
    public void A_recipient_is_known_by_its_path(string path, bool membership) => Receiver(Message(Peer + path, 17, []))
        .ShouldBe(membership ? ("10.0.0.7", 4711) : null);

    [Theory]
    [InlineData(true, "system", "cluster", "heartbeatReceiver")]
    [InlineData(true, "system", "cluster", "core", "daemon")]
    [InlineData(true, "system", "remote-watcher")]
    [InlineData(false, "user", "endpoint")]
    [InlineData(false, "system")]
    [InlineData(false)]
    public void So_is_a_selection_from_the_root(bool membership, params string[] names) =>
        Receiver(Message(Peer + "/", 6, Selection([.. names.Select(name => (2, name))]))).ShouldBe(membership ? ("10.0.0.7", 4711) : null);

    [Fact]
    public void What_is_not_understood_is_not_memberships()
    {
        Receiver(Message(Peer + "/", 6, Selection([(1, ""), (2, "system"), (2, "cluster"), (2, "x")]))).ShouldBeNull(); // upwards
        Receiver(Message(Peer + "/", 6, Selection([(2, "system"), (3, "clus*"), (2, "x")]))).ShouldBeNull(); // a pattern
        Receiver(Message(Peer + "/", 7, Selection([(2, "system"), (2, "cluster"), (2, "x")]))).ShouldBeNull(); // another serializer
        Receiver(Message("akka://layershuffle/system/cluster/core", 17, [])).ShouldBeNull(); // nobody's address
        Receiver(Message("/system/cluster/core", 17, [])).ShouldBeNull();
        Receiver(Message(Peer + "/system/cluster/" + new string('x', 2000), 17, [])).ShouldBeNull(); // longer than any path of Akka's
        Receiver([]).ShouldBeNull();
        Receiver(Field(2, [8, 1])).ShouldBeNull(); // the transport's own handshake and heartbeat
    }

    [Fact]
    public void No_bytes_harm()
    {
        byte[][] good = [Message(Peer + "/system/cluster/core/daemon#1", 17, [1, 2, 3]),
            Message(Peer + "/", 6, Selection([(2, "system"), (2, "cluster"), (2, "heartbeatReceiver")]))];
        Gen.Byte.Array[0, 300].Sample(bytes => { _ = Receiver(bytes); }, iter: 50_000);
        Gen.Select(Gen.Int[0, 1], Gen.Select(Gen.Int[0, 1000], Gen.Byte).Array[1, 4], Gen.Int[0, 1000]).Sample(
            (which, changes, length) =>
            {
                byte[] bytes = [.. good[which]];
                foreach ((int at, byte value) in changes)
                    bytes[at % bytes.Length] = value;
                _ = Receiver(bytes);
                _ = Receiver(bytes[..(length % (bytes.Length + 1))]);
            },
            iter: 50_000);
    }

    private static (string, int)? Receiver(byte[] payload) => RemotePayload.MembershipReceiver(payload);

    private static byte[] Message(string recipient, int serializer, byte[] message)
    {
        byte[] content = [.. Field(1, message), .. Number(2, (ulong)serializer)];
        byte[] envelope = [.. Field(1, Field(1, System.Text.Encoding.UTF8.GetBytes(recipient))), .. Field(2, content), 0x29, 255, 255, 255, 255, 255, 255, 255,
            255];
        byte[] acknowledged = Number(1, 3);
        return Field(1, [.. Field(1, acknowledged), .. Field(2, envelope)]);
    }

    private static byte[] Selection((int Type, string Name)[] elements) =>
        [.. Field(1, [9, 9, 9, 9, 9, 9, 9, 9, 9]),
            .. elements.SelectMany(e => Field(2, [.. Number(1, (ulong)e.Type), .. Field(2, System.Text.Encoding.UTF8.GetBytes(e.Name))]))];

    private static byte[] Field(uint number, byte[] content)
    {
        using var stream = new MemoryStream();
        using var output = new CodedOutputStream(stream);
        output.WriteTag(number << 3 | 2);
        output.WriteBytes(ByteString.CopyFrom(content));
        output.Flush();
        return stream.ToArray();
    }

    private static byte[] Number(uint number, ulong value)
    {
        using var stream = new MemoryStream();
        using var output = new CodedOutputStream(stream);
        output.WriteTag(number << 3);
        output.WriteUInt64(value);
        output.Flush();
        return stream.ToArray();
    }
}
