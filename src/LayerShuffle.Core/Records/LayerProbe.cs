namespace LayerShuffle.Core.Records;

/// <summary>A question put to the layers of a trained model, without a network: each is a row, or several, of <c>layers.csv</c>.</summary>
public enum LayerProbe
{
    /// <summary>
    /// How far a layer moves the class token (L2 norm) at each position of random orders: Freiberger et al., arXiv 2407.04513, figure 4c and d.
    /// </summary>
    Contribution,

    /// <summary>Where a layer of the variant <c>layershuffle-predict</c> believes it stands, at each position of random orders.</summary>
    PredictedPosition,

    /// <summary>In order, but without the layer.</summary>
    Without,

    /// <summary>In order, but two layers in each other's place: "Transformer Layers as Painters", arXiv 2407.09298.</summary>
    SwappedWith,

    /// <summary>In order, but the layer runs twice, one after the other.</summary>
    Repeated,

    /// <summary>In order, but the layer and the next get the same activation, and what both add to it is summed: arXiv 2407.09298, 2502.02790.</summary>
    Parallel,

    /// <summary>The head reads what the first layers of the order put out; the others do not run.</summary>
    EarlyExit,

    /// <summary>How often a linear probe reads, from the class token that a layer puts out, at which position of the order it stood.</summary>
    ReadPosition,

    /// <summary>
    /// Where what layers put out at every position lies in two dimensions (t-SNE): rows of <c>embeddings.csv</c>; arXiv 2407.04513, figure 4a and b.
    /// </summary>
    Embedding,

    /// <summary>
    /// Accuracy of a model whose layers are drawn from those of all training seeds, each in its own place: arXiv 2407.04513, section 4.6.
    /// </summary>
    Merged,

    /// <summary>Accuracy of the mean of what the models of all training seeds believe.</summary>
    Ensemble,
}

/// <summary>The words of probes.</summary>
public static class LayerProbeWords
{
    /// <summary>All of them, in the order of their rows.</summary>
    public static IReadOnlyList<(string Word, LayerProbe Kind)> All { get; } =
    [
        ("contribution", LayerProbe.Contribution),
        ("predicted_position", LayerProbe.PredictedPosition),
        ("without", LayerProbe.Without),
        ("swapped_with", LayerProbe.SwappedWith),
        ("repeated", LayerProbe.Repeated),
        ("parallel", LayerProbe.Parallel),
        ("early_exit", LayerProbe.EarlyExit),
        ("read_position", LayerProbe.ReadPosition),
        ("embedding", LayerProbe.Embedding),
        ("merged", LayerProbe.Merged),
        ("ensemble", LayerProbe.Ensemble),
    ];
}

/// <summary>What a layer puts out, in two dimensions: a row of <c>embeddings.csv</c>.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="TrainingSeed">Its training seed.</param>
/// <param name="Layer">The layer.</param>
/// <param name="Position">Where it stood.</param>
/// <param name="Image">Index of the test image.</param>
/// <param name="X">Where the output lies; only distances mean something.</param>
/// <param name="Y">Likewise.</param>
public sealed record EmbeddingRow(string Model, int TrainingSeed, int Layer, int Position, int Image, double X, double Y);

/// <summary>What a probe found: a row of <c>layers.csv</c>.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="TrainingSeed">Its training seed; null for all of them together.</param>
/// <param name="Layer">The layer; null for the whole model.</param>
/// <param name="Probe">The probe's word.</param>
/// <param name="Position">The position, or the other layer; null where there is none.</param>
/// <param name="Value">What was measured: a norm, a position, or by how much the accuracy is higher than in order.</param>
/// <param name="Top1">Top-1 accuracy; null where no image was classified for it.</param>
public sealed record LayerProbeRow(string Model, int? TrainingSeed, int? Layer, string Probe, int? Position, double? Value, double? Top1);
