using LayerShuffle.Core.Time;

namespace LayerShuffle.Core.Clusters;

/// <summary>What a trial takes in energy and money, by what the cluster says of its nodes and links.</summary>
public static class TrialCost
{
    /// <summary>
    /// Energy in joules. A node draws its idle power over the whole time, up or down, and the difference to its computing power while a layer runs; each bit
    /// that takes bandwidth costs the same. A node whose power is not given counts as nothing.
    /// </summary>
    /// <param name="cluster">The nodes.</param>
    /// <param name="length">How long the trial took.</param>
    /// <param name="computed">How long each node computed.</param>
    /// <param name="bytes">Bytes that took bandwidth.</param>
    /// <returns>Null where neither power nor energy is given.</returns>
    public static double? Joules(ClusterSpec cluster, Duration length, IReadOnlyList<Duration> computed, long bytes)
    {
        double joules = (cluster.JoulesPerBit ?? 0) * 8 * bytes;
        for (int i = 0; i < cluster.Nodes.Count; i++)
        {
            if (cluster.Nodes[i].Power is { } power)
                joules += (power.IdleWatts * length.TotalSeconds) + ((power.ComputeWatts - power.IdleWatts) * computed[i].TotalSeconds);
        }

        return KnowsPower(cluster) || cluster.JoulesPerBit is not null ? joules : null;
    }

    /// <summary>What the nodes cost over the trial's time; null where no price is given. A node without one costs nothing.</summary>
    public static double? Price(ClusterSpec cluster, Duration length) =>
        cluster.Nodes.All(node => node.PricePerHour is null) ? null : cluster.Nodes.Sum(node => node.PricePerHour ?? 0) * (length.TotalSeconds / 3600);

    /// <summary>Whether any node's power is given.</summary>
    public static bool KnowsPower(ClusterSpec cluster) => cluster.Nodes.Any(node => node.Power is not null);
}
