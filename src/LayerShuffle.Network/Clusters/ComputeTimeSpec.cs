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

    /// <summary>The time of one layer for one request: the base at a uniform draw, and a part for every image.</summary>
    /// <param name="uniform">A draw in [0, 1).</param>
    /// <param name="images">Images in the request.</param>
    public Duration Sample(double uniform, int images) => Base.Sample(uniform) + PerImage * (long)images;
}
