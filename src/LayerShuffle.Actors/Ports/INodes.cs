using LayerShuffle.Actors.Messages;
using LayerShuffle.Core.Clusters;

namespace LayerShuffle.Actors.Ports;

/// <summary>
/// The nodes of a trial, as a world has them. A command is carried out when the world gets to it, and answered then by an event that the listener is told: on
/// the virtual clock at the same instant. Nodes are endpoint indexes, from 1.
/// </summary>
public interface INodes
{
    /// <summary>Whether a node is not there at all: it has not joined yet, or has left.</summary>
    bool IsAway(int node);

    /// <summary>The newest incarnation of a node, dead or alive.</summary>
    int Incarnation(int node);

    /// <summary>Whether a node serves in an incarnation newer than a dead one.</summary>
    bool IsBack(int node, int dead);

    /// <summary>Who may take over layers of a node that is gone, and what each holds besides what it hosts, ascending.</summary>
    IReadOnlyList<(int Node, IReadOnlyCollection<int> Held)> Survivors(int gone);

    /// <summary>Ends a node at once, as SIGKILL does; its peers are told. Answer: <see cref="NodeKilled"/>.</summary>
    void Kill(int node);

    /// <summary>A dead node is to come back later: the world may have its next incarnation ready by then. No answer.</summary>
    void Hold(int node);

    /// <summary>A node takes part (again). Answer: <see cref="NodeServes"/>.</summary>
    void Serve(int node);

    /// <summary>Stops a node where it is, as SIGSTOP does. Answer: <see cref="NodePaused"/>.</summary>
    void Pause(int node);

    /// <summary>Lets a stopped node go on. Answer: <see cref="NodeContinued"/>.</summary>
    void Continue(int node);

    /// <summary>Has a node hold layers that it is to host. Answer: <see cref="LayersHeld"/>.</summary>
    void Host(int node, IReadOnlyList<int> layers);

    /// <summary>When a node serves next, it has no weights of some layers: it does not host them. No answer.</summary>
    void Lose(int node, IReadOnlyList<int> layers) => throw new NotSupportedException("Weights are not lost here.");

    /// <summary>Gives a node weights of layers that it has lost, as <see cref="ClusterSpec.Restore"/> says. Answer: <see cref="LayersRestored"/>.</summary>
    /// <param name="node">It.</param>
    /// <param name="layers">The layers.</param>
    /// <param name="gone">All layers whose weights are gone at present.</param>
    void Restore(int node, IReadOnlyList<int> layers, IReadOnlyCollection<int> gone) => throw new NotSupportedException("Weights are not lost here.");

    /// <summary>From now on layers are hosted elsewhere; 0 gives one back to whom the placement says. Everybody learns of it.</summary>
    void Move(IReadOnlyList<int> layers, IReadOnlyList<int> hosts);

    /// <summary>Nobody needs a node any more that has asked to leave. No answer.</summary>
    void LetGo(int node);
}
