using System.Text;
using Akka.Actor;
using Google.Protobuf;
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
    private const int ClusterSerializer = 5; // Akka's own number of it
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
    public bool Allows(ReadOnlyMemory<byte> payload)
    {
        string what = "bytes that Akka does not write";
        try
        {
            if (RemotePayload.Read(payload) is not { } read)
                return true; // the transport's own: handshake, heartbeat, acknowledgement, end
            what = $"{Clean(read.Manifest.Length > 0 ? read.Manifest : $"serializer {read.Serializer}")} to {Clean(read.Path)}";
            if (IsOurs(read.Path, read.Serializer, read.Manifest))
                return true;
        }
        catch (Exception exception) when (RemotePayload.IsNotUnderstood(exception))
        {
            // not ours
        }

        if (Interlocked.Increment(ref told) is var count && count <= MostTold)
            log.Say($"A message that is not of the cluster's protocol was refused: {what}{(count == MostTold ? " (further ones are not told of)" : "")}");
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

    private static string Clean(string text) => new([.. text.Take(120).Where(c => c is >= ' ' and < '\x7f')]);
}

/// <summary>
/// Whom a payload of Akka.Remote is for, and what it is. The bytes are protocol buffers: AkkaProtocolMessage {1: payload, 2: instruction}, where the payload is
/// AckAndEnvelopeContainer {1: ack, 2: envelope}, that is RemoteEnvelope {1: recipient, 2: message}, a recipient is {1: path}, a message is {1: bytes, 2:
/// serializer, 3: manifest}, and one for an actor selection is SelectionEnvelope {1: message, 2: elements}, each {1: type, 2: name}. They are read by the
/// library that Akka reads them by. A field that stands there twice is refused: Akka takes its last, or mixes both, and writes none such.
/// </summary>
/// <param name="System">The address of the actor system.</param>
/// <param name="Path">The actor, from the root.</param>
/// <param name="Serializer">Akka's number of what reads the message.</param>
/// <param name="Manifest">What it is; may be empty.</param>
internal sealed record RemotePayload(Address System, string Path, int Serializer, string Manifest)
{
    private const int SelectionSerializer = 6; // Akka's own number of it
    private const int ChildName = 2;           // type of an element of a selection; others go up or match patterns
    private const int LongestPath = 1024;
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a payload; null for the transport's own words, which are for no actor.</summary>
    /// <exception cref="Exception">It is nothing that Akka writes (<see cref="IsNotUnderstood"/>).</exception>
    public static RemotePayload? Read(ReadOnlyMemory<byte> payload)
    {
        ByteString envelope = new Fields(new Fields(UnsafeByteOperations.UnsafeWrap(payload)).Bytes(1)).Bytes(2);
        if (envelope.IsEmpty)
            return null;
        var parts = new Fields(envelope);
        ByteString recipient = new Fields(parts.Bytes(1)).Bytes(1);
        if (recipient.Length > LongestPath || !ActorPath.TryParseAddress(recipient.ToString(Utf8), out Address system, out ReadOnlySpan<char> local))
            throw new InvalidDataException("no actor's path");
        string path = local.ToString();
        var message = new Fields(parts.Bytes(2));
        if (message.Number(2) == SelectionSerializer)
        {
            var selection = new Fields(message.Bytes(1), repeated: 2);
            path = path is "" or "/" ? Selected(selection.Repeated) : throw new InvalidDataException("a selection that does not begin at the root");
            message = new Fields(selection.Bytes(1));
        }

        return new RemotePayload(system, path, message.Number(2), message.Bytes(3).ToStringUtf8());
    }

    /// <summary>Whether an exception of <see cref="Read"/> says that the bytes are not understood.</summary>
    public static bool IsNotUnderstood(Exception exception) =>
        exception is InvalidProtocolBufferException or InvalidDataException or ArgumentException or FormatException or InvalidOperationException;

    /// <summary>The address (host, port) of the actor system whose cluster machinery a payload is for; null for everything else.</summary>
    public static (string Host, int Port)? MembershipReceiver(ReadOnlyMemory<byte> payload)
    {
        try
        {
            return Read(payload) is { System: { Host: { } host, Port: { } port } } read && IsMembership(read.Path) ? (host, port) : null;
        }
        catch (Exception exception) when (IsNotUnderstood(exception))
        {
            return null;
        }
    }

    private static bool IsMembership(string path) =>
        path.StartsWith("/system/cluster/", StringComparison.Ordinal) || path is "/system/cluster" or "/system/remote-watcher"
            || path.StartsWith("/system/remote-watcher#", StringComparison.Ordinal);

    /// <summary>The path that a selection goes down from the root.</summary>
    private static string Selected(IEnumerable<ByteString> elements)
    {
        var path = new StringBuilder();
        foreach (ByteString element in elements)
        {
            var step = new Fields(element);
            if (step.Number(1) != ChildName || path.Length > LongestPath)
                throw new InvalidDataException("a selection by something else than names");
            path.Append('/').Append(step.Bytes(2).ToString(Utf8));
        }

        return path.ToString();
    }

    /// <summary>The first three fields of one message, by their numbers; what is missing, or of another kind, is empty, as it is for Akka.</summary>
    private sealed class Fields
    {
        private readonly (ByteString Bytes, int Number)?[] fields = new (ByteString, int)?[4];

        /// <param name="message">Its bytes.</param>
        /// <param name="repeated">The field that may stand there more than once; 0: none may.</param>
        public Fields(ByteString message, int repeated = 0)
        {
            CodedInputStream input = message.CreateCodedInput();
            for (uint tag; (tag = input.ReadTag()) != 0;)
            {
                (ByteString bytes, int value) = (ByteString.Empty, 0);
                if (WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited)
                    bytes = input.ReadBytes();
                else if (WireFormat.GetTagWireType(tag) == WireFormat.WireType.Varint)
                    value = input.ReadInt32();
                else
                    input.SkipLastField();
                int number = WireFormat.GetTagFieldNumber(tag);
                if (number == repeated)
                    Repeated.Add(bytes);
                else if (number < fields.Length && fields[number] is null)
                    fields[number] = (bytes, value);
                else if (number < fields.Length)
                    throw new InvalidDataException($"field {number} stands there twice");
            }
        }

        public List<ByteString> Repeated { get; } = [];

        public ByteString Bytes(int number) => fields[number]?.Bytes ?? ByteString.Empty;

        public int Number(int number) => fields[number]?.Number ?? 0;
    }
}
