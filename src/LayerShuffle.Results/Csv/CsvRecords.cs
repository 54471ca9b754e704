using System.Security.Cryptography;
using System.Text;
using LayerShuffle.Core.Files;

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
        return comma > 0 && int.TryParse(record.AsSpan(0, comma), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture,
            out var trial)
            ? trial
            : null;
    }

    /// <summary>SHA-256 of each trial's records, in the order of the trials' first records; blank for a trial whose records do not stand together.</summary>
    public static OrderedDictionary<int, string> Sums(string path)
    {
        var sums = new OrderedDictionary<int, string>();
        if (!File.Exists(path))
            return sums;
        using var sum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        int? current = null;
        foreach (var record in Whole(path).Skip(1))
        {
            var trial = Trial(record);
            if (trial != current)
                End(current);
            current = trial;
            sum.AppendData(CsvFormat.Encoding.GetBytes(record));
        }

        End(current);
        return sums;

        void End(int? trial)
        {
            var ended = Convert.ToHexStringLower(sum.GetHashAndReset());
            if (trial is { } number && !sums.TryAdd(number, ended))
                sums[number] = "";
        }
    }

    /// <summary>
    /// Rewrites a file to its header and the records that are kept: a new file takes the old one's place at once, and only where something changes.
    /// </summary>
    public static void Keep(string path, Func<string, bool> keep)
    {
        if (!File.Exists(path))
            return;
        long kept = 0;
        var header = true;
        foreach (var record in Whole(path))
        {
            if (!header && !keep(record))
                kept = long.MinValue / 2;
            kept += CsvFormat.Encoding.GetByteCount(record);
            header = false;
        }

        if (kept != new FileInfo(path).Length)
            Rewrite(path, Whole(path).Where((record, i) => i == 0 || keep(record)));
    }

    /// <summary>Rewrites a file.</summary>
    public static void Rewrite(string path, IEnumerable<string> records) => Disk.Replace(path, stream =>
    {
        using var writer = new StreamWriter(stream, CsvFormat.Encoding, leaveOpen: true);
        foreach (var record in records)
            writer.Write(record);
    });

    /// <summary>Puts the records of trials into the order of their numbers, where they are in another.</summary>
    public static void Arrange(string path)
    {
        List<(int Trial, long From, long Bytes)> blocks = [];
        long at = 0;
        foreach (var record in Whole(path))
        {
            var bytes = CsvFormat.Encoding.GetByteCount(record);
            var trial = Trial(record) ?? -1; // the header
            if (blocks.Count > 0 && blocks[^1].Trial == trial)
                blocks[^1] = blocks[^1] with { Bytes = blocks[^1].Bytes + bytes };
            else
                blocks.Add((trial, at, bytes));
            at += bytes;
        }

        if (blocks.Zip(blocks.Skip(1)).All(pair => pair.First.Trial < pair.Second.Trial))
            return;
        Disk.Replace(path, stream =>
        {
            using var old = File.OpenRead(path);
            foreach (var (_, from, bytes) in blocks.OrderBy(block => block.Trial)) // stable
            {
                old.Position = from;
                Copy(old, stream, bytes);
            }
        });
    }

    private static void Copy(Stream from, Stream to, long bytes)
    {
        var buffer = new byte[1 << 16];
        while (bytes > 0)
        {
            var next = (int)Math.Min(bytes, buffer.Length);
            from.ReadExactly(buffer, 0, next);
            to.Write(buffer, 0, next);
            bytes -= next;
        }
    }
}
