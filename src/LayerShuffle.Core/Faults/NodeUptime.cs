using LayerShuffle.Core.Time;

namespace LayerShuffle.Core.Faults;

/// <summary>How long each node of a trial was down. Nodes are endpoint indexes, from 1. All are up at first. A paused node is up.</summary>
/// <param name="nodes">How many nodes there are.</param>
/// <param name="from">What was before is not counted.</param>
public sealed class NodeUptime(int nodes, Instant from = default)
{
    private readonly Instant?[] since = new Instant?[nodes + 1];
    private readonly long[] down = new long[nodes + 1]; // nanoseconds

    /// <summary>A node is down from now on; nothing changes if it was.</summary>
    public void Down(int node, Instant now) => since[node] ??= now;

    /// <summary>A node is up from now on; nothing changes if it was.</summary>
    public void Up(int node, Instant now)
    {
        down[node] += Lying(node, now);
        since[node] = null;
    }

    /// <summary>The share of the time up to now that a node was up, mean over the nodes; null where no time has passed.</summary>
    public double? Share(Instant end)
    {
        if (end <= from)
            return null;
        double sum = 0;
        for (int node = 1; node <= nodes; node++)
            sum += 1 - (double)(down[node] + Lying(node, end)) / (end - from).Nanoseconds;
        return sum / nodes;
    }

    /// <summary>How long a node has been down by now, if it is.</summary>
    private long Lying(int node, Instant now) =>
        since[node] is { } begun && Instant.Max(begun, from) is var counted && counted < now ? (now - counted).Nanoseconds : 0;
}
