using LayerShuffle.Core.Time;

namespace LayerShuffle.Core.Faults;

/// <summary>A timeline that heals: from a time on no fault begins, and every one that lasts is lifted then.</summary>
public static class HealedTimeline
{
    /// <summary>The events with all faults lifted.</summary>
    /// <param name="events">The events, by time.</param>
    /// <param name="heal">When they are lifted; null: never.</param>
    public static IReadOnlyList<FaultEvent> Of(IReadOnlyList<FaultEvent> events, Duration? heal) =>
        heal is { } after ? Healed(events, Instant.Zero + after) : events;

    private static List<FaultEvent> Healed(IEnumerable<FaultEvent> events, Instant at)
    {
        List<FaultEvent> healed = [.. events.TakeWhile(item => item.At < at)], lasting = [];
        foreach (FaultEvent item in healed)
        {
            if (item.Fault is MemoryFault)
                continue; // it is over as soon as it has struck: what it flipped stays until the layer is restored
            if (item.Begins)
                lasting.Add(item);
            else if (lasting.FindIndex(begun => begun.Fault.Name == item.Fault.Name && begun.Targets.SequenceEqual(item.Targets)) is >= 0 and var ended)
                lasting.RemoveAt(ended);
        }

        foreach (FaultEvent begun in lasting)
        {
            // A worker that is to come back is started as soon as the one before is gone: who carries the crash out must know.
            FaultSpec fault = begun.Fault is CrashFault { RestartAfter: null } crash ? crash with { RestartAfter = at - begun.At } : begun.Fault;
            healed[healed.FindIndex(item => ReferenceEquals(item, begun))] = begun with { Fault = fault };
            healed.Add(new FaultEvent(at, fault, false, begun.Targets));
        }

        return healed;
    }
}
