using Akka.Actor;

namespace LayerShuffle.Cluster.Wall;

/// <summary>The actor under which a process is known to the others: all control messages between processes go to it.</summary>
internal sealed class InboxActor : ReceiveActor
{
    /// <summary>Its name under <c>/user</c>.</summary>
    public const string Name = "endpoint";

    public InboxActor(Action<object> received) => ReceiveAny(received);
}
