using System.Globalization;

namespace LayerShuffle.Core.Models;

/// <summary>How Hugging Face names a model's tensors, and which part of the model each belongs to.</summary>
public static class HuggingFaceNames
{
    /// <summary>Embeddings of positions, of variant <c>layershuffle-position</c>.</summary>
    public const string LayerPositions = "encoder.embedding.weight";
    /// <summary>Begins the names of what projects them.</summary>
    public const string PositionProjection = "projection.net.";
    /// <summary>Begins the names of what predicts positions, of variant <c>layershuffle-predict</c>.</summary>
    public const string PositionPredictor = "position_mlp.net.";
    /// <summary>Begins the names of the head.</summary>
    public const string Classifier = "classifier.";
    /// <summary>Begins the names of the class token's head of a DeiT with a teacher.</summary>
    public const string ClassHead = "cls_classifier.";
    /// <summary>Begins the names of the distillation token's head.</summary>
    public const string DistillationHead = "distillation_classifier.";
    private const string LayerPrefix = "encoder.layer.";

    /// <summary>What the encoder's tensors begin with: <c>vit.</c> or <c>deit.</c>.</summary>
    public static string Prefix(ModelArchitecture architecture) => architecture == ModelArchitecture.Deit ? "deit." : "vit.";

    /// <summary>The full name of a tensor of the embeddings or the head; those of the classifiers have no prefix.</summary>
    public static string Full(ModelArchitecture architecture, string relative) =>
        relative.StartsWith(Classifier, StringComparison.Ordinal)
        || relative.StartsWith(ClassHead, StringComparison.Ordinal)
        || relative.StartsWith(DistillationHead, StringComparison.Ordinal)
            ? relative
            : Prefix(architecture) + relative;

    /// <summary>The full name of a layer's tensor.</summary>
    public static string Full(ModelArchitecture architecture, int layer, string relative) =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix(architecture)}{LayerPrefix}{layer}.{relative}");

    /// <summary>Takes a full name apart.</summary>
    /// <param name="name">The full name.</param>
    /// <param name="architecture">Whose prefix it bears.</param>
    /// <param name="relative">The name within its part.</param>
    /// <returns>The layer, or null for a tensor of the embeddings or the head.</returns>
    public static int? LayerOf(string name, ModelArchitecture architecture, out string relative)
    {
        string prefix = Prefix(architecture);
        relative = name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : name;
        if (!relative.StartsWith(LayerPrefix, StringComparison.Ordinal))
            return null;
        string rest = relative[LayerPrefix.Length..];
        int dot = rest.IndexOf('.', StringComparison.Ordinal);
        if (dot <= 0 || !int.TryParse(rest.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out int layer))
            return null;
        relative = rest[(dot + 1)..];
        return layer;
    }

    /// <summary>Splits a full dictionary by the part that owns each tensor, under names relative to the part. Layers without tensors are absent.</summary>
    public static SplitState<T> Split<T>(IReadOnlyDictionary<string, T> state, ModelArchitecture architecture)
    {
        var layers = new SortedDictionary<int, IReadOnlyDictionary<string, T>>();
        OrderedDictionary<string, T> embeddings = [], head = [];
        foreach ((string name, T value) in state)
        {
            if (LayerOf(name, architecture, out string relative) is { } layer)
            {
                if (!layers.TryGetValue(layer, out IReadOnlyDictionary<string, T>? owned))
                    layers.Add(layer, owned = new OrderedDictionary<string, T>());
                ((OrderedDictionary<string, T>)owned).Add(relative, value);
            }
            else if (relative.StartsWith("embeddings.", StringComparison.Ordinal) || relative == LayerPositions)
            {
                embeddings.Add(relative, value);
            }
            else
            {
                head.Add(relative, value);
            }
        }

        return new(embeddings, layers, head);
    }

    /// <summary>Whether only LayerShuffle-position or LayerShuffle-predict has a tensor of this name.</summary>
    public static bool IsVariantTensor(string name) =>
        name.EndsWith(LayerPositions, StringComparison.Ordinal) || IsIn(name, PositionProjection) || IsIn(name, PositionPredictor);

    /// <summary>Whether the tensor belongs to a pooler, which older checkpoints carry and classification never uses.</summary>
    internal static bool IsPooler(string name) => name.Contains(".pooler.", StringComparison.Ordinal);

    private static bool IsIn(string name, string net) =>
        name.StartsWith(net, StringComparison.Ordinal) || name.Contains("." + net, StringComparison.Ordinal);
}

/// <summary>A model's tensors (or their gradients), by the part that owns them, under names relative to the part.</summary>
/// <param name="Embeddings">Those of the embeddings.</param>
/// <param name="Layers">Those of each encoder layer, by layer id.</param>
/// <param name="Head">Those of the head.</param>
/// <typeparam name="T">What is named.</typeparam>
public sealed record SplitState<T>(
    IReadOnlyDictionary<string, T> Embeddings,
    IReadOnlyDictionary<int, IReadOnlyDictionary<string, T>> Layers,
    IReadOnlyDictionary<string, T> Head);
