using LayerShuffle.Cluster.Messages;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Wall;

/// <summary>The models of which a worker hosts layers. One thread tells it what to host; the computing thread reads <see cref="Current"/>.</summary>
/// <param name="blob">The bytes of a blob, by hash.</param>
/// <param name="device">Where the layers are.</param>
/// <param name="betweenLayers">Runs something on the computing thread, between two layers: what it computes on must not be freed under it.</param>
internal sealed class HostedModels(Func<string, byte[]> blob, Device device, Action<Action> betweenLayers) : IDisposable
{
    private readonly Dictionary<string, HostedModel> models = [];
    private string used = "";
    private volatile HostedModel? current;

    /// <summary>The model of the present trial; null where the network alone is simulated, or none of its layers is here.</summary>
    public HostedModel? Current => current;

    /// <summary>Loads layers that are not here yet.</summary>
    /// <exception cref="ModelFormatException">A blob does not hold what it should.</exception>
    public void Host(HostLayers host)
    {
        if (!models.TryGetValue(host.Model, out HostedModel? model))
            models[host.Model] = model = new HostedModel(host, blob, device);
        model.Add(host, blob);
        Use(used);
    }

    /// <summary>A trial of a model begins.</summary>
    /// <param name="model">Its key; empty for none.</param>
    public void Use(string model)
    {
        used = model;
        current = models.GetValueOrDefault(model);
    }

    /// <summary>Whether a layer of a model is here.</summary>
    public bool Has(string model, int layer) => models.TryGetValue(model, out HostedModel? hosted) && hosted.Has(layer);

    /// <summary>Frees all but some layers of one model.</summary>
    public void Keep(KeepLayers keep)
    {
        foreach ((string key, HostedModel model) in models.Where(entry => entry.Key != keep.Model).ToArray())
        {
            models.Remove(key);
            betweenLayers(model.Dispose);
        }

        if (models.TryGetValue(keep.Model, out HostedModel? kept))
        {
            foreach (IDisposable layer in kept.TakeOut(keep.Layers))
                betweenLayers(layer.Dispose);
        }

        Use(used);
    }

    /// <summary>Frees everything; nothing computes any more.</summary>
    public void Dispose()
    {
        foreach (HostedModel model in models.Values)
            model.Dispose();
    }
}
