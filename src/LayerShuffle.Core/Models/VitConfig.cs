namespace LayerShuffle.Core.Models;

/// <summary>
/// What a model is, in Hugging Face's words: the one description that a scenario, a config.json, a training and a worker share. Whatever decides what a model
/// computes or how it is trained has a member here, so that nothing is lost between them.
/// </summary>
public sealed record VitConfig
{
    private const long MostParameters = 10_000_000_000;

    /// <summary>ViT (default) or DeiT.</summary>
    public ModelArchitecture Architecture { get; init; } = ModelArchitecture.Vit;

    /// <summary>How the model is trained; <see cref="ModelVariant.Standard"/> by default.</summary>
    public ModelVariant Variant { get; init; } = ModelVariant.Standard;

    /// <summary>Height and width of a square image in pixels: 32. Of other images it is the height.</summary>
    public int ImageSize
    {
        get => ImageHeight;
        init => (ImageHeight, ImageWidth) = (value, value);
    }

    /// <summary>Height of an image in pixels.</summary>
    public int ImageHeight { get; init; } = 32;

    /// <summary>Width of an image in pixels.</summary>
    public int ImageWidth { get; init; } = 32;

    /// <summary>Height and width of a square patch in pixels: 4. Of other patches it is the height.</summary>
    public int PatchSize
    {
        get => PatchHeight;
        init => (PatchHeight, PatchWidth) = (value, value);
    }

    /// <summary>Height of a patch in pixels.</summary>
    public int PatchHeight { get; init; } = 4;

    /// <summary>Width of a patch in pixels.</summary>
    public int PatchWidth { get; init; } = 4;

    /// <summary>Colour channels: 3.</summary>
    public int NumChannels { get; init; } = 3;

    /// <summary>Width of a token: 96.</summary>
    public int HiddenSize { get; init; } = 96;

    /// <summary>Encoder layers: 8.</summary>
    public int NumHiddenLayers { get; init; } = 8;

    /// <summary>Attention heads of a layer: 3.</summary>
    public int NumAttentionHeads { get; init; } = 3;

    /// <summary>Width of the feed-forward part: 384.</summary>
    public int IntermediateSize { get; init; } = 384;

    /// <summary>What stands between the two maps of the feed-forward part: the exact GELU.</summary>
    public HiddenActivation HiddenAct { get; init; } = HiddenActivation.Gelu;

    /// <summary>Classes: 10.</summary>
    public int NumLabels { get; init; } = 10;

    /// <summary>The epsilon of the encoder's layer norms: 1e-12. (Those of position encoding and prediction use 1e-5.)</summary>
    public double LayerNormEps { get; init; } = 1e-12;

    /// <summary>
    /// Standard deviation of fresh weights: 0.02, which suits widths of several hundred. Narrow models learn faster from larger weights (1/√width keeps a map's
    /// output as large as its input).
    /// </summary>
    public double InitializerRange { get; init; } = 0.02;

    /// <summary>For <see cref="ModelVariant.LayerDrop"/>: the probability that training leaves a layer out: 0.2.</summary>
    public double LayerDrop { get; init; } = 0.2;

    /// <summary>For <see cref="ModelVariant.LayerShufflePredict"/>: the weight of the position loss: 1.</summary>
    public double PositionLossWeight { get; init; } = 1.0;

    /// <summary>For <see cref="ModelVariant.LayerShufflePosition"/>: the width of a position's embedding: 32.</summary>
    public int PositionEmbeddingSize { get; init; } = 32;

    /// <summary>Names of the classes, or null.</summary>
    public IReadOnlyList<string>? Id2Label { get; init; }

    /// <summary>DeiT trained with a teacher: two heads, on the class and on the distillation token, whose logits are averaged.</summary>
    public bool Teacher { get; init; }

    /// <summary>Whether queries, keys and values have biases: true.</summary>
    public bool QkvBias { get; init; } = true;

    /// <summary>Rows of patches of an image.</summary>
    public int Rows => ImageHeight / PatchHeight;

    /// <summary>Columns of patches of an image.</summary>
    public int Columns => ImageWidth / PatchWidth;

    /// <summary>Patches of an image.</summary>
    public int Patches => Rows * Columns;

    /// <summary>Tokens of an image: the patches, the class token and for DeiT the distillation token.</summary>
    public int Tokens => Patches + (Architecture == ModelArchitecture.Deit ? 2 : 1);

    /// <summary>Width of one attention head.</summary>
    public int HeadSize => HiddenSize / NumAttentionHeads;

    /// <summary>Numbers in the model's tensors.</summary>
    public long ParameterCount => EmbeddingParameters + NumHiddenLayers * LayerParameters + HeadParameters;

    /// <summary>Bytes of the weights of one encoder layer, in single precision.</summary>
    public long LayerBytes => sizeof(float) * LayerParameters;

    private long EmbeddingParameters =>
        (long)HiddenSize * NumChannels * PatchHeight * PatchWidth + HiddenSize // the convolution
        + (long)(Tokens - Patches + Tokens) * HiddenSize // special tokens, position embeddings
        + (Variant == ModelVariant.LayerShufflePosition ? (long)NumHiddenLayers * PositionEmbeddingSize : 0);

    private long LayerParameters
    {
        get
        {
            long d = HiddenSize, wide = d + PositionEmbeddingSize;
            long shared = 4 * d * d + d + (QkvBias ? 3 * d : 0) + 2 * d * IntermediateSize + IntermediateSize + d + 4 * d;
            return shared + Variant switch
            {
                ModelVariant.LayerShufflePosition => 2 * wide + wide * d + d,
                ModelVariant.LayerShufflePredict => 2 * d + (d + 1) * NumHiddenLayers,
                _ => 0,
            };
        }
    }

    private long HeadParameters => 2L * HiddenSize + (Teacher ? 2 : 1) * (HiddenSize + 1L) * NumLabels;

    /// <summary>Reads the bytes of a <c>config.json</c> in Hugging Face's words.</summary>
    /// <param name="json">The bytes.</param>
    /// <param name="sourceName">What to call them in a message.</param>
    /// <exception cref="ModelFormatException">They are malformed or describe an impossible model.</exception>
    public static VitConfig Parse(byte[] json, string sourceName) => VitConfigFile.Parse(json, sourceName);

    /// <summary>The bytes of the model's <c>config.json</c>.</summary>
    public byte[] ToJson()
    {
        using var stream = new MemoryStream();
        VitConfigFile.Write(stream, this);
        return stream.ToArray();
    }

    /// <summary>Checks the sizes against each other and against sane bounds, and reports every mistake at once.</summary>
    /// <exception cref="ModelFormatException">One sentence for each mistake.</exception>
    public void Validate()
    {
        if (Mistakes() is { Count: > 0 } mistakes)
            throw new ModelFormatException(string.Join(" ", mistakes.Select(mistake => mistake.Message)));
    }

    /// <summary>What is impossible about the description: the key in Hugging Face's words, and a sentence.</summary>
    public IReadOnlyList<(string Key, string Message)> Mistakes()
    {
        var mistakes = new List<(string Key, string Message)>();
        void Bounded(string name, int value, int most)
        {
            if (value < 1 || value > most)
                mistakes.Add((name, $"{name} is {value}, but must lie between 1 and {most}."));
        }

        Bounded("image_size", Math.Min(ImageHeight, ImageWidth), 8192);
        Bounded("image_size", Math.Max(ImageHeight, ImageWidth), 8192);
        Bounded("patch_size", Math.Min(PatchHeight, PatchWidth), 8192);
        Bounded("patch_size", Math.Max(PatchHeight, PatchWidth), 8192);
        Bounded("num_channels", NumChannels, 1024);
        Bounded("hidden_size", HiddenSize, 65536);
        Bounded("num_hidden_layers", NumHiddenLayers, 4096);
        Bounded("num_attention_heads", NumAttentionHeads, 4096);
        Bounded("intermediate_size", IntermediateSize, 262144);
        Bounded("num_labels", NumLabels, 1_000_000);
        Bounded("position_embedding_size", PositionEmbeddingSize, 65536);
        if (mistakes.Count == 0)
            CheckRelations(mistakes);
        CheckSettings(mistakes);
        return mistakes;
    }

    private void CheckSettings(List<(string Key, string Message)> mistakes)
    {
        if (!(LayerNormEps > 0 && double.IsFinite(LayerNormEps)))
            mistakes.Add(("layer_norm_eps", "layer_norm_eps must be a positive number."));
        if (!(InitializerRange > 0 && InitializerRange <= 1))
            mistakes.Add(("initializer_range", "initializer_range must be greater than 0 and at most 1."));
        if (!(LayerDrop >= 0 && LayerDrop < 1))
            mistakes.Add(("layerdrop", "layerdrop must be at least 0 and less than 1: at 1 no layer would ever be trained."));
        if (!(PositionLossWeight >= 0 && double.IsFinite(PositionLossWeight)))
            mistakes.Add(("position_loss_weight", "position_loss_weight must be 0 or more."));
        if (Id2Label is { } labels && labels.Count != NumLabels)
            mistakes.Add(("id2label", $"There are {labels.Count} names of classes for {NumLabels} classes."));
        if (Teacher && Architecture != ModelArchitecture.Deit)
            mistakes.Add(("architectures", "Only a DeiT has a head for a teacher."));
    }

    private void CheckRelations(List<(string Key, string Message)> mistakes)
    {
        if (HiddenSize % NumAttentionHeads != 0)
            mistakes.Add(("num_attention_heads", $"hidden_size {HiddenSize} is not a multiple of num_attention_heads {NumAttentionHeads}."));
        if (ImageHeight % PatchHeight != 0 || ImageWidth % PatchWidth != 0)
            mistakes.Add(("patch_size", $"image_size {Sides(ImageHeight, ImageWidth)} is not a multiple of patch_size {Sides(PatchHeight, PatchWidth)}."));
        if (ParameterCount > MostParameters)
            mistakes.Add(("hidden_size", $"These sizes make a model of {ParameterCount} parameters; more than {MostParameters} are not supported."));
    }

    private static string Sides(int height, int width) => height == width ? $"{height}" : $"{height}×{width}";
}

/// <summary>The family of transformer.</summary>
public enum ModelArchitecture
{
    /// <summary>Vision transformer (Dosovitskiy et al., 2021): tokens [class, patches].</summary>
    Vit,

    /// <summary>Data-efficient image transformer (Touvron et al., 2021): tokens [class, distillation, patches].</summary>
    Deit,
}

/// <summary>How a model is trained, and what its layers know of their place.</summary>
public enum ModelVariant
{
    /// <summary>Layers in ascending order: the baseline.</summary>
    Standard,

    /// <summary>Layers are dropped at random while training (Fan et al., 2020).</summary>
    LayerDrop,

    /// <summary>A random order for every batch, and nothing else.</summary>
    LayerShuffle,

    /// <summary>A random order, and every layer is told its position.</summary>
    LayerShufflePosition,

    /// <summary>A random order, and every layer learns to predict its position.</summary>
    LayerShufflePredict,
}

/// <summary>What stands between the two maps of a layer's feed-forward part (<c>hidden_act</c>).</summary>
public enum HiddenActivation
{
    /// <summary><c>gelu</c>: x · Φ(x), exact.</summary>
    Gelu,

    /// <summary><c>gelu_new</c>, <c>gelu_pytorch_tanh</c>: GELU approximated by tanh.</summary>
    GeluTanh,

    /// <summary><c>quick_gelu</c>: x · sigmoid(1.702 x).</summary>
    QuickGelu,

    /// <summary><c>relu</c>: max(x, 0).</summary>
    Relu,

    /// <summary><c>silu</c>, <c>swish</c>: x · sigmoid(x).</summary>
    Silu,
}
