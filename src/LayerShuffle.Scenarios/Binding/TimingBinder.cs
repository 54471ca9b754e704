using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Time;
using LayerShuffle.Scenarios.Syntax;

namespace LayerShuffle.Scenarios.Binding;

/// <summary>When faults strike.</summary>
/// <param name="mistakes">Where mistakes go.</param>
internal sealed class TimingBinder(MistakeList mistakes)
{
    /// <summary>The fault with its timing.</summary>
    public FaultSpec Bind(FaultSpec fault, MapNode map, SourceLocation keyLocation)
    {
        bool isProcess = fault is ChurnFault or TraceFault; // begins with the trial unless something else is said
        if (map.Get("at") is not null && map.Get("after") is { } also)
            mistakes.Add(also, "`at` and `after` exclude each other", "one of them");
        else if (map.Get("at") is null && map.Get("after") is null && !isProcess)
            mistakes.Add(keyLocation, $"{map.Path}.at", "missing key `at`", "when it begins, such as `at: 1s`, or `after: {fault: NAME, delay: 1s}`");
        Duration jitter = Read.Duration(map, "jitter") ?? Duration.Zero;
        Duration? every = Read.Duration(map, "every"), until = Read.Duration(map, "until");
        if (every is { } distance && jitter > distance)
            mistakes.Add(map.Get("jitter")!, $"strikes up to {jitter} later, {distance} apart", "at most `every`");
        if (until is { } last && map.Get("at") is not null && fault.At >= last)
            mistakes.Add(map.Get("until")!, $"it begins at {fault.At} and ends at {last}", "an `until` after `at`");
        if (every is not null && NeverEnds(fault))
            mistakes.Add(map.Get("every")!, "it strikes again what it never lets go of", "how long a strike lasts (`for`)");
        return fault with { Timing = new FaultTiming(Read.Text(map.Map("after"), "fault"), every, jitter, until) };
    }

    /// <summary>Says which faults follow one that is not there, and which follow themselves.</summary>
    public void Chains(MapNode faults, IReadOnlyList<FaultSpec> bound)
    {
        Dictionary<string, FaultSpec> byName = new(StringComparer.Ordinal);
        foreach (FaultSpec fault in bound)
            byName.TryAdd(fault.Name, fault); // of a repeated name the first counts; that it is repeated has been said
        foreach (FaultSpec fault in bound)
        {
            if (fault.Timing.After is not { } other || faults.Map(fault.Name)?.Map("after")?.Get("fault") is not { } place)
                continue;
            if (faults.Get(other) is null)
                mistakes.Add(place, $"there is no fault `{other}`", bound.Count == 1 ? "another fault" : "one of " + string.Join(", ", Others(fault)),
                    NearestName.Find(other, Others(fault)));
            else if (Circle(fault, byName) is { } circle)
                mistakes.Add(place, circle.Count == 1 ? $"`{fault.Name}` begins after itself"
                    : $"a circle: {string.Join(" after ", circle)} after {fault.Name}", "a fault that begins by itself (`at`)");
        }

        IEnumerable<string> Others(FaultSpec fault) => bound.Select(other => other.Name).Where(name => name != fault.Name);
    }

    /// <summary>The faults that a fault follows, where they lead back to it.</summary>
    private static List<string>? Circle(FaultSpec fault, Dictionary<string, FaultSpec> byName)
    {
        List<string> passed = [fault.Name];
        FaultSpec? at = fault;
        while (passed.Count <= byName.Count && at?.Timing.After is { } next)
        {
            if (next == fault.Name)
                return passed;
            passed.Add(next);
            at = byName.GetValueOrDefault(next);
        }

        return null;
    }

    /// <summary>Whether a strike has no end, and the next one finds the same to strike.</summary>
    private static bool NeverEnds(FaultSpec fault) => fault switch
    {
        CrashFault crash => crash.RestartAfter is null && !crash.Nodes.IsDrawn,
        PauseFault pause => pause.For is null && !pause.Nodes.IsDrawn,
        SlowdownFault slowdown => slowdown.For is null,
        PartitionFault partition => partition.HealAfter is null,
        LinkFault link => link.For is null,
        ByzantineFault byzantine => byzantine.For is null,
        ChurnFault churn => churn.For is null,
        TraceFault trace => trace.For is null,
        _ => false,
    };
}
