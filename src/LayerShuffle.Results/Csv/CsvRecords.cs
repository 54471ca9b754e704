using System.Text;

namespace LayerShuffle.Results.Csv;

/// <summary>The raw records of a CSV file, each with its line end; a quoted cell may hold line ends of its own.</summary>
internal static class CsvRecords
{
    /// <summary>The records that end in a line end, one at a time; what a killed run left of a last one is not among them.</summary>
    public static IEnumerable<string> Whole(string path)
    {
        using var reader = new StreamReader(path, CsvFormat.Encoding);
        var record = new StringBuilder();
        var quoted = false;
        for (var next = reader.Read(); next >= 0; next = reader.Read())
        {
            var c = (char)next;
            record.Append(c);
            if (c == '"')
                quoted = !quoted;
            if (c != '\n' || quoted)
                continue;
            yield return record.ToString();
            record.Clear();
        }
    }

    /// <summary>The record's first cell, if it is a whole number: the trial.</summary>
    public static int? Trial(string record)
    {
        var comma = record.IndexOf(',', StringComparison.Ordinal);
        return comma > 0 && int.TryParse(record.AsSpan(0, comma), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var trial)
            ? trial
            : null;
    }

    /// <summary>Rewrites a file to its header and the records that are kept: a new file takes the old one's place at once, and only where something changes.</summary>
    public static void Keep(string path, Func<string, bool> keep)
    {
        if (!File.Exists(path))
            return;
        var temporary = path + ".tmp";
        using (var writer = new StreamWriter(temporary, append: false, CsvFormat.Encoding))
        {
            var header = true;
            foreach (var record in Whole(path))
            {
                if (header || keep(record))
                    writer.Write(record);
                header = false;
            }
        }
        if (new FileInfo(temporary).Length == new FileInfo(path).Length)
            File.Delete(temporary);
        else
            File.Move(temporary, path, overwrite: true);
    }
}
