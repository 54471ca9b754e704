using LayerShuffle.Core.Routing;

namespace LayerShuffle.Actors.Messages;

/// <summary>To a node: are you there?</summary>
/// <param name="Hop">No hop: its request is a number that counts the questions of one watcher to one node, from 0.</param>
/// <param name="Layer">None: <see cref="Journey.Return"/>.</param>
/// <param name="From">The watcher.</param>
public sealed record HeartbeatAsked(HopId Hop, int Layer, int From) : ControlMessage(Hop, Layer, From)
{
    /// <summary>A watcher's question.</summary>
    public static HeartbeatAsked Of(int number, int from) => new(new HopId(number, 0, 0), Journey.Return, from);
}

/// <summary>To who asked: here I am.</summary>
/// <param name="Hop">The question's.</param>
/// <param name="Layer">The question's.</param>
/// <param name="From">The node.</param>
/// <param name="Incarnation">Its incarnation.</param>
public sealed record HeartbeatAnswered(HopId Hop, int Layer, int From, int Incarnation) : ControlMessage(Hop, Layer, From);

/// <summary>It is time to ask a node again (a timer of its watcher).</summary>
/// <param name="Endpoint">The node.</param>
/// <param name="Watch">Whose timer it is: those of an earlier life mean nothing.</param>
public sealed record HeartbeatDue(int Endpoint, object Watch);

/// <summary>A node has been silent for too long (a timer of its watcher).</summary>
/// <param name="Endpoint">The node.</param>
/// <param name="Watch">Whose timer it is.</param>
public sealed record HeartbeatMissed(int Endpoint, object Watch);
