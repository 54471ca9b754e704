namespace LayerShuffle.Cluster.Processes;

/// <summary>The one line that a worker gets on its standard input.</summary>
/// <param name="Node">Its node's name.</param>
/// <param name="Incarnation">How often this node's worker has been started, from 1.</param>
/// <param name="Parent">The supervisor's process id, by which the worker notices that it is already gone.</param>
/// <param name="Settings">What the coordinator gave to <see cref="SupervisorHub.StartWorkerAsync"/>, unread by hub and supervisor. It may hold a secret: never log it.</param>
public sealed record WorkerStart(string Node, int Incarnation, int Parent, string Settings);
