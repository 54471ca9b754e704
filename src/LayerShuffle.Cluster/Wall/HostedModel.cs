using System.Collections.Concurrent;
using LayerShuffle.Cluster.Messages;
using LayerShuffle.Cluster.Tensors;
using LayerShuffle.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Wall;

/// <summary>The layers of a model that a worker hosts.</summary>
internal sealed class HostedModel : IDisposable
{
    private readonly ConcurrentDictionary<int, EncoderLayer> layers = [];
    private readonly VitConfig config;
    private readonly Tensor? positions;
    private readonly Device device;

    /// <summary>A model without layers.</summary>
    /// <exception cref="ModelFormatException">A blob does not hold what it should.</exception>
    public HostedModel(HostLayers host, Func<string, byte[]> blob, Device device)
    {
        this.device = device;
        config = VitConfig.Parse(blob(host.Config), $"the configuration of {host.Model}");
        if (host.Positions.Length > 0)
        {
            IReadOnlyDictionary<string, Tensor> tables = SafeTensors.Parse(blob(host.Positions), $"the positions of {host.Model}");
            positions = tables.Values.Single().to(device); // [L, 32]
        }
    }

    /// <summary>Loads layers that are not here yet from their blobs.</summary>
    /// <exception cref="ModelFormatException">A blob does not hold what it should.</exception>
    public void Add(HostLayers host, Func<string, byte[]> blob)
    {
        for (int i = 0; i < host.Layers.Length; i++)
        {
            if (layers.ContainsKey(host.Layers[i]))
                continue;
            string source = $"layer {host.Layers[i]} of {host.Model}";
            var layer = new EncoderLayer(config);
            IReadOnlyDictionary<string, Tensor> state = SafeTensors.Parse(blob(host.Weights[i]), source);
            layer.LoadState(state, source);
            foreach (Tensor tensor in state.Values)
                tensor.Dispose();
            layer.to(device);
            layer.eval();
            layers[host.Layers[i]] = layer;
        }
    }

    /// <summary>Whether a layer is here.</summary>
    public bool Has(int layer) => layers.ContainsKey(layer);

    /// <summary>Takes out all layers but some; the caller frees them.</summary>
    public IReadOnlyList<IDisposable> TakeOut(IReadOnlyCollection<int> kept)
    {
        List<IDisposable> taken = [];
        foreach (int layer in layers.Keys.Except(kept).Order())
        {
            if (layers.TryRemove(layer, out EncoderLayer? gone))
                taken.Add(gone);
        }

        return taken;
    }

    /// <summary>Executes a layer, on the computing thread.</summary>
    public object? Execute(int layer, object? activation, int request, int position, ActivationStore store)
    {
        if (activation is not ActivationHandle handle || !handle.TryBorrow(out Tensor? input))
            return null; // the network alone, or the request has its outcome
        try
        {
            using DisposeScope scope = NewDisposeScope();
            using IDisposable inference = inference_mode();
            Tensor output = layers[layer].Forward(input.to(device), positions?.select(0, position)); // [batch, tokens, hidden]
            return store.Keep(request, output.cpu().DetachFromDisposeScope());
        }
        finally
        {
            handle.Return();
        }
    }

    public void Dispose()
    {
        foreach (EncoderLayer layer in layers.Values)
            layer.Dispose();
        positions?.Dispose();
    }
}
