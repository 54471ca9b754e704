using System.Collections.Concurrent;
using CsvHelper;
using LayerShuffle.Core.Distributions;
using LayerShuffle.Core.Time;
using LayerShuffle.Scenarios.Syntax;
using LayerShuffle.Scenarios.Units;

namespace LayerShuffle.Scenarios.Binding;

/// <summary>Empirical distributions: quantiles that are written down, or a column of a CSV file.</summary>
internal static class EmpiricalBinder
{
    private const int MostPoints = 10_001; // a table goes to every worker

    private static readonly CsvReaderOptions Reading = new() { HasHeader = false, TrackLineNumbers = true };

    // A file is read once for all conditions; one that has changed meanwhile is read again.
    private static readonly ConcurrentDictionary<(string Path, string? Column, DateTime Written), (QuantileTable? Table, string? Problem)> Files = [];

    /// <summary>Reads it; null where something is wrong with it, which is said.</summary>
    public static QuantileTable? Bind(MapNode map, MistakeList mistakes)
    {
        ScenarioNode? quantiles = map.Get("quantiles"), file = map.Get("file");
        if (quantiles is not null && file is not null)
            mistakes.Add(quantiles, "`quantiles` and `file` exclude each other", "one of them");
        else if (quantiles is SequenceNode list)
            return Quantiles(list, mistakes);
        else if (file is ScalarNode path)
            return File(path, Read.Text(map, "column"), mistakes);
        else if (quantiles is null && file is null)
            mistakes.Add(map, "an empirical distribution without data", "`quantiles`, or a `file`");
        return null;
    }

    private static QuantileTable? Quantiles(SequenceNode list, MistakeList mistakes)
    {
        List<(double, Duration)> points = [];
        foreach (ScenarioNode item in list.Items)
        {
            IReadOnlyList<ScalarNode> pair = Read.Scalars(item);
            string? problem = pair.Count != 2 ? "a quantile is a share and a duration"
                : Quantity.Ratio(pair[0].Text, out _) ?? Quantity.Duration(pair[1].Text, out _);
            if (problem is not null)
            {
                mistakes.Add(item, problem, "a pair such as `[50%, 9ms]`");
                return null;
            }

            Quantity.Ratio(pair[0].Text, out double share);
            Quantity.Duration(pair[1].Text, out Duration value);
            points.Add((share, value));
        }

        if (QuantileTable.Problem(points) is { } wrong)
        {
            mistakes.Add(list, wrong, "pairs such as `[[0%, 5ms], [50%, 9ms], [100%, 80ms]]`");
            return null;
        }

        return QuantileTable.Of(points);
    }

    private static QuantileTable? File(ScalarNode node, string? column, MistakeList mistakes)
    {
        string path = node.Text; // absolute: see EmpiricalFiles
        (QuantileTable? table, string? problem) =
            Files.GetOrAdd((path, column, System.IO.File.GetLastWriteTimeUtc(path)), static key => Parse(key.Path, key.Column));
        if (problem is not null)
            mistakes.Add(node, problem, "a CSV file with a column of durations");
        return table;
    }

    private static (QuantileTable?, string?) Parse(string path, string? column)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var csv = CsvReader.Create(stream, Reading, leaveOpen: true);
            if (!csv.Read())
                return (null, $"{path} has no header");
            string[] header = [.. Enumerable.Range(0, csv.FieldCount).Select(csv.GetString)];
            int index = column is null ? (header.Length == 1 ? 0 : -1) : Array.IndexOf(header, column);
            if (index < 0)
                return (null, (column is null ? $"{path} has {header.Length} columns: name one with `column`" : $"{path} has no column `{column}`")
                    + $"; it has {string.Join(", ", header.Take(20))}");
            string last = header[index][(header[index].LastIndexOf('_') + 1)..];
            string unit = last is "ns" or "us" or "ms" or "s" && last != header[index] ? last : "";
            List<Duration> sample = [];
            while (csv.Read())
            {
                string text = index < csv.FieldCount ? csv.GetString(index).Trim() : "";
                if (text.Length == 0)
                    continue;
                if (Quantity.Duration(Quantity.Number(text, out _) is null ? text + unit : text, out Duration duration) is { } problem)
                    return (null, $"{path}, line {csv.LineNumber}: {problem}"
                        + (unit.Length == 0 ? $" (`{text}`; a column whose name ends with _ms has numbers of milliseconds)" : ""));
                sample.Add(duration);
            }

            return sample.Count == 0 ? (null, $"{path} has no value in its column {header[index]}") : (Reduced(sample), null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or CsvFormatException)
        {
            return (null, $"{path} cannot be read: {e.Message.Split('\n')[0].TrimEnd('.')}");
        }
    }

    private static QuantileTable Reduced(List<Duration> sample)
    {
        QuantileTable whole = QuantileTable.OfSample(sample);
        return sample.Count <= MostPoints ? whole : QuantileTable.Of([.. Enumerable.Range(0, MostPoints).Select(i => i / (MostPoints - 1.0))
            .Select(share => (share, new Duration((long)Math.Round(whole.At(share)))))]);
    }
}
