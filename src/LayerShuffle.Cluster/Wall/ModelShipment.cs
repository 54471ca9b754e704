using LayerShuffle.Cluster.Messages;
using LayerShuffle.Transport.Blobs;
using LayerShuffle.Vision.Files;
using LayerShuffle.Vision.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Wall;

/// <summary>A trained model as blobs that travel to workers: one for every layer, so that a worker gets no more than it hosts.</summary>
public sealed class ModelShipment
{
    private readonly Blob config;
    private readonly Blob? positions;
    private readonly Blob[] layers;

    private ModelShipment(string key, Blob config, Blob? positions, Blob[] layers) => (Key, this.config, this.positions, this.layers) =
        (key, config, positions, layers);

    /// <summary>The model's key.</summary>
    public string Key { get; }

    internal static ModelShipment Of(string key, VisionTransformer model, BlobSource blobs)
    {
        using DisposeScope scope = NewDisposeScope();
        Blob? positions = model.Embeddings.LayerPositions is { } table
            ? blobs.Add(Bytes(new Dictionary<string, Tensor> { ["layer_positions"] = table.detach().cpu() })) : null;
        return new(key, blobs.Add(model.Config.ToJson()), positions, [.. model.Layers.Select(layer => blobs.Add(Bytes(layer.StateDictionary())))]);
    }

    /// <summary>The same model with other weights of some layers, under another key.</summary>
    internal ModelShipment With(string key, IReadOnlyDictionary<int, EncoderLayer> others, BlobSource blobs)
    {
        using DisposeScope scope = NewDisposeScope();
        return new(key, config, positions, [.. layers.Select((blob, layer) => others.TryGetValue(layer, out EncoderLayer? other)
            ? blobs.Add(Bytes(other.StateDictionary())) : blob)]);
    }

    internal IReadOnlyList<Blob> Blobs(IEnumerable<int> ids) =>
        [config, .. positions is null ? [] : new[] { positions }, .. ids.Select(id => layers[id]).Distinct()];

    internal HostLayers Host(int[] ids) => new(Key, config.Hash, positions?.Hash ?? "", ids, [.. ids.Select(id => layers[id].Hash)]);

    private static byte[] Bytes(IReadOnlyDictionary<string, Tensor> tensors)
    {
        using var stream = new MemoryStream();
        SafeTensors.Write(stream, tensors);
        return stream.ToArray();
    }
}
