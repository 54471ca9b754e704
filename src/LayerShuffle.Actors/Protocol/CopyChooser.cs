using LayerShuffle.Actors.Messages;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Actors.Protocol;

/// <summary>Which copy of a layer a hop is sent to.</summary>
/// <param name="self">The sender.</param>
/// <param name="context">What all endpoints of the trial share.</param>
/// <param name="memory">What the sender has seen of others; null where it remembers nothing.</param>
/// <param name="backlog">How long what waits at the sender itself takes to be computed, and one layer more.</param>
internal sealed class CopyChooser(int self, EndpointContext context, PeerMemory? memory, Func<Duration> backlog)
{
    private readonly SeedTree luck = context.Luck.Child("copy");

    /// <summary>The endpoint that an attempt goes to; null: every copy is left alone.</summary>
    /// <param name="journey">The journey, about to be sent on.</param>
    /// <param name="attempt">0 for the first sending.</param>
    /// <param name="last">Where the attempt before went.</param>
    public int? Choose(Journey journey, int attempt, int last)
    {
        int layer = journey.NextLayer;
        if (layer == Journey.Return)
            return EndpointContext.Coordinator;
        if (context.Moved.HostOf(layer) is { } host)
            return IsLeftAlone(host) ? null : host;
        IReadOnlyList<int> copies = context.Placement.Copies(layer);
        if (context.Routing.Copies == CopyChoice.Fastest)
            return Fastest(copies, attempt > 0 ? last : -1);
        int first = journey.Path + (context.Routing.Copies == CopyChoice.Random
            ? (int)(HopLuck.Of(luck, journey.NextHop with { Branch = journey.LuckOfCopies }, layer, 0, 1) * copies.Count) : 0);
        for (int i = 0; i < copies.Count; i++)
        {
            int copy = copies[(first + attempt + i) % copies.Count];
            if (!IsLeftAlone(copy))
                return copy;
        }

        return null;
    }

    /// <summary>
    /// A journey whose next layer is the one that is expected to be done first. Of equal ones it is the one that comes next after the layer that was executed
    /// last, from the highest to the lowest again, so that requests which set out on different layers do not run after each other. Pinned layers keep their
    /// place, deferred ones come before those pinned last, and those whose copies are all left alone come after their like.
    /// </summary>
    public Journey WithSoonestNext(Journey journey)
    {
        int[] route = journey.Route;
        (int First, int Last) pinned = context.Routing.Pin is { } pin ? (pin.First, context.Placement.Layers - pin.Last) : (0, int.MaxValue);
        if (journey.Next >= route.Length - 1 || route[journey.Next] < pinned.First)
            return journey;
        (int Kind, bool LeftAlone, double Nanoseconds, int Pending, int Steps) best = default;
        int at = -1;
        for (int i = journey.Next; i < route.Length; i++)
        {
            (int, bool, double, int, int) rank = Rank(journey, route[i], pinned.Last);
            if (at < 0 || rank.CompareTo(best) < 0)
                (at, best) = (i, rank);
        }

        return at == journey.Next ? journey : journey with { Route = [.. route[..journey.Next], route[at], .. route[journey.Next..at], .. route[(at + 1)..]] };
    }

    private (int Kind, bool LeftAlone, double Nanoseconds, int Pending, int Steps) Rank(Journey journey, int layer, int pinnedLast)
    {
        bool isPinned = layer >= pinnedLast;
        int? target = isPinned ? null : Choose(journey with { Route = [layer], Next = 0 }, 0, -1);
        (double nanoseconds, int pending) = target is { } endpoint ? Expected(endpoint) : default;
        int layers = context.Placement.Layers, after = journey.Executed.Length == 0 ? -1 : journey.Executed[^1];
        int steps = isPinned ? layer : (layer - after - 1 + layers) % layers;
        return (isPinned ? 2 : journey.Deferred.Contains(layer) ? 1 : 0, target is null, nanoseconds, pending, steps);
    }

    /// <summary>How many copies of a layer there are to choose from.</summary>
    public int CopyCount(int layer) => context.Moved.HostOf(layer) is null ? context.Placement.Copies(layer).Count : 1;

    /// <summary>How long every copy of a layer is left alone yet; zero where one is not.</summary>
    public Duration LeftAloneFor(int layer)
    {
        if (memory is null)
            return Duration.Zero;
        return context.Moved.HostOf(layer) is { } host ? memory.LeftAloneFor(host)
            : context.Placement.Copies(layer).Select(memory.LeftAloneFor).Min();
    }

    private bool IsLeftAlone(int endpoint) => endpoint != self && memory?.IsLeftAlone(endpoint) == true;

    /// <summary>The copy that is expected to be done first; of equal ones the one with fewer hops on their way to it, then the first.</summary>
    private int? Fastest(IReadOnlyList<int> copies, int last)
    {
        (double, int) best = (double.PositiveInfinity, 0);
        int? chosen = null;
        foreach (int copy in copies)
        {
            if (IsLeftAlone(copy) || (copy == last && copies.Count > 1))
                continue;
            (double, int) expected = Expected(copy);
            if (chosen is null || expected.CompareTo(best) < 0)
                (chosen, best) = (copy, expected);
        }

        return chosen ?? (last >= 0 && !IsLeftAlone(last) ? last : null);
    }

    private (double, int) Expected(int endpoint) => endpoint == self ? (backlog().Nanoseconds, 0) : memory!.Expected(endpoint);
}
