using System.Collections.Concurrent;

namespace LayerShuffle.Actors.Protocol;

/// <summary>
/// Layers that another endpoint hosts than the placement says, because their node died, left or has not come yet. Safe to use from several threads.
/// </summary>
public sealed class MovedLayers
{
    private readonly ConcurrentDictionary<int, int> hosts = [];

    /// <summary>Who hosts a layer; null: whom the placement says.</summary>
    public int? HostOf(int layer) => hosts.TryGetValue(layer, out int endpoint) ? endpoint : null;

    /// <summary>Moves layers; endpoint 0 gives a layer back to whom the placement says.</summary>
    public void Move(IReadOnlyList<int> layers, IReadOnlyList<int> endpoints)
    {
        for (int i = 0; i < layers.Count; i++)
        {
            if (endpoints[i] > 0)
                hosts[layers[i]] = endpoints[i];
            else
                hosts.TryRemove(layers[i], out _);
        }
    }

    /// <summary>All layers that are elsewhere, ascending, and the endpoints that host them.</summary>
    public (int[] Layers, int[] Endpoints) All()
    {
        KeyValuePair<int, int>[] moved = [.. hosts.OrderBy(host => host.Key)];
        return ([.. moved.Select(host => host.Key)], [.. moved.Select(host => host.Value)]);
    }

    /// <summary>Layers that an endpoint hosts in another's stead, ascending.</summary>
    public IReadOnlyList<int> On(int endpoint) => [.. hosts.Where(host => host.Value == endpoint).Select(host => host.Key).Order()];
}
