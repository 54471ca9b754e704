using System.Text;
using Akka.Actor;

namespace LayerShuffle.Cluster.Membership;

/// <summary>
/// Reads from a payload of Akka.Remote whether it is for the machinery of Akka.Cluster, and at which address. The bytes are protocol buffers: AkkaProtocolMessage {1: payload, 2: instruction}, where the
/// payload is AckAndEnvelopeContainer {1: ack, 2: envelope}, that is RemoteEnvelope {1: recipient, 2: message}, a recipient is {1: path}, a message is {1: bytes, 2: serializer}, and one for an actor
/// selection is SelectionEnvelope {1: payload, 2: elements}, each {1: type, 2: name}. What is not understood is not membership's.
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
        if (path.IsEmpty || path.Length > LongestPath || !ActorPath.TryParseAddress(Encoding.UTF8.GetString(path), out Address address, out ReadOnlySpan<char> local) || address.Host is not { } host)
            return null;
        bool own = local is "" or "/" ? IsMembership(Selected(Field(envelope, 2))) : IsMembership(local);
        return own && address.Port is { } port ? (host, port) : null;
    }

    private static bool IsMembership(ReadOnlySpan<char> path) =>
        path.StartsWith("/system/cluster/", StringComparison.Ordinal) || path is "/system/cluster" or "/system/remote-watcher" || path.StartsWith("/system/remote-watcher#", StringComparison.Ordinal);

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
