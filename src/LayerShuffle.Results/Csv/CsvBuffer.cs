using CsvHelper;

namespace LayerShuffle.Results.Csv;

/// <summary>Rows rendered in memory, so that a file receives them whole.</summary>
internal sealed class CsvBuffer : IDisposable
{
    private readonly MemoryStream _bytes = new();
    private readonly CsvWriter _csv;

    public CsvBuffer() => _csv = CsvWriter.Create(_bytes, CsvFormat.Writing, leaveOpen: true);

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

    /// <summary>Everything rendered so far.</summary>
    public ReadOnlySpan<byte> Bytes()
    {
        _csv.Flush();
        return _bytes.GetBuffer().AsSpan(0, (int)_bytes.Length);
    }

    public void Dispose()
    {
        _csv.Dispose();
        _bytes.Dispose();
    }
}
