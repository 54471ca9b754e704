namespace LayerShuffle.Cluster.Wall;

/// <content>Where layers are placed.</content>
public sealed partial class WallTrainingCluster
{
    /// <summary>Chooses new hosts for layers: in turn, those with the fewest.</summary>
    /// <returns>The layers that have one now; the others keep the host that is gone.</returns>
    private int[] Assign(int[] layers, PeerAddress[] survivors)
    {
        if (survivors.Length == 0)
            return [];
        foreach (int layer in layers)
            hosts[layer] = survivors.MinBy(peer => (LayersOf(peer.Endpoint).Length, peer.Endpoint))!.Endpoint;
        return layers;
    }
}
