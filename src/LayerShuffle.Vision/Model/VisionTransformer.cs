using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Vision.Model;

/// <summary>
/// The whole, uncut model: ViT (arXiv 2010.11929) or DeiT (arXiv 2012.12877), whose layers run in the order given (LayerShuffle, arXiv 2407.04513).
/// </summary>
public sealed class VisionTransformer : ModelPart
{
    private readonly EncoderLayer[] layers;

    /// <summary>A model with norms 1, all else 0: to be loaded. <see cref="Create"/> makes one to be trained.</summary>
    /// <exception cref="ModelFormatException">The configuration is impossible.</exception>
    public VisionTransformer(VitConfig config)
        : base(nameof(VisionTransformer))
    {
        config.Validate();
        Config = config;
        Embeddings = new VitEmbeddings(config);
        layers = [.. Enumerable.Range(0, config.NumHiddenLayers).Select(_ => new EncoderLayer(config))];
        Head = new ClassificationHead(config);
        register_module("embeddings", Embeddings);
        for (int i = 0; i < layers.Length; i++)
            register_module($"layer_{i}", layers[i]);
        register_module("head", Head);
    }

    /// <summary>The model's shape.</summary>
    public VitConfig Config { get; }

    /// <summary>What stands before the layers.</summary>
    public VitEmbeddings Embeddings { get; }

    /// <summary>The encoder layers, by layer id.</summary>
    public IReadOnlyList<EncoderLayer> Layers => layers;

    /// <summary>What stands after the layers.</summary>
    public ClassificationHead Head { get; }

    /// <summary>Where the parameters lie.</summary>
    public Device Device => Embeddings.Device;

    /// <summary>A model with random weights that depend on nothing but the shape and the seed.</summary>
    /// <exception cref="ModelFormatException">The configuration is impossible.</exception>
    public static VisionTransformer Create(VitConfig config, long seed)
    {
        var model = new VisionTransformer(config);
        Initialisation.Draw(model, seed);
        return model;
    }

    /// <summary>Moves the parameters to a device.</summary>
    public VisionTransformer To(Device device) => this.to(device);

    /// <summary>Runs the layers in the order given: a permutation of all layers, or of some.</summary>
    /// <param name="pixels">[batch, channels, height, width].</param>
    /// <param name="order">Layer ids in execution order.</param>
    /// <param name="collectStates">Whether to keep every position's activation.</param>
    /// <exception cref="ModelFormatException">The order names a layer twice, or one that does not exist.</exception>
    public VitOutput Forward(Tensor pixels, IReadOnlyList<int> order, bool collectStates = false)
    {
        LayerOrder.Check(order, Config.NumHiddenLayers);
        using var scope = NewDisposeScope();
        List<Tensor> states = [], positionLogits = [];
        Tensor h = Embeddings.Forward(pixels);                                       // [b, n, d]
        states.Add(h);
        for (int i = 0; i < order.Count; i++)
        {
            EncoderLayer layer = layers[order[i]];
            h = layer.Forward(h, Embeddings.PositionEmbedding(i));                   // [b, n, d]
            states.Add(h);
            if (Config.Variant == ModelVariant.LayerShufflePredict)
                positionLogits.Add(layer.PredictPosition(h).MoveToOuterDisposeScope()); // [b, L]
        }

        Tensor logits = Head.Forward(h).MoveToOuterDisposeScope();                   // [b, C]
        if (collectStates)
            states.ForEach(state => state.MoveToOuterDisposeScope());
        return new(logits, collectStates ? states : null, Config.Variant == ModelVariant.LayerShufflePredict ? positionLogits : null);
    }

    /// <inheritdoc/>
    internal override IEnumerable<NamedSlice> Slices()
    {
        // Hugging Face's sequence: embeddings, layers, the table of positions, norm, classifier.
        List<NamedSlice> before = [.. Embeddings.Slices()];
        foreach (NamedSlice slice in before.Where(slice => !slice.OfVariant))
            yield return slice with { Name = HuggingFaceNames.Full(Config.Architecture, slice.Name) };
        for (int i = 0; i < layers.Length; i++)
        {
            foreach (NamedSlice slice in layers[i].Slices())
                yield return slice with { Name = HuggingFaceNames.Full(Config.Architecture, i, slice.Name) };
        }

        foreach (NamedSlice slice in before.Where(slice => slice.OfVariant).Concat(Head.Slices()))
            yield return slice with { Name = HuggingFaceNames.Full(Config.Architecture, slice.Name) };
    }
}
