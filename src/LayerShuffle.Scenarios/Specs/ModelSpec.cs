using LayerShuffle.Core.Clusters;

namespace LayerShuffle.Scenarios.Specs;

/// <summary>A model of the scenario, its settings merged from <c>model</c>, its own entry and what it starts from.</summary>
public sealed record ModelSpec
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Whether the network alone is simulated: sizes without tensors.</summary>
    public bool IsNetworkOnly { get; init; }

    /// <summary>
    /// All that decides what it computes and how it is trained. Of a checkpoint it is what the folder's config.json says, with the scenario's own settings of
    /// training; the classes are those of the data set, or of the checkpoint.
    /// </summary>
    public VitConfig Config { get; init; } = new();

    /// <summary>The model from whose trained weights it starts, or null.</summary>
    public string? InitFrom { get; init; }

    /// <summary>A Hugging Face folder whose weights it takes, absolute, or null.</summary>
    public string? Checkpoint { get; init; }

    /// <summary>How it is trained; null: not at all.</summary>
    public TrainingSpec? Training { get; init; }

    /// <summary><c>vit</c>, <c>deit</c>, or <c>none</c> where the network alone is simulated.</summary>
    public string Architecture
    {
        get => IsNetworkOnly ? "none" : Config.Architecture == ModelArchitecture.Deit ? "deit" : "vit";
        init => (IsNetworkOnly, Config) = (value == "none", Config with { Architecture = value == "deit" ? ModelArchitecture.Deit : ModelArchitecture.Vit });
    }

    /// <summary><c>standard</c>, <c>layerdrop</c>, <c>layershuffle</c>, <c>layershuffle-position</c> or <c>layershuffle-predict</c>.</summary>
    public string Variant
    {
        get => ModelClassNames.NameOf(Config.Variant);
        init => Config = Config with { Variant = ModelClassNames.ParseVariant(value) ?? ModelVariant.Standard };
    }

    /// <summary>Height and width of an image; the height where it is no square.</summary>
    public int ImageSize
    {
        get => Config.ImageSize;
        init => Config = Config with { ImageSize = value };
    }

    /// <summary>Width of an embedding.</summary>
    public int HiddenSize
    {
        get => Config.HiddenSize;
        init => Config = Config with { HiddenSize = value };
    }

    /// <summary>Encoder layers.</summary>
    public int NumHiddenLayers
    {
        get => Config.NumHiddenLayers;
        init => Config = Config with { NumHiddenLayers = value };
    }

    /// <summary>Height and width of a patch; the height where it is no square.</summary>
    public int PatchSize
    {
        get => Config.PatchSize;
        init => Config = Config with { PatchSize = value };
    }

    /// <summary>Attention heads.</summary>
    public int NumAttentionHeads
    {
        get => Config.NumAttentionHeads;
        init => Config = Config with { NumAttentionHeads = value };
    }

    /// <summary>Width of the feed-forward part.</summary>
    public int IntermediateSize
    {
        get => Config.IntermediateSize;
        init => Config = Config with { IntermediateSize = value };
    }

    /// <summary>Whether queries, keys and values have biases; only a checkpoint can do without.</summary>
    public bool QkvBias
    {
        get => Config.QkvBias;
        init => Config = Config with { QkvBias = value };
    }

    /// <summary>Width of a position's embedding of variant <c>layershuffle-position</c>; only a checkpoint can have another.</summary>
    public int PositionEmbeddingSize
    {
        get => Config.PositionEmbeddingSize;
        init => Config = Config with { PositionEmbeddingSize = value };
    }

    /// <summary>Probability that variant <c>layerdrop</c> drops a layer in training.</summary>
    public double LayerDrop
    {
        get => Config.LayerDrop;
        init => Config = Config with { LayerDrop = value };
    }

    /// <summary>Standard deviation of fresh weights.</summary>
    public double InitializerRange
    {
        get => Config.InitializerRange;
        init => Config = Config with { InitializerRange = value };
    }

    /// <summary>Weight of the position loss of variant <c>layershuffle-predict</c>.</summary>
    public double PositionLossWeight
    {
        get => Config.PositionLossWeight;
        init => Config = Config with { PositionLossWeight = value };
    }

    /// <summary>Tokens of one image: its patches, the class token, and DeiT's distillation token.</summary>
    public int Tokens => Config.Tokens;

    /// <summary>Bytes of the weights of one encoder layer, in single precision.</summary>
    public long LayerBytes => Config.LayerBytes;

    /// <summary>Bytes of the activation of so many images in a wire format, its header aside.</summary>
    /// <param name="images">How many images.</param>
    /// <param name="wire">The format.</param>
    public long ActivationBytes(int images, WireFormat wire) => (long)images * Tokens * HiddenSize * wire.BytesPerNumber();
}
