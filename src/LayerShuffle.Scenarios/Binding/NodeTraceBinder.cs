using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Time;
using LayerShuffle.Scenarios.Syntax;
using LayerShuffle.Scenarios.Traces;

namespace LayerShuffle.Scenarios.Binding;

/// <summary>Traces of nodes.</summary>
internal static class NodeTraceBinder
{
    /// <summary>The trace at the speed that is asked for; null where something is wrong with it, which is said.</summary>
    public static NodeTrace? Bind(MapNode map, MistakeList mistakes, EndpointChecker endpoints, NodeSelector nodes)
    {
        if (map.Get("file") is not ScalarNode file)
            return null;
        (NodeTrace? trace, string? problem) = NodeTraceFile.Load(file.Text, Read.Word(map, "format", "csv")); // absolute: see EmpiricalFiles
        if (trace is null)
        {
            mistakes.Add(file, problem!, "a trace in the `format` that is named");
            return null;
        }

        foreach (string name in trace.Outages.Select(outage => outage.Node).OfType<string>().Distinct())
        {
            if (!endpoints.IsNode(name))
                mistakes.Add(file, $"the trace tells of `{TraceLines.Shown(name)}`, and there is no such node", "names of the cluster's nodes");
            else if (nodes.Names is { } listed && !listed.Contains(name))
                mistakes.Add(file, $"the trace tells of `{name}`, which `nodes` leaves out", "the nodes of the trace, or `all`");
        }

        double speed = Read.Number(map, "speed", 1);
        return speed == 1 ? trace : trace with
        {
            Outages = [.. trace.Outages.Select(outage => outage with
            {
                From = Played(outage.From, speed),
                To = outage.To is { } to ? Played(to, speed) : null,
            })],
        };
    }

    private static Duration Played(Duration time, double speed) => Duration.FromSeconds(time.TotalSeconds / speed);
}
