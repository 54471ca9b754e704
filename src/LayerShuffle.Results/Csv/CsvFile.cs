namespace LayerShuffle.Results.Csv;

/// <summary>A results file that grows by whole rows: an append is on the disk when it returns, and leaves the file as it was where it fails.</summary>
internal sealed class CsvFile : IDisposable
{
    private readonly FileStream _stream;

    /// <summary>Opens the file for appending, and gives a new one its header.</summary>
    /// <exception cref="InvalidDataException">The file has another header.</exception>
    public CsvFile(string path, IReadOnlyList<string> columns)
    {
        using var header = CsvBuffer.WithHeader(columns);
        var expected = header.Bytes();
        _stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
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

    public void Append(CsvBuffer rows)
    {
        var before = _stream.Position;
        try
        {
            if (rows.AppendTo(_stream))
                _stream.Flush(flushToDisk: true);
        }
        catch (IOException)
        {
            TakeBack(before);
            throw;
        }
    }

    public void Dispose() => _stream.Dispose();

    private void TakeBack(long length)
    {
        try
        {
            _stream.SetLength(length);
        }
        catch (IOException)
        {
            // the first failure is the one to tell of; who resumes drops the rows of unfinished trials anyway
        }
    }

    private void CheckHeader(string path, ReadOnlySpan<byte> expected)
    {
        var found = new byte[expected.Length];
        if (_stream.ReadAtLeast(found, found.Length, throwOnEndOfStream: false) < found.Length || !expected.SequenceEqual(found))
            throw new InvalidDataException($"{path} has other columns than this run would write: it belongs to another scenario or version. Write to a new directory.");
    }
}
