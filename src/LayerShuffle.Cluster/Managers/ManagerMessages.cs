using LayerShuffle.Cluster.Messages;

namespace LayerShuffle.Cluster.Managers;

/// <summary>
/// To the cluster actor: so many nodes must be there before anything begins. Answered by <see cref="Gathered"/>; from then on newcomers are welcomed.
/// </summary>
internal sealed record Gather(int Places);

/// <summary>So many nodes are there as were wanted.</summary>
/// <param name="Present">Their endpoints.</param>
internal sealed record Gathered(IReadOnlyList<int> Present);

/// <summary>
/// To the cluster actor: all that are there prove that they reach one another. Answered by <see cref="AllProven"/>, or by an
/// <see cref="UnreachableException"/>; from then on each newcomer proves itself.
/// </summary>
internal sealed record ProveAll;

/// <summary>All reach all.</summary>
internal sealed record AllProven;

/// <summary>For a node's manager, by way of the cluster actor.</summary>
internal abstract record ToNode(int Endpoint);

/// <summary>The node's worker is wanted, started if there is none. Answered by its <see cref="PeerAddress"/>, or an <see cref="IOException"/>.</summary>
internal sealed record EnsureWorker(int Endpoint) : ToNode(Endpoint);

/// <summary>The node's worker is to be killed (SIGKILL). Answered by <see cref="WorkerKilled"/> when its death is known.</summary>
internal sealed record KillWorker(int Endpoint) : ToNode(Endpoint);

/// <summary>There is no worker (any more).</summary>
/// <param name="Incarnation">The last that there was.</param>
internal sealed record WorkerKilled(int Incarnation);

/// <summary>The node's worker is to stop where it is (SIGSTOP). Answered by <see cref="Carried"/>, or an <see cref="IOException"/>.</summary>
internal sealed record PauseWorker(int Endpoint) : ToNode(Endpoint);

/// <summary>The node's stopped worker is to go on (SIGCONT). Answered as <see cref="PauseWorker"/> is.</summary>
internal sealed record ContinueWorker(int Endpoint) : ToNode(Endpoint);

/// <summary>
/// A worker takes part from now on: all others learn where it is. Answered by <see cref="Carried"/>, or an <see cref="IOException"/> if it is dead.
/// </summary>
internal sealed record ServeWorker(PeerAddress Worker) : ToNode(Worker.Endpoint);

/// <summary>The sender wants to know when a worker is dead. Answered by <see cref="WorkerEnded"/>, at once if it is.</summary>
internal sealed record AwaitEnd(PeerAddress Worker) : ToNode(Worker.Endpoint);

/// <summary>A worker is dead, and serves no longer.</summary>
internal sealed record WorkerEnded(PeerAddress Worker);

/// <summary>A worker hosts layers of a model. Answered by <see cref="Carried"/>; nothing is noted of one that is dead.</summary>
internal sealed record NoteHosted(PeerAddress Worker, string Model, IReadOnlyCollection<int> Layers) : ToNode(Worker.Endpoint);

/// <summary>A worker is to free all but some layers of one model. Answered by <see cref="HostedKept"/>.</summary>
internal sealed record KeepHosted(PeerAddress Worker, string Model, IReadOnlyCollection<int> Layers) : ToNode(Worker.Endpoint);

/// <summary>What a worker hosts is noted.</summary>
/// <param name="HasMore">Whether it has anything to free, and must be told.</param>
internal sealed record HostedKept(bool HasMore);

/// <summary>What was asked for is done.</summary>
internal sealed record Carried;

/// <summary>Others have taken over what a node hosts that wants to leave, or cannot.</summary>
/// <param name="Endpoint">The node.</param>
/// <param name="Session">Which of its supervisors wants to leave.</param>
/// <param name="Problem">Why not, in a sentence; null: they have.</param>
internal sealed record HandedOver(int Endpoint, long Session, string? Problem = null) : ToNode(Endpoint);

/// <summary>Membership has found something out about a worker: one of the words of <see cref="Membership.MembershipWatch"/>.</summary>
internal sealed record MemberFound(int Endpoint, int Incarnation, string Word) : ToNode(Endpoint);

/// <summary>The run cannot go on: whoever waits for something learns why. To the cluster actor and from it to the managers.</summary>
internal sealed record ClusterFailed(string Reason);

/// <summary>The run is over: nothing is started any more. To the cluster actor and from it to the managers.</summary>
internal sealed record ClusterOver;

/// <summary>From the cluster actor to a manager: its node has joined while the cluster is at work.</summary>
internal sealed record WelcomeNode;

/// <summary>From a manager: its worker has come up; do all others reach it?</summary>
internal sealed record ProveNewcomer(PeerAddress Worker);

/// <summary>To a manager: its worker and all others reach one another.</summary>
internal sealed record NewcomerProven(PeerAddress Worker);

/// <summary>To a manager: its worker and others do not reach one another.</summary>
internal sealed record NewcomerUnreachable(PeerAddress Worker, string Reason);

/// <summary>From a manager: a worker that had come up cannot answer any more.</summary>
internal sealed record WorkerLost(PeerAddress Worker);
