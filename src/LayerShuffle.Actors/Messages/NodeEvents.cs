namespace LayerShuffle.Actors.Messages;

/// <summary>A node has been killed, as it was asked to be.</summary>
/// <param name="Node">It.</param>
/// <param name="Incarnation">Which of its incarnations is dead now.</param>
public sealed record NodeKilled(int Node, int Incarnation);

/// <summary>A node takes part (again), as it was asked to.</summary>
/// <param name="Node">It.</param>
/// <param name="Incarnation">In which incarnation.</param>
/// <param name="Already">Whether it had done so all along.</param>
public sealed record NodeServes(int Node, int Incarnation, bool Already = false);

/// <summary>A node has stopped, as it was asked to.</summary>
public sealed record NodePaused(int Node);

/// <summary>A stopped node goes on, as it was asked to.</summary>
public sealed record NodeContinued(int Node);

/// <summary>A node holds layers that it is to host.</summary>
public sealed record LayersHeld(int Node, IReadOnlyList<int> Layers);

/// <summary>A node has weights of layers again, as it was asked to.</summary>
public sealed record LayersRestored(int Node, IReadOnlyList<int> Layers);

/// <summary>A command to a node could not be carried out.</summary>
/// <param name="Node">It.</param>
/// <param name="Command">Which: a method of <see cref="Ports.INodes"/>.</param>
/// <param name="Reason">A sentence.</param>
public sealed record NodeFailed(int Node, string Command, string Reason);

/// <summary>A node has died, and nobody had asked for it.</summary>
/// <param name="Node">It.</param>
/// <param name="Incarnation">Which of its incarnations.</param>
/// <param name="How">How, in words: an exit code, a signal.</param>
public sealed record NodeDied(int Node, int Incarnation, string How);

/// <summary>A node that died by itself has been started again, and is held.</summary>
public sealed record NodeRespawned(int Node);

/// <summary>A node has joined while the trial runs, and is held.</summary>
public sealed record NodeJoined(int Node);

/// <summary>A node's user wants it to leave: its layers go to others first.</summary>
public sealed record NodeLeaving(int Node);

/// <summary>The cluster's membership has found something out about a node that nobody had reported dead.</summary>
/// <param name="Node">It.</param>
/// <param name="Word">unreachable, reachable, downed or removed.</param>
public sealed record NodeFound(int Node, string Word);
