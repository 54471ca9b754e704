namespace LayerShuffle.Results;

/// <summary>One row of a results file.</summary>
public sealed class ResultsRow
{
    private readonly string _path;
    private readonly IReadOnlyDictionary<string, int> _index;
    private readonly string[] _cells;

    internal ResultsRow(string path, IReadOnlyList<string> columns, IReadOnlyDictionary<string, int> index, string[] cells)
    {
        (_path, Columns, _index, _cells) = (path, columns, index, cells);
    }

    /// <summary>The file's columns, in their order.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>The cell under a column; empty where it is blank.</summary>
    /// <exception cref="InvalidDataException">The file has no such column.</exception>
    public string this[string column] =>
        _index.TryGetValue(column, out var i) ? _cells[i] : throw new InvalidDataException($"{_path} has no column '{column}'.");

    /// <summary>The cell under a column that older files do not have; empty where it is blank, or where there is no such column.</summary>
    public string Newer(string column) => _index.TryGetValue(column, out var i) ? _cells[i] : "";
}
