using LayerShuffle.Core.Time;

namespace LayerShuffle.Core.Faults;

/// <summary>How long each node of a trial was down. Nodes are endpoint indexes, from 1. All are up at first. A paused node is up.</summary>
/// <param name="nodes">How many nodes there are.</param>
public sealed class NodeUptime(int nodes)
{
    private readonly Instant?[] since = new Instant?[nodes + 1];
    private readonly long[] down = new long[nodes + 1]; // nanoseconds

    /// <summary>A node is down from now on; nothing changes if it was.</summary>
    public void Down(int node, Instant now) => since[node] ??= now;

    /// <summary>A node is up from now on; nothing changes if it was.</summary>
    public void Up(int node, Instant now)
    {
        if (since[node] is { } begun)
            down[node] += (now - begun).Nanoseconds;
        since[node] = null;
    }

    /// <summary>The share of the time up to now that a node was up, mean over the nodes; null where no time has passed.</summary>
    public double? Share(Instant end)
    {
        if (end <= Instant.Zero)
            return null;
        double sum = 0;
        for (int node = 1; node <= nodes; node++)
        {
            long lying = down[node] + (since[node] is { } begun && begun < end ? (end - begun).Nanoseconds : 0);
            sum += 1 - (double)lying / end.Nanoseconds;
        }

        return sum / nodes;
    }
}
