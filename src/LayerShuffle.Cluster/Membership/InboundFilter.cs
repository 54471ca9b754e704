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
