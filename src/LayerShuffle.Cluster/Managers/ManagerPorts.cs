using Akka.Actor;
using LayerShuffle.Actors.Ports;
using LayerShuffle.Cluster.Messages;
using LayerShuffle.Core.Time;
using LayerShuffle.Supervision;

namespace LayerShuffle.Cluster.Managers;

/// <summary>What a supervisor can be told to do.</summary>
internal enum OrderKind
{
    /// <summary>Start a worker.</summary>
    Start,

    /// <summary>Kill its worker (SIGKILL).</summary>
    Kill,

    /// <summary>Stop its worker where it is (SIGSTOP).</summary>
    Stop,

    /// <summary>Let a stopped worker go on (SIGCONT).</summary>
    Continue,

    /// <summary>End its worker, and itself.</summary>
    Shutdown,

    /// <summary>End, because the node may not stay.</summary>
    Refuse,
}

/// <summary>A command to a node's supervisor.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Endpoint">The node.</param>
/// <param name="Session">Which of the node's supervisors it is meant for (<see cref="NodeInfo.Session"/>): another of the same name is left alone.</param>
/// <param name="Incarnation">The worker that it is about.</param>
/// <param name="Reason">Why a node is refused; else empty.</param>
internal sealed record Order(OrderKind Kind, int Endpoint, long Session, int Incarnation, string Reason = "");

/// <summary>The answer to an <see cref="Order"/>; each has exactly one.</summary>
/// <param name="Order">The command.</param>
/// <param name="Problem">Why it was not carried out, in a sentence; null: it was.</param>
/// <param name="Gone">Whether that supervisor is not there any more.</param>
internal sealed record OrderDone(Order Order, string? Problem = null, bool Gone = false);

/// <summary>The supervisors. What they tell by themselves (<see cref="HubEvent"/>) goes to the <see cref="ClusterActor"/>, in order.</summary>
internal interface ISupervisors
{
    /// <summary>Gives a command. Commands to one supervisor are carried out in order.</summary>
    /// <param name="order">It.</param>
    /// <param name="asker">Is told <see cref="OrderDone"/>.</param>
    void Send(Order order, IActorRef asker);

    /// <summary>A supervisor has left: starts another where that is this run's business.</summary>
    void Replace(int endpoint);
}

/// <summary>The processes of the cluster: where they are, and what they are told.</summary>
internal interface IMembers
{
    /// <summary>Where the coordinator's process is.</summary>
    PeerAddress Self { get; }

    /// <summary>A worker is to be found there.</summary>
    /// <param name="peer">Where.</param>
    /// <param name="serving">Whether it takes part; one that does not is only told things.</param>
    void SetPeer(PeerAddress peer, bool serving);

    /// <summary>A worker is dead: membership is told, and so is whatever was being sent to it.</summary>
    /// <param name="endpoint">Its endpoint.</param>
    /// <param name="incarnation">Its incarnation.</param>
    /// <param name="isLatest">Whether there is no newer one.</param>
    void Expel(int endpoint, int incarnation, bool isLatest);

    /// <summary>Tells a process; nothing happens if it is gone.</summary>
    void Tell(int endpoint, object message);
}

/// <summary>Who uses the cluster. Called in the turn of a manager: it must only hand on what it is told.</summary>
internal interface IClusterListener
{
    /// <summary>A worker has ended. Told when it serves no longer, before anybody is told who waits for it.</summary>
    void Died(int endpoint, int incarnation, bool asked, string how);

    /// <summary>A worker that nobody had asked to end has been started again, and is held.</summary>
    void Respawned(PeerAddress worker);

    /// <summary>A node has joined while the cluster was at work, and its worker is up and held.</summary>
    void Arrived(PeerAddress worker);

    /// <summary>Membership has found something out about a worker that nobody had reported dead.</summary>
    void Found(int endpoint, string word);

    /// <summary>A node wants to leave: others are to take over what it hosts. To be answered by <see cref="HandedOver"/>.</summary>
    void HandOver(int endpoint, long session);

    /// <summary>The run cannot go on.</summary>
    void Failed(string reason);

    /// <summary>A sentence for the user.</summary>
    void Log(string sentence);

    /// <summary>A sentence for a user who wants to know more.</summary>
    void Detail(string sentence)
    {
    }
}

/// <summary>What the managers are given.</summary>
internal sealed record ManagerSetting
{
    /// <summary>The nodes' names, in order: endpoint k is the k-th.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>The supervisors.</summary>
    public required ISupervisors Supervisors { get; init; }

    /// <summary>The processes.</summary>
    public required IMembers Members { get; init; }

    /// <summary>Who is told.</summary>
    public required IClusterListener Listener { get; init; }

    /// <summary>Where the managers post what everybody may read.</summary>
    public required NodeBoard Board { get; init; }

    /// <summary>Time.</summary>
    public required IClock Clock { get; init; }

    /// <summary>Whether nodes may be away; otherwise one that is not there is waited for.</summary>
    public bool MayBeAway { get; init; }

    /// <summary>Whether a worker that dies by itself is started again.</summary>
    public bool Respawn { get; init; } = true;

    /// <summary>Whether the worker of a node that joins while the cluster is at work is started at once.</summary>
    public bool Welcome { get; init; } = true;

    /// <summary>What follows "Waiting for a node to take the place of node-1": how to start one.</summary>
    public string Advice { get; init; } = "";

    /// <summary>How long a worker may take to start.</summary>
    public Duration StartPatience { get; init; } = Duration.FromSeconds(120);

    /// <summary>How long a node that wants to leave is kept until others have its layers.</summary>
    public Duration LeavePatience { get; init; } = Duration.FromSeconds(300);

    /// <summary>How long the death of a worker that is killed may stay unknown.</summary>
    public Duration DeathPatience { get; init; } = Duration.FromSeconds(15);

    /// <summary>How long to wait, after the last that was heard, for word that processes reach one another.</summary>
    public Duration ReachPatience { get; init; } = Duration.FromSeconds(15);

    /// <summary>What an endpoint is called.</summary>
    public string NameOf(int endpoint) => endpoint == 0 ? "the coordinator" : Names[endpoint - 1];
}
