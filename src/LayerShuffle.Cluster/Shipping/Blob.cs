using System.Security.Cryptography;

namespace LayerShuffle.Cluster.Shipping;

/// <summary>Bytes by their content: what travels to workers once, and is found again by its hash.</summary>
/// <param name="Hash">SHA-256 in lower-case hexadecimal digits (see <see cref="IsHash"/>).</param>
/// <param name="Bytes">How many bytes.</param>
public sealed record Blob(string Hash, long Bytes)
{
    /// <summary>The blob that these bytes are.</summary>
    public static Blob Of(ReadOnlySpan<byte> bytes) => new(HashOf(bytes), bytes.Length);

    /// <summary>SHA-256 in 64 lower-case hexadecimal digits.</summary>
    public static string HashOf(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>Whether a text is a hash and nothing else: only such texts become the names of files.</summary>
    public static bool IsHash(string? text) => text is { Length: 2 * SHA256.HashSizeInBytes } && !text.AsSpan().ContainsAnyExcept("0123456789abcdef");
}
