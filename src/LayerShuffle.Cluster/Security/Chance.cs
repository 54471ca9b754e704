using System.Security.Cryptography;

namespace LayerShuffle.Cluster.Security;

/// <summary>Bytes that nobody can guess: for secrets and keys alone, which reach no result.</summary>
internal static class Chance
{
    /// <summary>So many of them.</summary>
    public static byte[] Bytes(int count)
    {
#pragma warning disable RS0030 // luck of the seed tree could be foretold
        return RandomNumberGenerator.GetBytes(count);
#pragma warning restore RS0030
    }
}
