using LayerShuffle.Network.Clusters;

namespace LayerShuffle.Scenarios;

/// <summary>A model of the scenario, its settings merged from <c>model</c> and its own entry.</summary>
public sealed record ModelSpec
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary><c>vit</c>, <c>deit</c>, or <c>none</c> where the network alone is simulated.</summary>
    public string Architecture { get; init; } = "vit";

    /// <summary><c>standard</c>, <c>layerdrop</c>, <c>layershuffle</c>, <c>layershuffle-position</c> or <c>layershuffle-predict</c>.</summary>
    public string Variant { get; init; } = "standard";

    /// <summary>Height and width of an image.</summary>
    public int ImageSize { get; init; } = 32;

    /// <summary>Height and width of a patch.</summary>
    public int PatchSize { get; init; } = 4;

    /// <summary>Width of an embedding.</summary>
    public int HiddenSize { get; init; } = 96;

    /// <summary>Encoder layers.</summary>
    public int NumHiddenLayers { get; init; } = 8;

    /// <summary>Attention heads.</summary>
    public int NumAttentionHeads { get; init; } = 3;

    /// <summary>Width of the feed-forward part.</summary>
    public int IntermediateSize { get; init; } = 384;

    /// <summary>Whether queries, keys and values have biases; only a checkpoint can do without.</summary>
    public bool QkvBias { get; init; } = true;

    /// <summary>Width of a position's embedding of variant <c>layershuffle-position</c>; only a checkpoint can have another.</summary>
    public int PositionEmbeddingSize { get; init; } = 32;

    /// <summary>Probability that variant <c>layerdrop</c> drops a layer in training.</summary>
    public double LayerDrop { get; init; } = 0.2;

    /// <summary>Standard deviation of fresh weights.</summary>
    public double InitializerRange { get; init; } = 0.02;

    /// <summary>Weight of the position loss of variant <c>layershuffle-predict</c>.</summary>
    public double PositionLossWeight { get; init; } = 1.0;

    /// <summary>The model from whose trained weights it starts, or null.</summary>
    public string? InitFrom { get; init; }

    /// <summary>A Hugging Face folder whose weights it takes, absolute, or null.</summary>
    public string? Checkpoint { get; init; }

    /// <summary>How it is trained; null: not at all.</summary>
    public TrainingSpec? Training { get; init; }

    /// <summary>Tokens of one image: its patches, the class token, and DeiT's distillation token.</summary>
    public int Tokens => (ImageSize / PatchSize * (ImageSize / PatchSize)) + (Architecture == "deit" ? 2 : 1);

    /// <summary>Bytes of the activation of so many images in a wire format, its header aside.</summary>
    /// <param name="images">How many images.</param>
    /// <param name="wire">The format.</param>
    public long ActivationBytes(int images, WireFormat wire) => (long)images * Tokens * HiddenSize * wire.BytesPerNumber();

    /// <summary>Bytes of the weights of one encoder layer, in single precision.</summary>
    public long LayerBytes
    {
        get
        {
            long d = HiddenSize, wide = d + PositionEmbeddingSize;
            long shared = (4 * d * d) + d + (QkvBias ? 3 * d : 0) + (2 * d * IntermediateSize) + IntermediateSize + d + (4 * d);
            return sizeof(float) * (shared + Variant switch
            {
                "layershuffle-position" => (2 * wide) + (wide * d) + d,
                "layershuffle-predict" => (2 * d) + ((d + 1) * NumHiddenLayers),
                _ => 0,
            });
        }
    }
}
