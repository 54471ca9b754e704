using System.Formats.Tar;
using System.IO.Compression;
using LayerShuffle.Core.Files;

namespace LayerShuffle.Datasets.Downloads;

/// <summary>Unpacks archives into a folder, and never outside of it: an archive is somebody else's text.</summary>
internal static class Unpacker
{
    private const long MostBytes = 4L << 30;

    /// <summary>Unpacks a file; each file that comes out appears whole.</summary>
    /// <exception cref="DatasetException">It is no such archive, or holds what may not be unpacked.</exception>
    public static void Unpack(string archive, Packing packing, string folder, CancellationToken cancellation = default)
    {
        long left = MostBytes;
        try
        {
            using FileStream file = File.OpenRead(archive);
            using var plain = new GZipStream(file, CompressionMode.Decompress);
            if (packing == Packing.Gz)
                Write(plain, Path.Combine(folder, Path.GetFileNameWithoutExtension(archive)), ref left, cancellation);
            else
                Entries(plain, archive, folder, ref left, cancellation);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw new DatasetException($"{archive} cannot be unpacked: {e.Message.TrimEnd('.')}. Remove it and get it again.");
        }
    }

    private static void Entries(Stream plain, string archive, string folder, ref long left, CancellationToken cancellation)
    {
        using var tar = new TarReader(plain);
        while (tar.GetNextEntry() is { } entry)
        {
            cancellation.ThrowIfCancellationRequested();
            if (entry.EntryType is TarEntryType.Directory or TarEntryType.GlobalExtendedAttributes)
                continue; // folders are made for the files in them
            if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile))
                throw new DatasetException($"{archive} holds {entry.Name}, which is a {entry.EntryType} and no file: nothing but files is unpacked.");
            string target = Target(folder, entry.Name)
                ?? throw new DatasetException($"{archive} holds {entry.Name}, which lies outside of the folder: it is not unpacked.");
            Disk.MakeFolder(Path.GetDirectoryName(target)!);
            Write(entry.DataStream ?? Stream.Null, target, ref left, cancellation);
        }
    }

    /// <summary>Where an entry goes; null if that is not within the folder.</summary>
    internal static string? Target(string folder, string name)
    {
        string[] parts = name.Split('/', '\\');
        if (Path.IsPathRooted(name) || parts.Contains("..") || name.Any(c => c is ':' or '\0'))
            return null;
        string root = Path.GetFullPath(folder), target = Path.GetFullPath(Path.Combine([root, .. parts.Where(part => part is not ("" or "."))]));
        return target.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal) ? target : null;
    }

    private static void Write(Stream from, string target, ref long left, CancellationToken cancellation)
    {
        long most = left, copied = 0;
        Disk.Replace(target, to =>
        {
            var buffer = new byte[1 << 16];
            for (int read; (read = from.Read(buffer)) > 0;)
            {
                cancellation.ThrowIfCancellationRequested();
                if ((copied += read) > most)
                    throw new InvalidDataException("it unpacks to more than 4 GiB");
                to.Write(buffer, 0, read);
            }
        }, durable: false);
        left -= copied;
    }
}
