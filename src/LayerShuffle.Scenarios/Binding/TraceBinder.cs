using System.Collections.Concurrent;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Time;
using LayerShuffle.Core.Workloads;
using LayerShuffle.Scenarios.Syntax;

namespace LayerShuffle.Scenarios.Binding;

/// <summary>Traces of links and of arrivals.</summary>
internal static class TraceBinder
{
    // A file is read once for all conditions; one that has changed meanwhile is read again.
    private static readonly ConcurrentDictionary<(string Path, string Format, DateTime Written), (object? Read, string? Problem)> Files = [];

    /// <summary>A link's trace; null where there is none, or something is wrong with it, which is said.</summary>
    public static LinkTrace? Bind(ScenarioNode? node, MistakeList mistakes)
    {
        if (node is ScalarNode { Text: "none", IsNull: false })
            return LinkTrace.None;
        if (node is not MapNode map || map.Get("file") is not ScalarNode file || file.IsNull)
            return null;
        bool isMahimahi = Read.Text(map, "format") == "mahimahi", repeats = Read.Boolean(map, "repeat") ?? true;
        if (OfFile<TraceTable>(file, isMahimahi ? "mahimahi" : "csv", isMahimahi ? "a file with the times of opportunities, a line each" : "a CSV file with "
            + "`time_ms` and any of `latency_ms, loss, bandwidth_bps, up`", mistakes) is not { } table)
            return null;
        var trace = new LinkTrace(table, repeats, Read.Text(map, "offset") == "random" ? null : Read.Duration(map, "offset") ?? Duration.Zero);
        if (isMahimahi && !repeats)
            mistakes.Add(map.Get("repeat")!, "at the end of a Mahimahi trace nothing would pass any more", "`true`");
        else if (trace.EndsStuck)
            mistakes.Add(file, repeats ? "its bandwidth is 0 all the time" : "its bandwidth is 0 from its end on: nothing would pass any more",
                "a greater one somewhere" + (repeats ? "" : ", or `repeat: true`"));
        return trace;
    }

    /// <summary>Times of arrivals; null where something is wrong with them, which is said.</summary>
    public static ArrivalTimes? Arrivals(ScenarioNode? node, MistakeList mistakes) =>
        node is ScalarNode { IsNull: false } file ? OfFile<ArrivalTimes>(file, "arrivals", "a CSV file with a column of times", mistakes) : null;

    private static T? OfFile<T>(ScalarNode node, string format, string expected, MistakeList mistakes)
        where T : class
    {
        string path = node.Text; // absolute: see EmpiricalFiles
        (object? read, string? problem) = Files.GetOrAdd((path, format, Written(path)), static key => key.Format switch
        {
            "csv" => TraceFile.Csv(key.Path),
            "mahimahi" => TraceFile.Mahimahi(key.Path),
            _ => TraceFile.Arrivals(key.Path),
        });
        if (problem is not null)
            mistakes.Add(node, problem, expected);
        return (T?)read;
    }

    private static DateTime Written(string path)
    {
        try
        {
            return File.GetLastWriteTimeUtc(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return default; // reading it will say what is wrong
        }
    }
}
