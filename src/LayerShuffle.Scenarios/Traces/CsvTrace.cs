using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Scenarios.Traces;

/// <summary>The program's own format: <c>time_ms</c> (or <c>time_s</c>), <c>node</c> and <c>up</c> (1 or 0). Nodes are up until it says otherwise.</summary>
internal static class CsvTrace
{
    private const string Columns = "the columns `time_ms` (or `time_s`), `node` and `up`";

    public static NodeTrace Parse(TraceLines lines)
    {
        (int Time, int Node, int Up, double Unit)? columns = null;
        OutageList outages = new();
        Duration last = Duration.Zero;
        foreach (string[] fields in lines.Fields())
        {
            if (columns is not { } at)
            {
                columns = Header(fields, lines);
                continue;
            }

            if (fields.Length <= Math.Max(at.Time, Math.Max(at.Node, at.Up)))
                throw lines.Wrong($"{fields.Length} fields where the header has more");
            last = lines.Time(fields[at.Time], at.Unit, last);
            string node = fields[at.Node];
            if (node.Length is 0 or > 64)
                throw lines.Wrong("a node without a name, or with one of more than 64 characters");
            if (fields[at.Up] is "1" or "true" or "up")
                outages.Up(node, 0, last);
            else if (fields[at.Up] is "0" or "false" or "down")
                outages.Down(node, 0, last);
            else
                throw lines.Wrong($"`{TraceLines.Shown(fields[at.Up])}` is neither 1 (up) nor 0 (down)");
            if (outages.Count > NodeTraceFile.MostOutages)
                throw lines.Wrong($"more than {NodeTraceFile.MostOutages} outages");
        }

        return columns is null ? throw new TraceException(0, $"it has no header with {Columns}") : new NodeTrace(outages.Close(), null);
    }

    private static (int, int, int, double) Header(string[] fields, TraceLines lines)
    {
        int ms = Array.IndexOf(fields, "time_ms"), s = Array.IndexOf(fields, "time_s"), node = Array.IndexOf(fields, "node"), up = Array.IndexOf(fields, "up");
        return ms < 0 == s < 0 || node < 0 || up < 0 ? throw lines.Wrong($"the header is not one with {Columns}")
            : (Math.Max(ms, s), node, up, s < 0 ? 1e6 : 1e9);
    }
}
