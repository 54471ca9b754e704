using System.Collections.Concurrent;
using LayerShuffle.Core.Faults;

namespace LayerShuffle.Scenarios.Traces;

/// <summary>Something is wrong with a trace.</summary>
/// <param name="line">The line, from 1; 0: the file as a whole.</param>
/// <param name="problem">What.</param>
internal sealed class TraceException(int line, string problem) : Exception(problem)
{
    public int Line => line;
}

/// <summary>Reads files that tell when nodes were up and down.</summary>
internal static class NodeTraceFile
{
    /// <summary>What a file may hold: more is no trace of nodes.</summary>
    public const int MostBytes = 64_000_000, MostOutages = 1_000_000, MostNodes = 10_000;

    // A file is read once for all conditions; one that has changed meanwhile is read again.
    private static readonly ConcurrentDictionary<(string Path, string Format, DateTime Written), (NodeTrace? Trace, string? Problem)> Read = [];

    /// <summary>The trace in its own time; or what is wrong with it, with its file and line.</summary>
    /// <param name="path">The file.</param>
    /// <param name="format"><c>csv</c>, <c>bamboo</c> or <c>skypilot</c>.</param>
    public static (NodeTrace? Trace, string? Problem) Load(string path, string format) =>
        Read.GetOrAdd((path, format, File.GetLastWriteTimeUtc(path)), static key => Parse(key.Path, key.Format));

    /// <summary>A trace from the bytes of its file.</summary>
    /// <exception cref="TraceException">It is none.</exception>
    public static NodeTrace Parse(ReadOnlyMemory<byte> bytes, string format) => format switch
    {
        "bamboo" => BambooTrace.Parse(new TraceLines(bytes)),
        "skypilot" => SkyPilotTrace.Parse(bytes.Span),
        _ => CsvTrace.Parse(new TraceLines(bytes)),
    };

    private static (NodeTrace?, string?) Parse(string path, string format)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > MostBytes } large)
                return (null, $"{path} has {large.Length} bytes, more than {MostBytes}: no trace of nodes is that long");
            return (Parse(File.ReadAllBytes(path), format), null);
        }
        catch (TraceException wrong)
        {
            return (null, wrong.Line == 0 ? $"{path}: {wrong.Message}" : $"{path}:{wrong.Line}: {wrong.Message}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return (null, $"{path} cannot be read: {e.Message.Split('\n')[0].TrimEnd('.')}");
        }
    }
}
