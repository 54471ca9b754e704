using LayerShuffle.Actors.Messages;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Actors.Metrics;

/// <summary>
/// How long each node of a trial computed: from a layer's start to its end, or to the crash that cut it off; pauses do not count. Events of a node come in
/// their order; word of crashes and pauses may come earlier than that of layers. Thread-safe.
/// </summary>
/// <param name="nodes">How many nodes.</param>
/// <param name="from">What runs before is not counted.</param>
public sealed class ComputeMeter(int nodes, Instant from = default)
{
    private readonly Lock gate = new();
    private readonly Instant?[] since = new Instant?[nodes + 1]; // by endpoint
    private readonly Duration[] computed = new Duration[nodes + 1];
    private readonly Dictionary<int, List<Instant>> crashes = []; // looked up by key only
    private readonly Dictionary<int, List<(Instant From, Instant Until)>> pauses = [];

    /// <summary>An endpoint saw something of a hop.</summary>
    public void Note(in HopEvent seen)
    {
        if (seen.Kind is not (HopEventKind.ComputeStarted or HopEventKind.ComputeEnded) || seen.To < 1 || seen.To > nodes)
            return;
        lock (gate)
        {
            Stop(seen.To, seen.Kind == HopEventKind.ComputeEnded ? seen.At : CutOff(seen.To, seen.At));
            if (seen.Kind == HopEventKind.ComputeStarted)
                since[seen.To] = seen.At;
        }
    }

    /// <summary>A node has died.</summary>
    public void Crashed(int node, Instant at)
    {
        lock (gate)
        {
            Of(crashes, node).Add(at);
            EndPause(node, at); // it ends with the process that it stopped
        }
    }

    /// <summary>A node stands still from now on.</summary>
    public void Paused(int node, Instant at)
    {
        lock (gate)
            Of(pauses, node).Add((at, Instant.Never));
    }

    /// <summary>A node goes on.</summary>
    public void Continued(int node, Instant at)
    {
        lock (gate)
            EndPause(node, at);
    }

    /// <summary>How long each node computed up to the trial's end, from the first on.</summary>
    public IReadOnlyList<Duration> Computed(Instant end)
    {
        lock (gate)
            return [.. Enumerable.Range(1, nodes).Select(node => computed[node] + (since[node] is { } start ? Ran(node, start, CutOff(node, end)) : default))];
    }

    private void EndPause(int node, Instant at)
    {
        if (pauses.TryGetValue(node, out List<(Instant From, Instant Until)>? all) && all[^1].Until == Instant.Never)
            all[^1] = all[^1] with { Until = at };
    }

    private void Stop(int node, Instant at)
    {
        if (since[node] is { } start)
            computed[node] += Ran(node, start, at);
        since[node] = null;
    }

    /// <summary>When what runs on a node was cut off: at the first crash after its start, or at the latest now.</summary>
    private Instant CutOff(int node, Instant latest)
    {
        if (since[node] is { } start && crashes.TryGetValue(node, out List<Instant>? dates))
        {
            int first = dates.Count;
            while (first > 0 && dates[first - 1] >= start)
                first--;
            if (first < dates.Count && dates[first] < latest)
                return dates[first];
        }

        return latest;
    }

    private Duration Ran(int node, Instant start, Instant until)
    {
        start = Instant.Max(start, from);
        Duration ran = until > start ? until - start : default;
        if (pauses.TryGetValue(node, out List<(Instant From, Instant Until)>? all))
        {
            for (int i = all.Count - 1; i >= 0 && all[i].Until > start; i--)
            {
                Instant stopped = Instant.Max(all[i].From, start), went = all[i].Until < until ? all[i].Until : until;
                ran -= went > stopped ? went - stopped : default;
            }
        }

        return ran;
    }

    private static List<T> Of<T>(Dictionary<int, List<T>> lists, int node)
    {
        if (!lists.TryGetValue(node, out List<T>? list))
            lists[node] = list = [];
        return list;
    }
}
