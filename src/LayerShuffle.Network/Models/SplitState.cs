namespace LayerShuffle.Network.Models;

/// <summary>A model's tensors (or their gradients), by the part that owns them, under names relative to the part.</summary>
/// <param name="Embeddings">Those of the embeddings.</param>
/// <param name="Layers">Those of each encoder layer, by layer id.</param>
/// <param name="Head">Those of the head.</param>
/// <typeparam name="T">What is named.</typeparam>
public sealed record SplitState<T>(
    IReadOnlyDictionary<string, T> Embeddings,
    IReadOnlyDictionary<int, IReadOnlyDictionary<string, T>> Layers,
    IReadOnlyDictionary<string, T> Head);
