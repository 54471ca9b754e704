using LayerShuffle.Network.Links;
using LayerShuffle.Network.Time;

namespace LayerShuffle.Network.Clusters;

/// <summary>Time of one layer for one request: a draw plus a part for every image.</summary>
/// <param name="Base">Constant or drawn part.</param>
/// <param name="PerImage">Part for every image of the request.</param>
public sealed record ComputeTimeSpec(DelayDistribution Base, Duration PerImage)
{
    /// <summary>No time at all.</summary>
    public static ComputeTimeSpec Zero { get; } = new(DelayDistribution.Constant(default), default);
}
