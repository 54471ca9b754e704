using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Scenarios.Traces;

/// <summary>
/// Bamboo's format: lines <c>ms,add|remove,node</c> of spot instances, which never come back: an added one takes the first place that is free. Time begins with
/// the first line.
/// </summary>
internal static class BambooTrace
{
    public static NodeTrace Parse(TraceLines lines)
    {
        OutageList outages = new();
        Dictionary<string, int> places = new(StringComparer.Ordinal);
        SortedSet<int> free = [];
        int count = 0;
        Duration? zero = null;
        Duration last = Duration.Zero;
        foreach (string[] fields in lines.Fields())
        {
            if (fields.Length != 3)
                throw lines.Wrong($"{fields.Length} fields where `ms,add|remove,node` belongs");
            last = lines.Time(fields[0], 1e6, last);
            Duration time = last - (zero ??= last);
            string node = fields[2];
            if (node.Length is 0 or > 64)
                throw lines.Wrong("a node without a name, or with one of more than 64 characters");
            if (fields[1] == "add")
            {
                if (places.ContainsKey(node))
                    throw lines.Wrong($"`{node}` is added, and is there already");
                if (free.Count == 0)
                {
                    if (count == NodeTraceFile.MostNodes)
                        throw lines.Wrong($"more than {NodeTraceFile.MostNodes} nodes at once");
                    if (time.Nanoseconds > 0)
                        outages.Down(null, count, Duration.Zero); // nobody was there before
                    free.Add(count++);
                }

                int place = free.Min;
                free.Remove(place);
                places.Add(node, place);
                outages.Up(null, place, time);
            }
            else if (fields[1] == "remove")
            {
                if (!places.Remove(node, out int place))
                    throw lines.Wrong($"`{node}` is removed, and is not there");
                free.Add(place);
                outages.Down(null, place, time);
            }
            else
            {
                throw lines.Wrong($"`{TraceLines.Shown(fields[1])}` is neither `add` nor `remove`");
            }

            if (outages.Count > NodeTraceFile.MostOutages)
                throw lines.Wrong($"more than {NodeTraceFile.MostOutages} outages");
        }

        return zero is null ? throw new TraceException(0, "it has no line `ms,add|remove,node`") : new NodeTrace(outages.Close(), count);
    }
}
