namespace LayerShuffle.EndToEnd.Tests.Wall;

/// <summary>A CSV file that a run wrote; none of its cells holds a comma.</summary>
internal sealed class Table
{
    private readonly string[] header;
    private readonly string[][] rows;

    public Table(string folder, string file)
    {
        string[] lines = File.ReadAllLines(Path.Combine(folder, file));
        header = lines[0].Split(',');
        rows = [.. lines.Skip(1).Select(line => line.Split(','))];
        rows.ShouldAllBe(row => row.Length == header.Length);
    }

    public int Count => rows.Length;

    public string[] this[string column] => [.. rows.Select(row => row[Index(column)])];

    /// <summary>The rows whose column has a value.</summary>
    public IEnumerable<Func<string, string>> Where(string column, string value) => rows.Where(row => row[Index(column)] == value).Select<string[], Func<string,
        string>>(row => name => row[Index(name)]);

    private int Index(string column)
    {
        int index = Array.IndexOf(header, column);
        index.ShouldBeGreaterThanOrEqualTo(0, column);
        return index;
    }
}
