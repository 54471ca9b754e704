using LayerShuffle.Network.Time;

namespace LayerShuffle.Network.Links;

/// <summary>The fate of a control message.</summary>
/// <param name="Fate">What becomes of it.</param>
/// <param name="At">When it arrives; <see cref="Instant.Never"/> where it does not.</param>
public readonly record struct ControlVerdict(ControlFate Fate, Instant At)
{
    /// <summary>Whether it arrives.</summary>
    public bool Delivered => Fate == ControlFate.Delivered;
}
