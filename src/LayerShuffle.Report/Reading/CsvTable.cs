using System.Globalization;
using System.Text;

namespace LayerShuffle.Report.Reading;

/// <summary>
/// Reads a results file as it is found: of older versions, with columns of newer ones, with half a last row that a killed run left, while a run still writes.
/// Rows that are no rows are counted and left out.
/// </summary>
internal sealed class CsvTable
{
    private readonly string _path;
    private readonly Dictionary<string, int> _columns = new(StringComparer.Ordinal);
    private long _from; // where rows are read from; 0: behind the header

    private CsvTable(string path) => _path = path;

    /// <summary>The columns, in their order.</summary>
    public IReadOnlyList<string> Columns { get; private set; } = [];

    /// <summary>Rows that were left out, because they are torn or have another number of cells.</summary>
    public int Damaged { get; private set; }

    /// <summary>The file's name.</summary>
    public string Name => Path.GetFileName(_path);

    /// <summary>Opens a file; null where there is none, or where it is empty.</summary>
    /// <param name="folder">The folder that it is in.</param>
    /// <param name="name">Its name.</param>
    /// <param name="from">The byte at which the first row begins that is asked for; 0: all are.</param>
    public static CsvTable? Open(string folder, string name, long from = 0)
    {
        var table = new CsvTable(Path.Combine(folder, name));
        if (!File.Exists(table._path))
            return null;
        foreach (var (header, _) in table.Records())
        {
            table.Columns = Split(header);
            for (var i = 0; i < table.Columns.Count; i++)
                table._columns.TryAdd(table.Columns[i], i);
            table._from = from;
            return table;
        }

        return null;
    }

    /// <summary>Whether the file has a column.</summary>
    public bool Has(string column) => _columns.ContainsKey(column);

    /// <summary>The rows, one at a time.</summary>
    /// <param name="wanted">Judges a row by its first cell, so that the others need not be taken apart; null: all are wanted.</param>
    public IEnumerable<CsvRow> Rows(Func<int, bool>? wanted = null)
    {
        Damaged = 0;
        foreach (var (record, whole) in Records().Skip(_from > 0 ? 0 : 1))
        {
            if (wanted is not null && (First(record) is not { } trial || !wanted(trial)))
                continue;
            var cells = Split(record);
            if (whole && cells.Length == Columns.Count)
                yield return new CsvRow(_columns, cells);
            else
                Damaged++;
        }
    }

    private static int? First(string record)
    {
        var comma = record.IndexOf(',', StringComparison.Ordinal);
        return comma > 0 && int.TryParse(record.AsSpan(0, comma), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    /// <summary>Records without their line ends; the last one may be torn off.</summary>
    private IEnumerable<(string Record, bool IsWhole)> Records()
    {
        using var stream = new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 16);
        var ends = stream.Length > 0 && EndsInLine(stream);
        stream.Position = Math.Min(_from, stream.Length);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        string? record = null;
        for (var line = reader.ReadLine(); line is not null; line = reader.ReadLine())
        {
            record = record is null ? line : record + "\n" + line;
            if (IsOpen(record))
                continue; // a quoted cell holds line ends
            var next = reader.Peek();
            yield return (record, next >= 0 || ends);
            record = null;
        }

        if (record is not null)
            yield return (record, false);
    }

    private static bool EndsInLine(FileStream stream)
    {
        stream.Position = stream.Length - 1;
        var last = stream.ReadByte();
        stream.Position = 0;
        return last == '\n';
    }

    private static bool IsOpen(string record) => record.Contains('"', StringComparison.Ordinal) && record.Count(c => c == '"') % 2 != 0;

    private static string[] Split(string record)
    {
        if (!record.Contains('"', StringComparison.Ordinal))
            return record.Split(',');
        var cells = new List<string>();
        var cell = new StringBuilder();
        var quoted = false;
        for (var i = 0; i < record.Length; i++)
        {
            var c = record[i];
            if (c == '"' && quoted && i + 1 < record.Length && record[i + 1] == '"')
            {
                cell.Append('"');
                i++;
            }
            else if (c == '"')
            {
                quoted = !quoted;
            }
            else if (c == ',' && !quoted)
            {
                cells.Add(cell.ToString());
                cell.Clear();
            }
            else
            {
                cell.Append(c);
            }
        }

        cells.Add(cell.ToString());
        return [.. cells];
    }
}

/// <summary>A row of a results file.</summary>
/// <param name="columns">Where the columns are.</param>
/// <param name="cells">The cells.</param>
internal readonly struct CsvRow(Dictionary<string, int> columns, string[] cells)
{
    /// <summary>A cell; blank where the file has no such column.</summary>
    public string this[string column] => columns.TryGetValue(column, out var i) ? cells[i] : "";

    /// <summary>A cell as a number; null where it is blank or none.</summary>
    public double? Number(string column) =>
        double.TryParse(this[column], NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    /// <summary>A cell as a whole number; null where it is blank or none.</summary>
    public int? Integer(string column) => int.TryParse(this[column], NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>A cell's layer ids.</summary>
    public IReadOnlyList<int> Layers(string column)
    {
        var text = this[column];
        if (text.Length == 0)
            return [];
        var layers = new List<int>();
        foreach (var word in text.AsSpan().Split(' '))
        {
            if (int.TryParse(text.AsSpan()[word], NumberStyles.None, CultureInfo.InvariantCulture, out var layer))
                layers.Add(layer);
        }

        return layers;
    }
}
