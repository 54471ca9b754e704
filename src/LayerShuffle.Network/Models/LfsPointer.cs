namespace LayerShuffle.Network.Models;

/// <summary>What Git leaves in a file's place where Git LFS has not fetched it: a few lines of text.</summary>
internal static class LfsPointer
{
    /// <summary>Refuses a file that begins like a pointer; its first eight bytes are enough.</summary>
    /// <exception cref="ModelFormatException">It does.</exception>
    public static void Refuse(ReadOnlySpan<byte> start, string name)
    {
        if (start.StartsWith("version "u8))
            throw new ModelFormatException($"{name} is a Git LFS pointer, not the file itself. Run `git lfs pull` in its folder, or download the file.");
    }
}
