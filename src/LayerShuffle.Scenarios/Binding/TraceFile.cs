using System.Globalization;
using CsvHelper;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Time;
using LayerShuffle.Core.Workloads;
using LayerShuffle.Scenarios.Units;

namespace LayerShuffle.Scenarios.Binding;

/// <summary>Reads files of traces: of what is wrong with them it says the file, the line and what was expected.</summary>
internal static class TraceFile
{
    /// <summary>Points or times in a file at most.</summary>
    public const int MostPoints = 500_000;

    private const double LongestMilliseconds = 366.0 * 24 * 3600 * 1000;
    private static readonly CsvReaderOptions Reading = new() { HasHeader = false, TrackLineNumbers = true };
    private static readonly string[] Conditions = ["latency_ms", "loss", "bandwidth_bps", "up"];

    /// <summary>Conditions over time: <c>time_ms</c> and any of <c>latency_ms, loss, bandwidth_bps, up</c>. A blank cell leaves what stood before.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The table, or what is wrong.</returns>
    public static (TraceTable? Table, string? Problem) Csv(string path) => Read(path, (CsvReader csv) =>
    {
        string[] header = Header(csv);
        int time = Array.IndexOf(header, "time_ms");
        int[] columns = [.. Conditions.Select(name => Array.IndexOf(header, name))];
        if (time < 0)
            return Wrong<TraceTable>(path, 1, $"there is no column `time_ms`; there are {Listed(header)}");
        if (columns.All(column => column < 0))
            return Wrong<TraceTable>(path, 1, $"there is none of the columns {string.Join(", ", Conditions)}; there are {Listed(header)}");
        List<TracePoint> points = [];
        double first = 0;
        TracePoint before = default;
        while (csv.Read())
        {
            if (IsBlank(csv))
                continue;
            if (Number(Cell(csv, time), double.NegativeInfinity, out double at) is { } problem)
                return Wrong<TraceTable>(path, csv.LineNumber, $"`time_ms`: {problem}");
            if (points.Count == 0)
                first = at;
            if (at - first > LongestMilliseconds)
                return Wrong<TraceTable>(path, csv.LineNumber, "`time_ms` is more than a year after the first");
            if (Point(csv, columns, ref before) is { } wrong)
                return Wrong<TraceTable>(path, csv.LineNumber, wrong);
            before = before with { At = new((long)Math.Round((at - first) * 1e6)) };
            if (points.Count > 0 && before.At <= points[^1].At)
                return Wrong<TraceTable>(path, csv.LineNumber, "`time_ms` does not rise");
            points.Add(before);
            if (points.Count > MostPoints)
                return Wrong<TraceTable>(path, csv.LineNumber, $"more than {MostPoints} rows");
        }

        return points.Count == 0 ? Wrong<TraceTable>(path, 1, "there is no row below the header") : (TraceTable.Of(points), null);
    });

    /// <summary>Mahimahi: a line an opportunity to send a packet of 1,500 bytes, in milliseconds.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The table, or what is wrong.</returns>
    public static (TraceTable? Table, string? Problem) Mahimahi(string path) => Read(path, (StreamReader lines) =>
    {
        List<TracePoint> points = [];
        int number = 0;
        for (string? line = lines.ReadLine(); line is not null; line = lines.ReadLine())
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
                continue;
            if (!long.TryParse(line.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out long at) || at > LongestMilliseconds)
                return Wrong<TraceTable>(path, number, $"`{Short(line.Trim())}` is not a whole number of milliseconds");
            var time = Duration.FromMilliseconds(at);
            if (points.Count > 0 && time < points[^1].At)
                return Wrong<TraceTable>(path, number, $"{at} comes after {points[^1].At.TotalMilliseconds}: opportunities stand in their order");
            if (points.Count > 0 && time == points[^1].At)
                points[^1] = points[^1] with { Packets = points[^1].Packets + 1 };
            else
                points.Add(new TracePoint(time, null, null, null, null, 1));
            if (points.Count > MostPoints)
                return Wrong<TraceTable>(path, number, $"more than {MostPoints} different times");
        }

        return TraceTable.Problem(points, true) is { } problem ? Wrong<TraceTable>(path, Math.Max(number, 1), problem) : (TraceTable.OfPackets(points), null);
    });

    /// <summary>
    /// Times of arrivals: the only column, or the one whose name begins with <c>time</c>; <c>_ns</c>, <c>_us</c>, <c>_ms</c> or <c>_s</c> at the end of its
    /// name is its unit. The first is the trial's zero.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <returns>The times, or what is wrong.</returns>
    public static (ArrivalTimes? Times, string? Problem) Arrivals(string path) => Read(path, (CsvReader csv) =>
    {
        string[] header = Header(csv);
        int column = header.Length == 1 ? 0 : Array.FindIndex(header, name => name.StartsWith("time", StringComparison.Ordinal));
        string unit = column < 0 ? "" : header[column][(header[column].LastIndexOf('_') + 1)..];
        double scale = unit switch { "ns" => 1, "us" => 1e3, "ms" => 1e6, "s" => 1e9, _ => 0 };
        if (scale == 0)
            return Wrong<ArrivalTimes>(path, 1, $"there is no column `time_ms` (or `time_s`, `time_us`, `time_ns`); there are {Listed(header)}");
        List<long> times = [];
        double first = 0;
        while (csv.Read())
        {
            if (IsBlank(csv))
                continue;
            if (Number(Cell(csv, column), double.NegativeInfinity, out double at) is { } problem)
                return Wrong<ArrivalTimes>(path, csv.LineNumber, $"`{header[column]}`: {problem}");
            if (times.Count == 0)
                first = at;
            if ((at - first) * scale > LongestMilliseconds * 1e6)
                return Wrong<ArrivalTimes>(path, csv.LineNumber, $"`{header[column]}` is more than a year after the first");
            times.Add((long)Math.Round((at - first) * scale));
            if (times.Count > 1 && times[^1] < times[^2])
                return Wrong<ArrivalTimes>(path, csv.LineNumber, $"`{header[column]}` falls: arrivals stand in their order");
            if (times.Count > MostPoints)
                return Wrong<ArrivalTimes>(path, csv.LineNumber, $"more than {MostPoints} rows");
        }

        return times.Count == 0 ? Wrong<ArrivalTimes>(path, 1, "there is no row below the header") : (ArrivalTimes.Of(times), null);
    });

    private static string? Point(CsvReader csv, int[] columns, ref TracePoint point)
    {
        string latency = Cell(csv, columns[0]), loss = Cell(csv, columns[1]), rate = Cell(csv, columns[2]), up = Cell(csv, columns[3]);
        double value = 0;
        if (latency.Length > 0 && (Number(latency, 0, out value) ?? (value > LongestMilliseconds ? "more than a year" : null)) is { } late)
            return $"`latency_ms`: {late}";
        point = latency.Length > 0 ? point with { Latency = new((long)Math.Round(value * 1e6)) } : point;
        if (loss.Length > 0 && (loss.Contains('%', StringComparison.Ordinal) ? Quantity.Probability(loss, out value) : Number(loss, 0, out value)
            ?? (value > 1 ? $"a probability of {loss} is impossible" : null)) is { } lost)
            return $"`loss`: {lost}";
        point = loss.Length > 0 ? point with { Loss = value } : point;
        if (rate.Length > 0 && Number(rate, 0, out value) is { } slow)
            return $"`bandwidth_bps`: {slow}";
        point = rate.Length > 0 ? point with { BytesPerSecond = value / 8 } : point;
        bool? isUp = up switch { "1" or "true" or "up" => true, "0" or "false" or "down" => false, _ => null };
        if (up.Length > 0 && isUp is null)
            return $"`up`: `{Short(up)}` is not 1 or 0";
        point = isUp is not null ? point with { Up = isUp } : point;
        return null;
    }

    private static string? Number(string text, double least, out double value) => Quantity.Number(text, out value) is { } problem
        ? text.Length == 0 ? "nothing is written here" : problem : value < least ? $"{text} is negative" : null;

    private static string Cell(CsvReader csv, int column) => column >= 0 && column < csv.FieldCount ? csv.GetString(column).Trim() : "";

    private static bool IsBlank(CsvReader csv) => Enumerable.Range(0, csv.FieldCount).All(column => Cell(csv, column).Length == 0);

    private static string[] Header(CsvReader csv) => csv.Read() ? [.. Enumerable.Range(0, csv.FieldCount).Select(column => csv.GetString(column).Trim())] : [];

    private static string Listed(string[] header) => header.Length == 0 ? "none" : string.Join(", ", header.Take(20).Select(Short));

    private static string Short(string text) => text.Length > 40 ? text[..40] + "…" : text;

    private static (T?, string?) Wrong<T>(string path, long line, string what)
        where T : class => (null, string.Create(CultureInfo.InvariantCulture, $"{path}:{line}: {what}"));

    private static (T?, string?) Read<T>(string path, Func<CsvReader, (T?, string?)> read)
        where T : class => Read(path, (StreamReader reader) =>
        {
            using var csv = CsvReader.Create(reader.BaseStream, Reading, leaveOpen: true);
            return read(csv);
        });

    private static (T?, string?) Read<T>(string path, Func<StreamReader, (T?, string?)> read)
        where T : class
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream);
            return read(reader);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or CsvFormatException)
        {
            return (null, $"{path} cannot be read: {e.Message.Split('\n')[0].TrimEnd('.')}");
        }
    }
}
