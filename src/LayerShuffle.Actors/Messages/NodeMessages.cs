using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Actors.Messages;

/// <summary>To a layer actor: execute this hop. The node gives one at a time.</summary>
/// <param name="Message">The hop.</param>
/// <param name="Took">How long it takes on the virtual clock; at least on the wall clock.</param>
/// <param name="Epoch">The node's life in which it was started.</param>
public sealed record ExecuteLayer(HopMessage Message, Duration Took, int Epoch);

/// <summary>From a layer actor to its node: done.</summary>
/// <param name="Work">What was asked.</param>
/// <param name="Output">The layer's output behind a handle.</param>
public sealed record LayerExecuted(ExecuteLayer Work, object? Output);

/// <summary>The missing parts of an input are not waited for any longer (a timer of who gathers them).</summary>
/// <param name="Hop">The hop that they are of.</param>
/// <param name="Gathering">What is here of it.</param>
public sealed record GatheringDue(HopId Hop, object Gathering);

/// <summary>The node's process dies: all but the weights is lost.</summary>
public sealed record CrashNode
{
    /// <summary>The message.</summary>
    public static CrashNode Instance { get; } = new();
}

/// <summary>The node is back, as another incarnation.</summary>
/// <param name="Incarnation">The new incarnation's number.</param>
public sealed record RestartNode(int Incarnation)
{
    /// <summary>Layers of which it has no weights: it does not host them until <see cref="LayersBack"/>.</summary>
    public int[] Without { get; init; } = [];
}

/// <summary>To a node: it has the weights of layers again.</summary>
/// <param name="Layers">The layers.</param>
/// <param name="Model">Wall clock: the key under which the worker hosts them; empty: they are as they were trained.</param>
public sealed record LayersBack(int[] Layers, string Model);

/// <summary>Layers started from now on take so many times as long.</summary>
/// <param name="Factor">Product of the slowdowns in force.</param>
public sealed record SetSlowdown(double Factor);

/// <summary>From membership: an incarnation of a peer has ended. Custodians act on it after the detection delay.</summary>
/// <param name="Endpoint">The peer.</param>
/// <param name="Incarnation">The incarnation that ended.</param>
public sealed record PeerDown(int Endpoint, int Incarnation);

/// <summary>The detection delay after a peer's crash is over (a timer of a custodian).</summary>
/// <param name="Endpoint">The peer.</param>
/// <param name="Incarnation">The incarnation that ended.</param>
/// <param name="Epoch">The custodian's life in which the timer was set.</param>
public sealed record PeerDownDetected(int Endpoint, int Incarnation, int Epoch);
