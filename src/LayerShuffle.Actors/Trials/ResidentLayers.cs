using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Actors.Trials;

/// <summary>Which layers a node has loaded, where its memory does not take all that it hosts.</summary>
/// <param name="spec">Its memory.</param>
/// <param name="layerBytes">What the weights of one layer take.</param>
public sealed class ResidentLayers(ResidentSpec spec, long layerBytes)
{
    private readonly long most = Math.Max(1, spec.LimitBytes / Math.Max(1, layerBytes)); // the one that is computed is there in any case
    private readonly Duration loading = Duration.FromSeconds(layerBytes / spec.BytesPerSecond);
    private readonly LinkedList<int> loaded = []; // least recently used first; few

    /// <summary>Layers that are loaded from the beginning: as many as there is room for.</summary>
    public void Begin(IEnumerable<int> layers)
    {
        foreach (int layer in layers.Take((int)Math.Min(most, int.MaxValue)))
            loaded.AddLast(layer);
    }

    /// <summary>Nothing is loaded: the process is another.</summary>
    public void Clear() => loaded.Clear();

    /// <summary>A layer is used.</summary>
    /// <returns>How long it takes until it is loaded.</returns>
    public Duration Use(int layer)
    {
        bool wasLoaded = loaded.Remove(layer);
        if (!wasLoaded && loaded.Count >= most)
            loaded.RemoveFirst();
        loaded.AddLast(layer);
        return wasLoaded ? Duration.Zero : loading;
    }
}
