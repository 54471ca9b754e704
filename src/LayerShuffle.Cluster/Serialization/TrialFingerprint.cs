using System.Security.Cryptography;
using LayerShuffle.Core.Trials;
using LayerShuffle.Transport.Wire;

namespace LayerShuffle.Cluster.Serialization;

/// <summary>A hash of all that a trial's specification says: two trials with the same one ask the same of the same cluster.</summary>
public static class TrialFingerprint
{
    /// <summary>The hash, of 32 hexadecimal digits.</summary>
    public static string Of(TrialSpec spec)
    {
        var writer = new WireWriter(512);
        TrialSpecCodec.Write(ref writer, spec);
        return Convert.ToHexStringLower(SHA256.HashData(writer.Written).AsSpan(0, 16));
    }
}
