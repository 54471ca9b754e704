using CsvHelper;

namespace LayerShuffle.Results.Csv;

/// <summary>Rows rendered before they are written, so that a file receives them whole.</summary>
internal sealed class CsvBuffer : IDisposable
{
    private readonly SpillStream _bytes;
    private readonly CsvWriter _csv;

    /// <param name="spill">Where rows may wait that are too many for memory; null: they are few.</param>
    public CsvBuffer(string? spill = null)
    {
        _bytes = new SpillStream(spill);
        _csv = CsvWriter.Create(_bytes, CsvFormat.Writing, leaveOpen: true);
    }

    /// <summary>A buffer that already holds one row of the given cells.</summary>
    public static CsvBuffer WithHeader(IEnumerable<string> columns)
    {
        var buffer = new CsvBuffer();
        foreach (var column in columns)
            buffer.Add(column);
        buffer.EndRow();
        return buffer;
    }

    public CsvBuffer Add(string text)
    {
        _csv.WriteField(text);
        return this;
    }

    public CsvBuffer Add(double? number) => Add(CsvFormat.Number(number));

    public CsvBuffer Add(long number) => Add(CsvFormat.Number(number));

    public CsvBuffer AddCount(long? number) => Add(number is { } value ? CsvFormat.Number(value) : "");

    public void EndRow() => _csv.EndRecord();

    /// <summary>Everything rendered so far, of few rows.</summary>
    public ReadOnlySpan<byte> Bytes()
    {
        _csv.Flush();
        return _bytes.InMemory();
    }

    /// <summary>SHA-256 of everything rendered so far.</summary>
    public string Sum()
    {
        _csv.Flush();
        return _bytes.Sum();
    }

    /// <summary>Appends everything rendered so far to a stream.</summary>
    /// <returns>Whether there was anything.</returns>
    public bool AppendTo(Stream target)
    {
        _csv.Flush();
        _bytes.AppendTo(target);
        return _bytes.Length > 0;
    }

    public void Dispose()
    {
        _csv.Dispose();
        _bytes.Dispose();
    }
}
