using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace LayerShuffle.Vision.Model;

/// <summary>
/// One encoder layer, the unit that an actor hosts: pre-norm attention and feed-forward. In LayerShuffle-position it is told its position before, in
/// LayerShuffle-predict it guesses it afterwards (Freiberger et al., arXiv 2407.04513).
/// </summary>
public sealed class EncoderLayer : ModelPart
{
    private const double VariantEps = 1e-5;

    private readonly VitConfig config;
    private readonly Parameter qkv_weight;
    private readonly Parameter? qkv_bias;
    private readonly Parameter out_weight;
    private readonly Parameter out_bias;
    private readonly Parameter up_weight;
    private readonly Parameter up_bias;
    private readonly Parameter down_weight;
    private readonly Parameter down_bias;
    private readonly Parameter before_weight;
    private readonly Parameter before_bias;
    private readonly Parameter after_weight;
    private readonly Parameter after_bias;
    private readonly Parameter? variant_norm_weight;
    private readonly Parameter? variant_norm_bias;
    private readonly Parameter? variant_weight;
    private readonly Parameter? variant_bias;

    /// <summary>A layer with norms 1, all else 0: to be loaded or initialised.</summary>
    public EncoderLayer(VitConfig config)
        : base(nameof(EncoderLayer))
    {
        this.config = config;
        long d = config.HiddenSize, wide = config.IntermediateSize;
        qkv_weight = NewParameter(zeros(3 * d, d));
        qkv_bias = config.QkvBias ? NewParameter(zeros(3 * d)) : null;
        out_weight = NewParameter(zeros(d, d));
        out_bias = NewParameter(zeros(d));
        up_weight = NewParameter(zeros(wide, d));
        up_bias = NewParameter(zeros(wide));
        down_weight = NewParameter(zeros(d, wide));
        down_bias = NewParameter(zeros(d));
        before_weight = NewParameter(ones(d));
        before_bias = NewParameter(zeros(d));
        after_weight = NewParameter(ones(d));
        after_bias = NewParameter(zeros(d));
        if (config.Variant is ModelVariant.LayerShufflePosition or ModelVariant.LayerShufflePredict)
        {
            bool told = config.Variant == ModelVariant.LayerShufflePosition;
            long inputs = told ? d + config.PositionEmbeddingSize : d, outputs = told ? d : config.NumHiddenLayers;
            variant_norm_weight = NewParameter(ones(inputs));
            variant_norm_bias = NewParameter(zeros(inputs));
            variant_weight = NewParameter(zeros(outputs, inputs));
            variant_bias = NewParameter(zeros(outputs));
        }

        RegisterComponents();
    }

    /// <summary>Runs the layer.</summary>
    /// <param name="hidden">The activation, [batch, tokens, hidden].</param>
    /// <param name="positionEmbedding">The embedding of the layer's position, [32]: LayerShuffle-position needs it, the others do not look at it.</param>
    /// <param name="precision">In what matrices are multiplied.</param>
    /// <returns>The new activation, [batch, tokens, hidden], in single precision; the caller disposes it.</returns>
    public Tensor Forward(Tensor hidden, Tensor? positionEmbedding = null, ComputePrecision precision = ComputePrecision.Fp32)
    {
        using var scope = NewDisposeScope();
        Tensor h = hidden;                                     // [b, n, d]
        if (config.Variant == ModelVariant.LayerShufflePosition)
            h = h.add(TellPosition(h, positionEmbedding, precision), HeldScalars.One);        // [b, n, d]
        h = h.add(Attention(Norm(h, before_weight, before_bias), precision), HeldScalars.One); // [b, n, d]
        h = h.add(FeedForward(Norm(h, after_weight, after_bias), precision), HeldScalars.One); // [b, n, d]
        return h.MoveToOuterDisposeScope();
    }

    /// <summary>LayerShuffle-predict: where in the order the layer thinks it stands.</summary>
    /// <param name="output">What <see cref="Forward"/> returned, [batch, tokens, hidden].</param>
    /// <returns>Logits over positions, [batch, L]; the caller disposes them.</returns>
    public Tensor PredictPosition(Tensor output)
    {
        if (config.Variant != ModelVariant.LayerShufflePredict)
            throw new InvalidOperationException("Only a layer of the variant layershuffle-predict predicts its position.");
        using var scope = NewDisposeScope();
        Tensor mean = output.mean([1L]);                                                                             // [b, d]
        Tensor normal = F.layer_norm(mean, [config.HiddenSize], variant_norm_weight, variant_norm_bias, VariantEps); // [b, d]
        return F.linear(normal, variant_weight!, variant_bias).MoveToOuterDisposeScope();                             // [b, L]
    }

    /// <inheritdoc/>
    internal override IEnumerable<NamedSlice> Slices()
    {
        string[] thirds = ["query", "key", "value"];
        for (int i = 0; i < 3; i++)
        {
            yield return new($"attention.attention.{thirds[i]}.weight", qkv_weight, i);
            if (qkv_bias is not null)
                yield return new($"attention.attention.{thirds[i]}.bias", qkv_bias, i);
        }

        yield return new("attention.output.dense.weight", out_weight);
        yield return new("attention.output.dense.bias", out_bias);
        yield return new("intermediate.dense.weight", up_weight);
        yield return new("intermediate.dense.bias", up_bias);
        yield return new("output.dense.weight", down_weight);
        yield return new("output.dense.bias", down_bias);
        yield return new("layernorm_before.weight", before_weight);
        yield return new("layernorm_before.bias", before_bias);
        yield return new("layernorm_after.weight", after_weight);
        yield return new("layernorm_after.bias", after_bias);
        if (variant_weight is not null)
        {
            string net = config.Variant == ModelVariant.LayerShufflePosition ? HuggingFaceNames.PositionProjection : HuggingFaceNames.PositionPredictor;
            yield return new(net + "0.weight", variant_norm_weight!, OfVariant: true);
            yield return new(net + "0.bias", variant_norm_bias!, OfVariant: true);
            yield return new(net + "1.weight", variant_weight, OfVariant: true);
            yield return new(net + "1.bias", variant_bias!, OfVariant: true);
        }
    }

    private Tensor Norm(Tensor x, Parameter weight, Parameter bias) => F.layer_norm(x, [config.HiddenSize], weight, bias, config.LayerNormEps);

    /// <summary>A linear map; in bfloat16 weights are rounded anew at every step, and their gradient comes back to the single-precision ones.</summary>
    private static Tensor Linear(Tensor x, Parameter weight, Parameter? bias, ComputePrecision precision) => precision == ComputePrecision.Fp32
        ? F.linear(x, weight, bias) : F.linear(x.to(ScalarType.BFloat16), weight.to(ScalarType.BFloat16), bias?.to(ScalarType.BFloat16));

    private Tensor Attention(Tensor x, ComputePrecision precision)
    {
        long b = x.shape[0], n = x.shape[1];
        Tensor qkv = Linear(x, qkv_weight, qkv_bias, precision)                                                // [b, n, 3d]
            .view(b, n, 3, config.NumAttentionHeads, config.HeadSize)                                          // [b, n, 3, heads, d/heads]
            .permute(2, 0, 3, 1, 4);                                                                           // [3, b, heads, n, d/heads]
        Tensor y = F.scaled_dot_product_attention(qkv.select(0, 0), qkv.select(0, 1), qkv.select(0, 2));       // [b, heads, n, d/heads]
        return Linear(y.transpose(1, 2).reshape(b, n, config.HiddenSize), out_weight, out_bias, precision);    // [b, n, d]
    }

    private Tensor FeedForward(Tensor x, ComputePrecision precision)
    {
        Tensor wide = Activation.Of(config.HiddenAct, Linear(x, up_weight, up_bias, precision)); // [b, n, intermediate]
        return Linear(wide, down_weight, down_bias, precision);                                  // [b, n, d]
    }

    private Tensor TellPosition(Tensor h, Tensor? positionEmbedding, ComputePrecision precision)
    {
        if (positionEmbedding is null)
            throw new ArgumentNullException(nameof(positionEmbedding), "A layer of the variant layershuffle-position must be told its position.");
        long b = h.shape[0], n = h.shape[1], e = config.PositionEmbeddingSize;
        Tensor x = cat([h, positionEmbedding.expand(b, n, e)], -1);                                                   // [b, n, d+32]
        Tensor normal = F.layer_norm(x, [config.HiddenSize + e], variant_norm_weight, variant_norm_bias, VariantEps); // [b, n, d+32]
        return F.gelu(Linear(normal, variant_weight!, variant_bias, precision));                                                // [b, n, d]
    }
}
