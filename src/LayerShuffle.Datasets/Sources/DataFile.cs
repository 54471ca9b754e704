namespace LayerShuffle.Datasets.Sources;

/// <summary>Reads whole files, but only ordinary ones, and none that is larger than it can rightly be.</summary>
internal static class DataFile
{
    /// <summary>The largest file of a dataset that is one file per split.</summary>
    public const long MaxBytes = 1L << 30;

    /// <summary>Reads a file. A pipe or a device, whose length is 0, is refused before it is opened: it could block, or never end.</summary>
    public static byte[] Read(string path, long limit)
    {
        long length = Length(path);
        if (length > limit)
            throw new DatasetException($"'{path}' has {length} bytes; at most {limit >> 20} MiB are read of such a file. It is not what its name "
                + "says, or damaged; replace or remove it.");
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        var bytes = new byte[length];
        file.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>Opens a file that is read in pieces, under the same conditions.</summary>
    public static FileStream Open(string path)
    {
        Length(path);
        return File.OpenRead(path);
    }

    private static long Length(string path)
    {
        var file = new FileInfo(path);
        if (file.LinkTarget is not null)
            file = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? throw new DatasetException($"'{path}' is a link to something that "
                + "is no file; replace or remove it.");
        if (!file.Exists)
            throw new DatasetException($"'{path}' is not there{(file.FullName == Path.GetFullPath(path) ? "" : $" (a link to '{file.FullName}')")}; "
                + "restore or remove it.");
        return file.Length > 0 ? file.Length : throw new DatasetException($"'{path}' is empty, or no ordinary file but a pipe or a device; replace or "
            + "remove it.");
    }
}
