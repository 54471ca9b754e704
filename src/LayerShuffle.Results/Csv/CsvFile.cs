using LayerShuffle.Core.Files;

namespace LayerShuffle.Results.Csv;

/// <summary>A results file that grows by whole rows: an append is on the disk when it returns, and leaves the file as it was where it fails.</summary>
internal sealed class CsvFile : IDisposable
{
    private readonly string _path = "";
    private Stream _stream;
    private readonly bool _durable = true;
    private long _expected; // its length, if nobody else writes to it

    /// <summary>Opens the file for appending, and gives a new one its header.</summary>
    /// <exception cref="InvalidDataException">The file has another header.</exception>
    public CsvFile(string path, IReadOnlyList<string> columns, bool durable = true)
    {
        CheckHeader(path, columns);
        (_path, _durable) = (path, durable);
        _stream = Open(path);
        _expected = _stream.Length;
        try
        {
            if (_stream.Length == 0)
            {
                using var header = CsvBuffer.WithHeader(columns);
                Append(header);
            }
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

    /// <summary>Looks at a file's header before anything is changed. One that is not whole yet, as a killed run leaves it, is none.</summary>
    /// <exception cref="InvalidDataException">It is another one.</exception>
    public static void CheckHeader(string path, IReadOnlyList<string> columns)
    {
        if (!File.Exists(path))
            return;
        using var header = CsvBuffer.WithHeader(columns);
        var expected = header.Bytes();
        var found = new byte[expected.Length];
        using var stream = File.OpenRead(path);
        var read = stream.ReadAtLeast(found, found.Length, throwOnEndOfStream: false);
        if (!expected.StartsWith(found.AsSpan(0, read)))
            throw new InvalidDataException($"{path} has other columns than this run would write: it belongs to another scenario or version, or it is damaged. "
                + "Write to a new directory.");
    }

    /// <summary>Appends rows whole; where that fails, nothing of them stays.</summary>
    public void Append(CsvBuffer rows)
    {
        var before = _stream.Length;
        try
        {
            CheckThere();
            Disk.About("append", _path);
            if (rows.AppendTo(_stream) && _durable && _stream is FileStream file)
                file.Flush(flushToDisk: true);
            _expected = _stream.Length;
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
            if (_stream.Length == length)
                return;
            Disk.About("truncate", _path);
            _stream.SetLength(length);
            _expected = length;
            _stream.Seek(0, SeekOrigin.End);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            // what led here is what matters; half a trial is dropped when the run is resumed
        }
    }

    /// <summary>
    /// An open file takes what is written to it also when its name has been taken away: that this file is still the one at its path, and as long, is looked at.
    /// </summary>
    /// <exception cref="IOException">It is not.</exception>
    public void CheckThere()
    {
        // Windows tells lengths of open files late
        if (_path.Length > 0 && new FileInfo(_path) is var file && (!file.Exists || (!OperatingSystem.IsWindows() && file.Length != _expected)))
            throw new IOException($"{_path} was {(file.Exists ? "changed" : "removed")} by somebody else while the run was writing it.");
    }

    /// <summary>Keeps the header and some of the records.</summary>
    public void Keep(Func<string, bool> keep) => Change(() => CsvRecords.Keep(_path, keep));

    /// <summary>Puts the records of trials into the order of their numbers.</summary>
    public void Arrange() => Change(() => CsvRecords.Arrange(_path));

    /// <summary>Replaces all records behind the header.</summary>
    public void Rewrite(IEnumerable<string> records) => Change(() => CsvRecords.Rewrite(_path, [.. CsvRecords.Whole(_path).Take(1), .. records]));

    public void Dispose() => _stream.Dispose();

    private static FileStream Open(string path)
    {
        if (!File.Exists(path))
            Disk.About("create", path);
        // Unbuffered: what could not be written is not tried again when the file is closed.
        var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        stream.Seek(0, SeekOrigin.End);
        return stream;
    }

    private void Change(Action change)
    {
        CheckThere();
        _stream.Dispose(); // another file may take its place
        try
        {
            change();
        }
        finally
        {
            _stream = Open(_path);
            _expected = _stream.Length;
        }
    }
}
