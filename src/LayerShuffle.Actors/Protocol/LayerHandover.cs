using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Trials;

namespace LayerShuffle.Actors.Protocol;

/// <summary>Who takes over a dead node's layers in a trial, and what the ledger says of it: the same on both clocks.</summary>
public sealed class LayerHandover(EndpointContext context, TrialSpec spec, Topology topology)
{
    /// <summary>A node that may take over layers.</summary>
    /// <param name="endpoint">It.</param>
    /// <param name="held">Layers that it still holds besides those that it hosts.</param>
    public Survivor Survivor(int endpoint, IEnumerable<int> held)
    {
        NodeSpec node = spec.Cluster.Nodes[endpoint - 1];
        return new Survivor(endpoint, node.Share, node.MemoryBytes, [.. context.Placement.LayersOn(endpoint).Union(context.Moved.On(endpoint)).Union(held)]);
    }

    /// <summary>Who takes over what: the node's own layers that nobody else hosts already, and those that it hosted in another's stead.</summary>
    /// <param name="dead">The node.</param>
    /// <param name="survivors">Who may.</param>
    public RehostingPlan Plan(int dead, IReadOnlyList<Survivor> survivors) =>
        Rehosting.Choose([.. context.Placement.LayersOn(dead).Where(layer => context.Moved.HostOf(layer) is null), .. context.Moved.On(dead)], survivors,
            spec.LayerBytes);

    /// <summary>A node's own layers that others host in its stead.</summary>
    public int[] Lent(int node) => [.. context.Placement.LayersOn(node).Where(layer => context.Moved.HostOf(layer) is not null)];

    /// <summary>Effects for the ledger: who hosts what, and what has found no room.</summary>
    /// <param name="plan">Who takes over what.</param>
    /// <param name="alone">Whether there was nobody to ask.</param>
    public IReadOnlyList<string> Effects(RehostingPlan plan, bool alone)
    {
        string[] hosted = plan.Moves.Count == 0 ? []
            : [$"rehosted {string.Join(", ", plan.Moves.Select(move => $"{move.Layer} on {topology.Name(move.Endpoint)}"))}"];
        return [.. hosted,
            .. plan.Orphans.Select(layer => alone ? $"not rehosted: layer {layer}, no other node is up"
            : $"not rehosted: layer {layer} ({DataSize.Text(spec.LayerBytes ?? 0)}) fits on no survivor")];
    }
}
