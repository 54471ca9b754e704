namespace LayerShuffle.Network.Routing;

/// <summary>Layers to leave out on purpose, at no cost in time.</summary>
/// <param name="Layers">How many.</param>
/// <param name="Choose">Which.</param>
/// <param name="Ids">For <see cref="PruneChoice.Explicit"/>: the layer ids.</param>
/// <param name="PerTrial">Whether a random choice is drawn once for a trial instead of for every request.</param>
public sealed record PruneSpec(int Layers, PruneChoice Choose, IReadOnlyList<int>? Ids, bool PerTrial);
