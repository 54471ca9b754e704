using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Core.Faults;

/// <summary>
/// Where layers whose weights are gone get them, and how long that takes: a function of the scenario, the same on both clocks.
/// </summary>
/// <param name="cluster">The nodes.</param>
/// <param name="placement">Which layers lie where.</param>
/// <param name="layerBytes">What the weights of a layer take; null: nothing that would take time.</param>
/// <param name="conditions">The conditions of a link between two endpoints.</param>
public sealed class LayerRestoration(
    ClusterSpec cluster, Placement placement, long? layerBytes, Func<int, int, LinkConditions> conditions)
{
    /// <summary>Where they come from.</summary>
    public RestoreKind Kind => cluster.Restore;

    /// <summary>The layers that a node has when it starts with its weights, ascending.</summary>
    public IReadOnlyList<int> Placed(int node) => placement.LayersOn(node);

    /// <summary>Those of some layers without weights that get any.</summary>
    /// <param name="layers">The layers.</param>
    /// <param name="gone">All layers whose weights are gone at present, those among them.</param>
    public IReadOnlyList<int> Restorable(IReadOnlyList<int> layers, IReadOnlyCollection<int> gone) => Kind switch
    {
        RestoreKind.None => [],
        RestoreKind.Copy or RestoreKind.Neighbours or RestoreKind.NeighboursWeighted => [.. layers.Where(layer => Sources(layer, gone).Count > 0)],
        _ => layers,
    };

    /// <summary>
    /// The layers that a layer's new weights are made of: the nearest before and after it that have theirs; for a copy the one before, or else the one after.
    /// </summary>
    public IReadOnlyList<int> Sources(int layer, IReadOnlyCollection<int> gone)
    {
        int before = layer - 1, after = layer + 1;
        while (before >= 0 && gone.Contains(before))
            before--;
        while (after < placement.Layers && gone.Contains(after))
            after++;
        int[] all = [.. before >= 0 ? new[] { before } : [], .. after < placement.Layers ? new[] { after } : []];
        return Kind switch
        {
            RestoreKind.Copy => all.Length == 0 ? [] : [all[0]],
            RestoreKind.Neighbours or RestoreKind.NeighboursWeighted => all,
            _ => [],
        };
    }

    /// <summary>
    /// From a node's restart until it has the weights: what comes from the coordinator or from other nodes takes its latency and its size ÷ bandwidth, each
    /// sender by itself; what is made on the spot takes no time.
    /// </summary>
    public Duration Time(int node, IReadOnlyList<int> layers, IReadOnlyCollection<int> gone)
    {
        if (Kind == RestoreKind.Checkpoint)
            return Transfer(Topology.CoordinatorIndex, node, layers.Count);
        Duration longest = Duration.Zero;
        foreach (IGrouping<int, int> from in layers.SelectMany(layer => Sources(layer, gone)).GroupBy(source => placement.Copies(source)[0]))
        {
            Duration takes = from.Key == node ? Duration.Zero : Transfer(from.Key, node, from.Distinct().Count());
            longest = takes > longest ? takes : longest;
        }

        return longest;
    }

    /// <summary>The ledger's words for layers that are there again.</summary>
    public string Words(IReadOnlyList<int> layers) =>
        $"restored {Named(layers)} ({Word})";

    /// <summary>The scenario's word for where they come from.</summary>
    public string Word => Kind switch
    {
        RestoreKind.Checkpoint => "checkpoint",
        RestoreKind.Copy => "copy",
        RestoreKind.Neighbours => "neighbours",
        RestoreKind.NeighboursWeighted => "neighbours_weighted",
        RestoreKind.Zero => "zero",
        RestoreKind.None => "none",
        _ => "random",
    };

    /// <summary>The ledger's words for layers that are gone.</summary>
    public static string Lost(IReadOnlyList<int> layers) => $"lost {Named(layers)}";

    private static string Named(IReadOnlyList<int> layers) => $"layer{(layers.Count == 1 ? "" : "s")} {string.Join(' ', layers)}";

    private Duration Transfer(int from, int to, int layers)
    {
        LinkConditions link = conditions(from, to);
        double bytes = (double)layers * (layerBytes ?? 0);
        return (link.Latency.Mean > link.Latency.Min ? link.Latency.Mean : link.Latency.Min) + Duration.FromSeconds(link.TransmissionSeconds(bytes));
    }
}
