using System.Buffers.Binary;
using System.Text;
using Akka.Actor;
using LayerShuffle.Core.Logs;
using Microsoft.Extensions.Logging;

namespace LayerShuffle.Cluster.Membership;

/// <summary>
/// Whether what Akka.Remote has read is of the cluster's own protocol; everything else is dropped before anything of Akka's looks at it. Its own protocol is:
/// messages that have a codec, to the inbox; what members of Akka.Cluster tell one another to join, gossip and beat, to its actors; and the transport's own
/// words. Nobody watches, stops, asks for or deploys actors over the wire here, and nobody is downed or told to leave over it (the coordinator does so in its
/// own process, and gossip says so). The bytes are those that <see cref="RemotePayload"/> describes.
/// </summary>
/// <param name="isCoordinator">Whether this process is the coordinator's, which others join; else it is a node's, which joins.</param>
/// <param name="log">Told what was dropped, in words.</param>
internal sealed class InboundFilter(bool isCoordinator, ILogger log)
{
    private const int SelectionSerializer = 6, ClusterSerializer = 5; // Akka's own numbers of them
    private const int ChildName = 2;
    private const int LongestPath = 1024;
    private const int MostTold = 20;

    private static readonly HashSet<string> Both =
    [
        "HB", "HBR", "Akka.Cluster.ClusterHeartbeatSender+Heartbeat, Akka.Cluster", "Akka.Cluster.ClusterHeartbeatSender+HeartbeatRsp, Akka.Cluster",
        "Akka.Cluster.GossipStatus, Akka.Cluster", "Akka.Cluster.GossipEnvelope, Akka.Cluster",
            "Akka.Cluster.InternalClusterAction+ExitingConfirmed, Akka.Cluster",
    ];

    private static readonly HashSet<string> ToCoordinator = ["Akka.Cluster.InternalClusterAction+Join, Akka.Cluster",
        "Akka.Cluster.InternalClusterAction+InitJoin, Akka.Cluster"];

    private static readonly HashSet<string> ToNode =
    [
        "Akka.Cluster.InternalClusterAction+Welcome, Akka.Cluster", "Akka.Cluster.InternalClusterAction+InitJoinAck, Akka.Cluster",
            "Akka.Cluster.InternalClusterAction+InitJoinNack, Akka.Cluster",
    ];

    private int told;

    /// <summary>Whether a payload may go up.</summary>
    public bool Allows(ReadOnlySpan<byte> payload)
    {
        ReadOnlySpan<byte> container = RemotePayload.Field(payload, 1);
        if (container.IsEmpty)
            return true; // the transport's own: handshake, heartbeat, end
        ReadOnlySpan<byte> envelope = RemotePayload.Field(container, 2);
        if (envelope.IsEmpty)
            return true; // an acknowledgement
        string path = "?", message = "?";
        try
        {
            if (Read(envelope, out path, out int serializer, out message) && IsOurs(path, serializer, message))
                return true;
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or InvalidOperationException)
        {
            // not understood: not ours
        }

        if (Interlocked.Increment(ref told) is var count && count <= MostTold)
            log.Say($"A message that is not of the cluster's protocol was refused: {Clean(message)} to "
                + $"{Clean(path)}{(count == MostTold ? " (further ones are not told of)" : "")}");
        return false;
    }

    private bool IsOurs(string path, int serializer, string manifest) => serializer switch
    {
        Serialization.ClusterMessageSerializer.WireIdentifier => IsBelow(path, "/user/" + Wall.InboxActor.Name, inside: false),
        ClusterSerializer => IsBelow(path, "/system/cluster", inside: true)
            && (Both.Contains(manifest) || (isCoordinator ? ToCoordinator : ToNode).Contains(manifest)),
        _ => false,
    };

    /// <summary>Whether a path is an actor's (whichever incarnation of it is meant), or of one below it.</summary>
    private static bool IsBelow(string path, string actor, bool inside) => path.StartsWith(actor, StringComparison.Ordinal)
        && (path.Length == actor.Length || path[actor.Length] == '#' || (inside && path[actor.Length] == '/'));

    /// <summary>Whom it is for, from the root, and what it is.</summary>
    private static bool Read(ReadOnlySpan<byte> envelope, out string path, out int serializer, out string manifest)
    {
        (path, serializer, manifest) = ("?", 0, "?");
        ReadOnlySpan<byte> recipient = RemotePayload.Field(RemotePayload.Field(envelope, 1), 1);
        if (recipient.IsEmpty || recipient.Length > LongestPath
            || !ActorPath.TryParseAddress(Encoding.UTF8.GetString(recipient), out _, out ReadOnlySpan<char> local))
            return false;
        path = local.ToString();
        ReadOnlySpan<byte> message = RemotePayload.Field(envelope, 2);
        if ((int)RemotePayload.Number(message, 2) == SelectionSerializer)
        {
            if (path is not ("" or "/"))
                return false; // from the root, or not at all
            var below = new StringBuilder();
            ReadOnlySpan<byte> inner = default;
            var selection = new ProtobufReader(RemotePayload.Field(message, 1));
            while (selection.Next())
            {
                if (selection.Number == 1)
                    inner = selection.Bytes;
                if (selection.Number != 2)
                    continue;
                if (RemotePayload.Number(selection.Bytes, 1) != ChildName || below.Length > LongestPath)
                    return false;
                below.Append('/').Append(Encoding.UTF8.GetString(RemotePayload.Field(selection.Bytes, 2)));
            }

            path = below.ToString();
            message = inner;
        }

        serializer = (int)RemotePayload.Number(message, 2);
        string written = Encoding.UTF8.GetString(RemotePayload.Field(message, 3));
        manifest = written.Length > 0 ? written : $"serializer {serializer}";
        return true;
    }

    private static string Clean(string text) => new([.. text.Take(120).Where(c => c is >= ' ' and < '\x7f')]);
}

/// <summary>
/// Reads from a payload of Akka.Remote whether it is for the machinery of Akka.Cluster, and at which address. The bytes are protocol buffers:
/// AkkaProtocolMessage {1: payload, 2: instruction}, where the payload is AckAndEnvelopeContainer {1: ack, 2: envelope}, that is RemoteEnvelope {1: recipient,
/// 2: message}, a recipient is {1: path}, a message is {1: bytes, 2: serializer}, and one for an actor selection is SelectionEnvelope {1: payload, 2:
/// elements}, each {1: type, 2: name}. What is not understood is not membership's.
/// </summary>
internal static class RemotePayload
{
    private const int SelectionSerializer = 6; // Akka's own number of it
    private const int ChildName = 2;           // type of an element of a selection; others go up or match patterns
    private const int LongestPath = 1024;

    /// <summary>The address (host, port) of the actor system whose cluster machinery it is for; null for everything else.</summary>
    public static (string Host, int Port)? MembershipReceiver(ReadOnlySpan<byte> payload)
    {
        ReadOnlySpan<byte> envelope = Field(Field(payload, 1), 2);
        ReadOnlySpan<byte> path = Field(Field(envelope, 1), 1);
        if (path.IsEmpty || path.Length > LongestPath
            || !ActorPath.TryParseAddress(Encoding.UTF8.GetString(path), out Address address, out ReadOnlySpan<char> local) || address.Host is not { } host)
            return null;
        bool own = local is "" or "/" ? IsMembership(Selected(Field(envelope, 2))) : IsMembership(local);
        return own && address.Port is { } port ? (host, port) : null;
    }

    private static bool IsMembership(ReadOnlySpan<char> path) =>
        path.StartsWith("/system/cluster/", StringComparison.Ordinal) || path is "/system/cluster" or "/system/remote-watcher"
            || path.StartsWith("/system/remote-watcher#", StringComparison.Ordinal);

    /// <summary>The path that a message to an actor selection goes down from the root; empty if it is none, or another kind of selection.</summary>
    private static string Selected(ReadOnlySpan<byte> message)
    {
        if (Number(message, 2) != SelectionSerializer)
            return "";
        var path = new StringBuilder();
        var selection = new ProtobufReader(Field(message, 1));
        while (selection.Next() && path.Length <= LongestPath)
        {
            if (selection.Number != 2)
                continue;
            if (Number(selection.Bytes, 1) != ChildName)
                return "";
            path.Append('/').Append(Encoding.UTF8.GetString(Field(selection.Bytes, 2)));
        }

        return path.ToString();
    }

    /// <summary>The first field of this number, or nothing.</summary>
    public static ReadOnlySpan<byte> Field(ReadOnlySpan<byte> message, int number)
    {
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            if (reader.Number == number)
                return reader.Bytes;
        }

        return default;
    }

    /// <summary>The first number of this field, or 0.</summary>
    public static ulong Number(ReadOnlySpan<byte> message, int number)
    {
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            if (reader.Number == number)
                return reader.Value;
        }

        return 0;
    }
}

/// <summary>
/// Goes over the fields of one message in protocol buffers' format without a schema; stops at the end and at what is no such format, and never throws.
/// </summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> message)
{
    private ReadOnlySpan<byte> rest = message;

    /// <summary>The field's number.</summary>
    public int Number { get; private set; }

    /// <summary>Its bytes, if it is a string, bytes or a message; else empty.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>Its value, if it is a number; else 0.</summary>
    public ulong Value { get; private set; }

    /// <summary>Reads the next field.</summary>
    /// <returns>Whether there is one.</returns>
    public bool Next()
    {
        Bytes = default;
        Value = 0;
        if (rest.IsEmpty || !Varint(out ulong tag) || tag >> 3 is 0 or > int.MaxValue)
            return false;
        Number = (int)(tag >> 3);
        switch (tag & 7)
        {
            case 0 when Varint(out ulong value):
                Value = value;
                return true;
            case 1 when rest.Length >= 8:
                Value = BinaryPrimitives.ReadUInt64LittleEndian(rest);
                rest = rest[8..];
                return true;
            case 2 when Varint(out ulong length) && length <= (ulong)rest.Length:
                Bytes = rest[..(int)length];
                rest = rest[(int)length..];
                return true;
            case 5 when rest.Length >= 4:
                Value = BinaryPrimitives.ReadUInt32LittleEndian(rest);
                rest = rest[4..];
                return true;
            default: // groups are long gone from the format
                rest = default;
                return false;
        }
    }

    private bool Varint(out ulong value)
    {
        value = 0;
        for (int i = 0; i < 10 && i < rest.Length; i++)
        {
            value |= (ulong)(rest[i] & 0x7f) << (7 * i);
            if (rest[i] < 0x80)
            {
                rest = rest[(i + 1)..];
                return true;
            }
        }

        rest = default;
        return false;
    }
}
