using LayerShuffle.Core.Time;

namespace LayerShuffle.Core.Faults;

/// <summary>A timeline that heals: from a time on no fault begins, and every one that lasts is lifted then.</summary>
public static class HealedTimeline
{
    /// <summary>The events with all faults lifted. Events are made as they are asked for, as those of <see cref="FaultTimeline"/> are.</summary>
    /// <param name="events">The events, by time.</param>
    /// <param name="heal">When they are lifted; null: never.</param>
    public static IEnumerable<FaultEvent> Of(IEnumerable<FaultEvent> events, Duration? heal) =>
        heal is { } after ? Healed(events, Instant.Zero + after) : events;

    private static IEnumerable<FaultEvent> Healed(IEnumerable<FaultEvent> events, Instant at)
    {
        List<FaultEvent> lasting = [];
        foreach (FaultEvent item in events)
        {
            if (item.At >= at)
                break;
            if (item.Begins && item.Fault is not MemoryFault) // bits have flipped, and there is nothing to lift
                lasting.Add(item);
            else if (!item.Begins)
                lasting.RemoveAt(lasting.FindIndex(begun => begun.Hold == item.Hold && ReferenceEquals(begun.Targets, item.Targets)));
            // A worker that is to come back is started as soon as the one before is gone: who carries the crash out must know that it ends.
            yield return item.Begins && item.Fault is not MemoryFault ? item with { Ends = true } : item;
        }

        foreach (FaultEvent begun in lasting)
            yield return begun with { At = at, Begins = false, Ends = false };
    }
}
