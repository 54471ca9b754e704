using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace LayerShuffle.Vision.Model;

/// <summary>What stands before the layers: patches to tokens, special tokens, position embeddings, and the table of layer positions.</summary>
public sealed class VitEmbeddings : ModelPart
{
    private readonly VitConfig config;
    private readonly Parameter cls_token;
    private readonly Parameter? distillation_token;
    private readonly Parameter position_embeddings;
    private readonly Parameter projection_weight;
    private readonly Parameter projection_bias;
    private readonly Parameter? layer_positions;

    /// <summary>Embeddings of zeros: to be loaded or initialised.</summary>
    public VitEmbeddings(VitConfig config)
        : base(nameof(VitEmbeddings))
    {
        this.config = config;
        long d = config.HiddenSize;
        cls_token = NewParameter(zeros(1, 1, d));
        distillation_token = config.Architecture == ModelArchitecture.Deit ? NewParameter(zeros(1, 1, d)) : null;
        position_embeddings = NewParameter(zeros(1, config.Tokens, d));
        projection_weight = NewParameter(zeros(d, config.NumChannels, config.PatchHeight, config.PatchWidth));
        projection_bias = NewParameter(zeros(d));
        layer_positions = config.Variant == ModelVariant.LayerShufflePosition
            ? NewParameter(zeros(config.NumHiddenLayers, config.PositionEmbeddingSize))
            : null;
        RegisterComponents();
    }

    /// <summary>
    /// LayerShuffle-position: an embedding for every position in the order, [L, 32], shared by all layers; starts at zero. Null for the other variants.
    /// </summary>
    public Parameter? LayerPositions => layer_positions;

    /// <summary>Where the parameters lie.</summary>
    public Device Device => cls_token.device;

    /// <summary>The type of the parameters' numbers.</summary>
    public ScalarType DataType => cls_token.dtype;

    /// <summary>Turns images into tokens.</summary>
    /// <param name="pixelValues">[batch, channels, height, width].</param>
    /// <returns>[batch, tokens, hidden]; the caller disposes it.</returns>
    public Tensor Forward(Tensor pixelValues)
    {
        using var scope = NewDisposeScope();
        long b = pixelValues.shape[0], d = config.HiddenSize;
        Tensor patches = F.conv2d(pixelValues, projection_weight, projection_bias, strides: [config.PatchHeight, config.PatchWidth]) // [b, d, h/p, w/p]
            .flatten(2).transpose(1, 2);                                                            // [b, patches, d]
        List<Tensor> tokens = [cls_token.expand(b, 1, d)];                                          // [b, 1, d]
        if (distillation_token is not null)
            tokens.Add(distillation_token.expand(b, 1, d));                                         // [b, 1, d]
        tokens.Add(patches);
        return cat(tokens, 1).add(position_embeddings, HeldScalars.One).MoveToOuterDisposeScope(); // [b, n, d]
    }

    /// <summary>
    /// The row e_i of <see cref="LayerPositions"/> that a layer at this position is handed, [32]; null for the other variants. The caller disposes it.
    /// </summary>
    public Tensor? PositionEmbedding(int position) => layer_positions?.select(0, position);

    /// <summary>Puts the gradients with respect to e_0, e_1, … that the layers sent back together into the gradient of <see cref="LayerPositions"/>.</summary>
    /// <param name="rows">One gradient [32] per executed position.</param>
    public void AccumulatePositionGradients(IReadOnlyList<Tensor> rows)
    {
        if (layer_positions is null)
            throw new InvalidOperationException("Only the variant layershuffle-position has embeddings of positions.");
        using var grad = no_grad();
        using var scope = NewDisposeScope();
        if (layer_positions.grad is null)
            layer_positions.grad = zeros_like(layer_positions);
        Tensor table = layer_positions.grad!; // [L, 32]
        for (int i = 0; i < rows.Count; i++)
            table.select(0, i).add_(rows[i], HeldScalars.One);
    }

    /// <inheritdoc/>
    internal override IEnumerable<NamedSlice> Slices()
    {
        yield return new("embeddings.cls_token", cls_token);
        if (distillation_token is not null)
            yield return new("embeddings.distillation_token", distillation_token);
        yield return new("embeddings.position_embeddings", position_embeddings);
        yield return new("embeddings.patch_embeddings.projection.weight", projection_weight);
        yield return new("embeddings.patch_embeddings.projection.bias", projection_bias);
        if (layer_positions is not null)
            yield return new(HuggingFaceNames.LayerPositions, layer_positions, OfVariant: true);
    }
}
