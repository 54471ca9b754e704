namespace LayerShuffle.Results.Csv;

/// <summary>A results file that grows by whole rows: an append is on the disk when it returns, and leaves the file as it was where it fails.</summary>
internal sealed class CsvFile : IDisposable
{
    private readonly Stream _stream;

    /// <summary>Opens the file for appending, and gives a new one its header.</summary>
    /// <exception cref="InvalidDataException">The file has another header.</exception>
    public CsvFile(string path, IReadOnlyList<string> columns)
    {
        using var header = CsvBuffer.WithHeader(columns);
        var expected = header.Bytes();
        // Unbuffered: what could not be written is not tried again when the file is closed.
        _stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        try
        {
            if (_stream.Length == 0)
                Append(header);
            else
                CheckHeader(path, expected);
            _stream.Seek(0, SeekOrigin.End);
        }
        catch
        {
            _stream.Dispose();
            throw;
        }
    }

    /// <summary>Appends to a stream, for tests.</summary>
    internal CsvFile(Stream stream) => _stream = stream;

    /// <summary>Where the next rows go.</summary>
    public long Length => _stream.Length;

    /// <summary>Appends rows whole; where that fails, nothing of them stays.</summary>
    public void Append(CsvBuffer rows)
    {
        var before = _stream.Length;
        try
        {
            if (rows.AppendTo(_stream) && _stream is FileStream file)
                file.Flush(flushToDisk: true);
        }
        catch
        {
            TakeBack(before);
            throw;
        }
    }

    /// <summary>Takes back what was appended since the file had a length. Where even that fails, the next run drops it.</summary>
    public void TakeBack(long length)
    {
        try
        {
            _stream.SetLength(length);
            _stream.Seek(0, SeekOrigin.End);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            // what led here is what matters; half a trial is dropped when the run is resumed
        }
    }

    public void Dispose() => _stream.Dispose();

    private void CheckHeader(string path, ReadOnlySpan<byte> expected)
    {
        var found = new byte[expected.Length];
        if (_stream.ReadAtLeast(found, found.Length, throwOnEndOfStream: false) < found.Length || !expected.SequenceEqual(found))
            throw new InvalidDataException($"{path} has other columns than this run would write: it belongs to another scenario or version. Write to a new directory.");
    }
}
