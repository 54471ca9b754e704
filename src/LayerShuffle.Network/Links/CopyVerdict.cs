using LayerShuffle.Network.Time;

namespace LayerShuffle.Network.Links;

/// <summary>The fate of one copy of a message.</summary>
/// <param name="Fate">What becomes of it.</param>
/// <param name="At">When it arrives; <see cref="Instant.Never"/> for a lost one.</param>
/// <param name="Copy">0, or 1 for the injected duplicate.</param>
/// <param name="Overtakes">Whether it arrives before one that was handed to the link earlier, if it arrives at all.</param>
public readonly record struct CopyVerdict(CopyFate Fate, Instant At, int Copy, bool Overtakes = false);
