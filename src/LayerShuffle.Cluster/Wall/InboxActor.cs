using Akka.Actor;
using LayerShuffle.Actors.Ports;

namespace LayerShuffle.Cluster.Wall;

/// <summary>
/// The actor under which a process is known to the others: all control messages between processes go to it. What it cannot deal with is told; it goes on.
/// </summary>
internal sealed class InboxActor : ReceiveActor
{
    /// <summary>Its name under <c>/user</c>.</summary>
    public const string Name = "endpoint";

    public InboxActor(Action<object> received, IActorGuard guard) => ReceiveAny(message =>
    {
        try
        {
            received(message);
        }
        catch (Exception exception)
        {
            guard.Failed(Self, new InvalidOperationException($"{message.GetType().Name}: {exception.Message}", exception));
        }
    });
}
