using LayerShuffle.Core.Time;

namespace LayerShuffle.Core.Routing;

/// <summary>When a second copy of a hop is sent before its acknowledgement is overdue.</summary>
/// <param name="After">After so long without an acknowledgement; null: after a quantile of the times that the sender saw.</param>
/// <param name="Quantile">The quantile, in (0, 1), where <see cref="After"/> is null.</param>
public sealed record HedgeSpec(Duration? After, double Quantile = 0);
