using System.Collections.Concurrent;
using LayerShuffle.Actors.Messages;
using LayerShuffle.Actors.Models;
using LayerShuffle.Actors.Trials;
using LayerShuffle.Cluster.Messages;
using LayerShuffle.Core.Faults;
using LayerShuffle.Vision.Files;
using LayerShuffle.Vision.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Wall;

/// <summary>The models of which a worker hosts layers. One thread tells it what to host; the computing thread reads <see cref="Current"/>.</summary>
/// <param name="blob">The bytes of a blob, by hash.</param>
/// <param name="device">Where the layers are; asked when there is one.</param>
/// <param name="betweenLayers">Runs something on the computing thread, between two layers: what it computes on must not be freed under it.</param>
internal sealed class HostedModels(Func<string, byte[]> blob, Func<Device> device, Action<Action> betweenLayers) : IDisposable
{
    private readonly Dictionary<string, HostedModel> models = [];
    private string used = "";
    private volatile HostedModel? current, earlier; // the present trial's model, and what it was at the checkpoint before its last
    private TrialSetting? struck; // the present trial, if faults may strike its tensors
    private int self;
    private NodeLayers? node; // the computing thread's

    /// <summary>The model of the present trial; null where the network alone is simulated, or none of its layers is here.</summary>
    public HostedModel? Current => current;

    /// <summary>Executes a layer of the present trial's model, on the computing thread.</summary>
    public object? Execute(int layer, object? activation, int request, int position, ActivationStore store) =>
        current is { } model ? model.Execute(layer, activation, request, position, store, Node(model)) : null;

    /// <summary>A trial begins.</summary>
    /// <param name="setting">The trial.</param>
    /// <param name="endpoint">This node in it.</param>
    public void Begin(TrialSetting setting, int endpoint) => betweenLayers(() =>
    {
        node?.Dispose();
        (node, struck, self) = (null, setting.Spec.StrikesTensors ? setting : null, endpoint);
    });

    /// <summary>A fault strikes this node's weights or answers.</summary>
    public void Strike(FaultEvent strike) => betweenLayers(() =>
    {
        if (current is not { } model || Node(model) is not { } layers)
            return;
        if (strike.Fault is ByzantineFault byzantine)
            layers.Lie(byzantine, strike.Begins);
        else if (strike.Fault is MemoryFault)
            layers.Flip(struck!.Flips.At(strike, self));
    });

    /// <summary>The node has weights again that it had lost.</summary>
    public void Replace(LayersBack back)
    {
        if (back.Model.Length == 0 || !models.TryGetValue(back.Model, out HostedModel? others))
            return;
        betweenLayers(() =>
        {
            if (current is { } model && Node(model) is { } layers)
            {
                foreach (int layer in back.Layers)
                    layers.Replace(layer, others.Copy(layer));
            }
        });
    }

    /// <summary>The node serves again, as a process that has just loaded what it has in memory.</summary>
    public void Renew() => betweenLayers(() => node?.Renew());

    private NodeLayers? Node(HostedModel model) => struck is null ? null
        : node ??= new NodeLayers(model.Source(layer => earlier!.Layer(layer)),
            struck.Spec.Network.NanGuard, struck.Luck.Child(struck.Topology.Name(self)));

    /// <summary>The key of a model as it was at the checkpoint before its last.</summary>
    public static string BeforeKey(string model) => model + "~before";

    /// <summary>Loads layers that are not here yet.</summary>
    /// <exception cref="ModelFormatException">A blob does not hold what it should.</exception>
    public void Host(HostLayers host)
    {
        if (!models.TryGetValue(host.Model, out HostedModel? model))
            models[host.Model] = model = new HostedModel(host, blob, device());
        model.Add(host, blob);
        Use(used);
    }

    /// <summary>A trial of a model begins.</summary>
    /// <param name="model">Its key; empty for none.</param>
    public void Use(string model)
    {
        used = model;
        (current, earlier) = (models.GetValueOrDefault(model), models.GetValueOrDefault(BeforeKey(model)));
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
        node?.Dispose();
        foreach (HostedModel model in models.Values)
            model.Dispose();
    }
}

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

    /// <summary>A layer.</summary>
    public EncoderLayer Layer(int layer) => layers[layer];

    /// <summary>A copy of a layer, the caller's.</summary>
    public EncoderLayer Copy(int layer)
    {
        using DisposeScope scope = NewDisposeScope();
        var copy = new EncoderLayer(config);
        copy.LoadState(layers[layer].StateDictionary(), $"layer {layer}");
        copy.to(device);
        copy.eval();
        return copy;
    }

    /// <summary>Where a node gets its layers from.</summary>
    /// <param name="before">A layer of the checkpoint before.</param>
    public LayerSource Source(Func<int, EncoderLayer> before) => new(config.NumHiddenLayers, Layer, before, () => new EncoderLayer(config));

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
    /// <param name="layer">The layer.</param>
    /// <param name="activation">Handle of its input.</param>
    /// <param name="request">The request.</param>
    /// <param name="position">Its position in the order.</param>
    /// <param name="store">Keeps its output.</param>
    /// <param name="node">The layers as faults have left them in this node's memory; null: as they were trained.</param>
    public object? Execute(int layer, object? activation, int request, int position, ActivationStore store, NodeLayers? node)
    {
        var sum = activation as PartsOfInput;
        List<ActivationHandle> borrowed = [];
        try
        {
            List<Tensor> inputs = [];
            foreach (object? part in sum?.Activations ?? [activation])
            {
                if (part is not ActivationHandle handle || !handle.TryBorrow(out Tensor? input))
                    return null; // the network alone, or the request has its outcome
                borrowed.Add(handle);
                inputs.Add(input);
            }

            using DisposeScope scope = NewDisposeScope();
            using IDisposable inference = inference_mode();
            Tensor? embedding = positions?.select(0, position), there = PartsOfInput.Sum(inputs, sum?.IsPacked == true).to(device);
            Tensor? output = node is null ? layers[layer].Forward(there, embedding)                   // [batch, tokens, hidden]
                : node.Execute(layer, there, embedding, request, position);
            if (output is null)
                return activation;
            return store.Keep(request, (sum?.Pack(there, output) ?? output).cpu().DetachFromDisposeScope());
        }
        finally
        {
            foreach (ActivationHandle handle in borrowed)
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
