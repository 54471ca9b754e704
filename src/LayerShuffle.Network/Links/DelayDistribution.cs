using LayerShuffle.Network.Time;

namespace LayerShuffle.Network.Links;

/// <summary>How a latency or a compute time is drawn. Every family takes exactly one uniform draw, through its quantile function, so that swept values meet the same luck.</summary>
/// <param name="Kind">The family.</param>
/// <param name="Mean">Mean before clamping; for <see cref="DelayKind.Uniform"/> the middle of min and max.</param>
/// <param name="StandardDeviation">Standard deviation before clamping (normal, lognormal, pareto); zero elsewhere.</param>
/// <param name="Min">Lower clamp, default 0; for <see cref="DelayKind.Uniform"/> the lower end.</param>
/// <param name="Max">Upper clamp, or null for none; for <see cref="DelayKind.Uniform"/> the upper end.</param>
public sealed record DelayDistribution(DelayKind Kind, Duration Mean, Duration StandardDeviation, Duration Min, Duration? Max)
{
    /// <summary>Always exactly this.</summary>
    public static DelayDistribution Constant(Duration value) => new(DelayKind.Constant, value, Duration.Zero, Duration.Zero, null);
}
