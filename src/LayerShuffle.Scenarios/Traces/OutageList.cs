using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Scenarios.Traces;

/// <summary>Makes outages of what a trace tells in order of time: nodes going down and coming up.</summary>
internal sealed class OutageList
{
    private readonly List<TraceOutage> outages = [];
    private readonly Dictionary<(string? Node, int Place), int> open = []; // by node or place: the outage that has not ended

    /// <summary>How many there are.</summary>
    public int Count => outages.Count;

    /// <summary>A node is down from now on; nothing changes if it was.</summary>
    public void Down(string? node, int place, Duration time)
    {
        if (open.TryAdd((node, place), outages.Count))
            outages.Add(new TraceOutage(node, place, time, null));
    }

    /// <summary>A node is up from now on; nothing changes if it was.</summary>
    public void Up(string? node, int place, Duration time)
    {
        if (open.Remove((node, place), out int outage))
            outages[outage] = outages[outage] with { To = time };
    }

    /// <summary>All, by their beginning; those that have not ended go on for ever.</summary>
    public IReadOnlyList<TraceOutage> Close() => [.. outages.OrderBy(outage => outage.From)];
}
