using System.Globalization;
using System.Text;

namespace LayerShuffle.Swarm.Books;

/// <summary>A CSV file as RFC 4180 has it, read by code of its own: the invariants are to see what a user sees, not what the writer meant.</summary>
internal sealed class CsvTable
{
    private readonly Dictionary<string, int> columns = new(StringComparer.Ordinal);

    private CsvTable(string name, List<string[]> records)
    {
        Name = name;
        for (int i = 0; i < records[0].Length; i++)
            columns.Add(records[0][i], i);
        Rows = [.. records.Skip(1).Select(cells => cells.Length == records[0].Length ? new CsvRow(this, cells)
            : throw new InvalidDataException($"{name} has a row of {cells.Length} cells under a header of {records[0].Length}: {string.Join(',', cells)}"))];
    }

    /// <summary>The file's name.</summary>
    public string Name { get; }

    /// <summary>The rows.</summary>
    public IReadOnlyList<CsvRow> Rows { get; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidDataException">It is no CSV file.</exception>
    public static CsvTable Read(string path)
    {
        string text = Encoding.UTF8.GetString(File.ReadAllBytes(path)), name = Path.GetFileName(path);
        if (!text.EndsWith('\n') || text.Contains('\r', StringComparison.Ordinal))
            throw new InvalidDataException($"{name} does not end its lines with a line feed.");
        List<string[]> records = [];
        List<string> cells = [];
        var cell = new StringBuilder();
        bool quoted = false;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (quoted && c == '"' && i + 1 < text.Length && text[i + 1] == '"')
                cell.Append(text[++i]);
            else if (c == '"')
                quoted = !quoted;
            else if (quoted || c is not (',' or '\n'))
                cell.Append(c);
            else
            {
                cells.Add(cell.ToString());
                cell.Clear();
                if (c != '\n')
                    continue;
                records.Add([.. cells]);
                cells.Clear();
            }
        }

        return quoted ? throw new InvalidDataException($"{name} ends within quotation marks.") : new CsvTable(name, records);
    }

    /// <summary>Where a column stands.</summary>
    public int Column(string name) => columns.TryGetValue(name, out int at) ? at : throw new InvalidDataException($"{Name} has no column {name}.");

    /// <summary>Whether there is such a column.</summary>
    public bool Has(string name) => columns.ContainsKey(name);
}

/// <summary>A row.</summary>
/// <param name="table">Its table.</param>
/// <param name="cells">Its cells.</param>
internal sealed class CsvRow(CsvTable table, string[] cells)
{
    /// <summary>A cell.</summary>
    public string this[string column] => cells[table.Column(column)];

    /// <summary>Whether the table has a column.</summary>
    public bool Has(string column) => table.Has(column);

    /// <summary>A number; null for a blank cell.</summary>
    public double? Number(string column) => this[column] is { Length: > 0 } text ? double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture) : null;

    /// <summary>A whole number that must be there.</summary>
    public long Count(string column) => long.Parse(this[column], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    /// <summary>A time in milliseconds, in nanoseconds; null for a blank cell.</summary>
    public long? Time(string column) => Number(column) is { } milliseconds ? (long)Math.Round(milliseconds * 1e6) : null;

    /// <summary>Whole numbers with blanks between them; null for a blank cell, which an empty list is too.</summary>
    public IReadOnlyList<int> Ids(string column) =>
        [.. this[column].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(id => int.Parse(id, CultureInfo.InvariantCulture))];

    /// <inheritdoc/>
    public override string ToString() => string.Join(',', cells);
}
