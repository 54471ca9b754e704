using LayerShuffle.Core.Clusters;

namespace LayerShuffle.Core.Faults;

/// <summary>
/// Which nodes are up, in which incarnation, paused, and how slow. Nodes are endpoint indexes; the coordinator (0) is always up and never slow.
/// </summary>
public sealed class NodeHealth
{
    private readonly List<string>[] heldDownBy;
    private readonly List<string>[] pausedBy;
    private readonly List<(string Fault, double Factor)>[] slowdowns;
    private readonly double[] standing;
    private readonly int[] incarnations;

    /// <summary>All nodes up, in their first incarnation, as slow as the cluster says they always are.</summary>
    public NodeHealth(ClusterSpec cluster)
    {
        standing = [1, .. cluster.Nodes.Select(node => node.Slowdown)];
        heldDownBy = [.. standing.Select(_ => new List<string>())];
        pausedBy = [.. standing.Select(_ => new List<string>())];
        slowdowns = [.. standing.Select(_ => new List<(string, double)>())];
        incarnations = new int[standing.Length];
        Array.Fill(incarnations, 1);
    }

    /// <summary>Whether no fault holds the endpoint down.</summary>
    public bool IsUp(int node) => heldDownBy[node].Count == 0;

    /// <summary>1 at first, one more at each restart. Of a node that is down: the one that crashed.</summary>
    public int Incarnation(int node) => incarnations[node];

    /// <summary>Factor on the compute time of layers started now: the node's own times that of every slowdown in force.</summary>
    public double SlowdownFactor(int node)
    {
        // Multiplied anew each time: dividing a factor out again would not give back exactly what was there before.
        double factor = standing[node];
        foreach ((_, double slowdown) in slowdowns[node])
            factor *= slowdown;
        return Math.Clamp(factor, 1e-300, 1e300); // several extreme ones together neither stop being a number nor become nothing
    }

    /// <summary>A fault takes the node down, or holds it down together with those that already do.</summary>
    /// <returns>Whether the node went down; false: it was down already. Its pauses end with the process that they stopped.</returns>
    public bool Crash(int node, string fault)
    {
        ThrowIfCoordinator(node);
        bool wasUp = IsUp(node);
        if (!heldDownBy[node].Contains(fault))
            heldDownBy[node].Add(fault);
        pausedBy[node].Clear();
        return wasUp;
    }

    /// <summary>A fault lets go of the node, which comes up, in a new incarnation, when no other holds it down.</summary>
    /// <returns>Whether the node came up.</returns>
    public bool Restore(int node, string fault)
    {
        if (!heldDownBy[node].Remove(fault) || !IsUp(node))
            return false;
        incarnations[node]++;
        return true;
    }

    /// <summary>Whether a fault keeps the endpoint, which is up, from doing anything.</summary>
    public bool IsPaused(int node) => pausedBy[node].Count > 0;

    /// <summary>
    /// A fault pauses the node, or keeps it paused together with those that already do. One that is down has nothing to pause, and is not paused when it comes
    /// up.
    /// </summary>
    /// <returns>Whether the node stopped; false: it was paused or down already.</returns>
    public bool Pause(int node, string fault)
    {
        ThrowIfCoordinator(node);
        if (!IsUp(node))
            return false;
        bool ran = !IsPaused(node);
        if (!pausedBy[node].Contains(fault))
            pausedBy[node].Add(fault);
        return ran;
    }

    /// <summary>A fault lets go of the node, which goes on when no other pauses it.</summary>
    /// <returns>Whether the node goes on; false: another pauses it, or this one does not (it crashed meanwhile).</returns>
    public bool Continue(int node, string fault) => pausedBy[node].Remove(fault) && !IsPaused(node);

    /// <summary>A fault slows the node.</summary>
    public void Slow(int node, string fault, double factor)
    {
        ThrowIfCoordinator(node);
        if (!(factor > 0))
            throw new ArgumentOutOfRangeException(nameof(factor), factor, "A slowdown's factor is greater than 0.");
        slowdowns[node].Add((fault, factor));
    }

    /// <summary>A fault slows the node no longer.</summary>
    /// <returns>Whether it did.</returns>
    public bool EndSlow(int node, string fault) => slowdowns[node].RemoveAll(slowdown => slowdown.Fault == fault) > 0;

    private static void ThrowIfCoordinator(int node)
    {
        if (node == 0)
            throw new ArgumentException("Faults strike nodes; the coordinator is none.", nameof(node));
    }
}
