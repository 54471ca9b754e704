using System.Text;
using Akka.Actor;

namespace LayerShuffle.Cluster.Membership;

/// <summary>
/// Whether what Akka.Remote has read is of the cluster's own protocol; everything else is dropped before anything of Akka's looks at it. Its own protocol is: messages that have a codec, to the inbox; what members of
/// Akka.Cluster tell one another to join, gossip and beat, to its actors; and the transport's own words. Nobody watches, stops, asks for or deploys actors over the wire here, and nobody is downed or told to leave
/// over it (the coordinator does so in its own process, and gossip says so). The bytes are those that <see cref="RemotePayload"/> describes.
/// </summary>
/// <param name="isCoordinator">Whether this process is the coordinator's, which others join; else it is a node's, which joins.</param>
/// <param name="refused">Told what was dropped, in words.</param>
internal sealed class InboundFilter(bool isCoordinator, Action<string> refused)
{
    private const int SelectionSerializer = 6, ClusterSerializer = 5; // Akka's own numbers of them
    private const int ChildName = 2;
    private const int LongestPath = 1024;
    private const int MostTold = 20;

    private static readonly HashSet<string> Both =
    [
        "HB", "HBR", "Akka.Cluster.ClusterHeartbeatSender+Heartbeat, Akka.Cluster", "Akka.Cluster.ClusterHeartbeatSender+HeartbeatRsp, Akka.Cluster",
        "Akka.Cluster.GossipStatus, Akka.Cluster", "Akka.Cluster.GossipEnvelope, Akka.Cluster", "Akka.Cluster.InternalClusterAction+ExitingConfirmed, Akka.Cluster",
    ];

    private static readonly HashSet<string> ToCoordinator = ["Akka.Cluster.InternalClusterAction+Join, Akka.Cluster", "Akka.Cluster.InternalClusterAction+InitJoin, Akka.Cluster"];

    private static readonly HashSet<string> ToNode =
    [
        "Akka.Cluster.InternalClusterAction+Welcome, Akka.Cluster", "Akka.Cluster.InternalClusterAction+InitJoinAck, Akka.Cluster", "Akka.Cluster.InternalClusterAction+InitJoinNack, Akka.Cluster",
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
            refused($"A message that is not of the cluster's protocol was refused: {Clean(message)} to {Clean(path)}{(count == MostTold ? " (further ones are not told of)" : "")}");
        return false;
    }

    private bool IsOurs(string path, int serializer, string manifest) => serializer switch
    {
        Serialization.ClusterMessageSerializer.WireIdentifier => IsBelow(path, "/user/" + Wall.InboxActor.Name, inside: false),
        ClusterSerializer => IsBelow(path, "/system/cluster", inside: true) && (Both.Contains(manifest) || (isCoordinator ? ToCoordinator : ToNode).Contains(manifest)),
        _ => false,
    };

    /// <summary>Whether a path is an actor's (whichever incarnation of it is meant), or of one below it.</summary>
    private static bool IsBelow(string path, string actor, bool inside) => path.StartsWith(actor, StringComparison.Ordinal) && (path.Length == actor.Length || path[actor.Length] == '#' || (inside && path[actor.Length] == '/'));

    /// <summary>Whom it is for, from the root, and what it is.</summary>
    private static bool Read(ReadOnlySpan<byte> envelope, out string path, out int serializer, out string manifest)
    {
        (path, serializer, manifest) = ("?", 0, "?");
        ReadOnlySpan<byte> recipient = RemotePayload.Field(RemotePayload.Field(envelope, 1), 1);
        if (recipient.IsEmpty || recipient.Length > LongestPath || !ActorPath.TryParseAddress(Encoding.UTF8.GetString(recipient), out _, out ReadOnlySpan<char> local))
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
