using LayerShuffle.Cluster.Messages;
using LayerShuffle.Core.Clusters;

namespace LayerShuffle.Cluster.Wall;

/// <content>Where layers are placed, within limits of memory.</content>
public sealed partial class WallTrainingCluster
{
    private readonly IReadOnlyList<NodeSpec> nodes;
    private readonly long layerBytes; // of a layer in training
    private readonly HashSet<int> homeless = []; // layers of which it has been said that they fit nowhere

    /// <summary>Where the layers are at the beginning.</summary>
    public Placement Placement { get; }

    /// <summary>Told in a sentence of layers that no survivor has room for.</summary>
    public Action<string> Say { get; init; } = _ => { };

    private static Placement Place(ClusterSpec spec, VitConfig model)
    {
        try
        {
            return Placement.Compute(spec with { Placement = spec.Placement.FirstCopies(spec.Nodes) }, model.NumHiddenLayers, 1,
                Rehosting.TrainingCost * model.LayerBytes);
        }
        catch (PlacementException exception)
        {
            throw new PlacementException($"{exception.Problem} (training takes {Rehosting.TrainingCost} times a layer's weights)", exception.Remedy);
        }
    }

    /// <summary>Chooses new hosts for layers by capacity, as far as there is room.</summary>
    /// <returns>The layers that have one now; the others keep the host that is gone.</returns>
    private int[] Assign(int[] layers, PeerAddress[] survivors)
    {
        RehostingPlan plan = Rehosting.Choose(
            layers, [.. survivors.Where(peer => peer.Endpoint <= nodes.Count)
                .Select(peer => new Survivor(peer.Endpoint, nodes[peer.Endpoint - 1].Share, nodes[peer.Endpoint - 1].MemoryBytes, LayersOf(peer.Endpoint)))],
            layerBytes);
        foreach ((int layer, int host) in plan.Moves)
        {
            hosts[layer] = host;
            homeless.Remove(layer);
        }

        foreach (int layer in plan.Orphans.Where(homeless.Add)) // asked for again and again, said once
            Say($"Not rehosted: layer {layer} ({DataSize.Text(layerBytes)} in training) fits on no survivor.");
        return [.. plan.Moves.Select(move => move.Layer)];
    }
}
