namespace LayerShuffle.Vision;

/// <summary>A model's tensors (or their gradients), by the part that owns them, under names relative to the part.</summary>
/// <param name="Embeddings">Those of <see cref="VitEmbeddings"/>.</param>
/// <param name="Layers">Those of each <see cref="EncoderLayer"/>, by layer id.</param>
/// <param name="Head">Those of <see cref="ClassificationHead"/>.</param>
/// <typeparam name="T">What is named.</typeparam>
public sealed record SplitState<T>(
    IReadOnlyDictionary<string, T> Embeddings,
    IReadOnlyDictionary<int, IReadOnlyDictionary<string, T>> Layers,
    IReadOnlyDictionary<string, T> Head);
