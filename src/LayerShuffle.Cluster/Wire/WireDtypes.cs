using LayerShuffle.Network.Clusters;

namespace LayerShuffle.Cluster.Wire;

/// <summary>From the scenario's wire formats to those of frames.</summary>
internal static class WireDtypes
{
    /// <summary>The numbers of a frame in this format.</summary>
    public static WireDtype Dtype(this WireFormat format) => format switch
    {
        WireFormat.Float16 => WireDtype.Float16,
        WireFormat.BFloat16 => WireDtype.BFloat16,
        WireFormat.Int8 => WireDtype.Int8,
        _ => WireDtype.Float32,
    };
}
