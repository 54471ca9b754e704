using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Actors.Protocol;

/// <summary>
/// Memory of the hops an endpoint has taken on, so that a copy is acknowledged but not executed again. Forgets a hop after its request's deadline.
/// </summary>
public sealed class ExecutedHops
{
    private readonly HashSet<HopId> hops = []; // membership only: its order reaches nothing
    private readonly PriorityQueue<HopId, long> deadlines = new();

    /// <summary>Hops remembered.</summary>
    public int Count => hops.Count;

    /// <summary>Whether a hop is known.</summary>
    public bool Contains(HopId hop) => hops.Contains(hop);

    /// <summary>Remembers a hop; false if it is known.</summary>
    public bool Add(HopId hop, Instant deadline, Instant now)
    {
        while (deadlines.TryPeek(out HopId oldest, out long due) && due < now.Nanoseconds)
        {
            deadlines.Dequeue();
            hops.Remove(oldest);
        }

        if (!hops.Add(hop))
            return false;
        deadlines.Enqueue(hop, deadline.Nanoseconds);
        return true;
    }
}
