using LayerShuffle.Cluster.Messages;
using LayerShuffle.Cluster.Ports;
using LayerShuffle.Network.Links;
using LayerShuffle.Network.Records;
using LayerShuffle.Network.Time;

namespace LayerShuffle.Cluster.Trials;

/// <summary>Keeps the hops of the first requests of a trial, and of as many of those that failed.</summary>
/// <param name="limit">How many; 0 for none.</param>
/// <param name="topology">Names of the endpoints.</param>
/// <param name="now">The time of what is reported by a call; events bring their own.</param>
/// <param name="peerDownDetected">Told when a custodian learned of a crash: when, the peer, the incarnation that ended.</param>
public sealed class TraceRecorder(int limit, Topology topology, Func<Instant> now, Action<Instant, int, int> peerDownDetected) : IHopTrace
{
    private readonly Dictionary<int, List<TracedHop>> requests = []; // rendered in the order of request numbers
    private int failuresKept;

    /// <summary>Resends of all endpoints, traced or not.</summary>
    public long Resends { get; private set; }

    /// <summary>The kept hops by request and order of sending.</summary>
    public IReadOnlyList<HopRecord> Hops() => [.. requests.OrderBy(r => r.Key).SelectMany(r => Render(r.Key, r.Value))];

    /// <summary>Decides whether a request's hops are kept, now that it has its outcome.</summary>
    public void Ended(RequestRecord record)
    {
        if (record.Request < limit)
            return;
        if (record.Outcome != RequestOutcome.Completed && failuresKept < limit)
            failuresKept++;
        else
            requests.Remove(record.Request);
    }

    /// <summary>A request is submitted: from now on its hops are recorded.</summary>
    public void Begin(int request)
    {
        if (limit > 0)
            requests[request] = [];
    }

    /// <inheritdoc/>
    public void Sent(HopMessage message, int to) => Apply(HopEvent.Of(HopEventKind.Sent, now(), message, to));

    /// <inheritdoc/>
    public void Local(HopMessage message) => Apply(HopEvent.Of(HopEventKind.Local, now(), message, message.From));

    /// <inheritdoc/>
    public void Delivered(HopMessage message) => Apply(HopEvent.Of(HopEventKind.Delivered, now(), message));

    /// <inheritdoc/>
    public void Fate(HopMessage message, string fate) => Apply(HopEvent.Of(HopEventKind.Fate, now(), message, fate: fate));

    /// <inheritdoc/>
    public void Acknowledged(HopAcknowledged ack, int to) => Apply(HopEvent.Acknowledged(now(), ack, to));

    /// <inheritdoc/>
    public void ComputeStarted(HopMessage message, int at) => Apply(HopEvent.Of(HopEventKind.ComputeStarted, now(), message, at));

    /// <inheritdoc/>
    public void ComputeEnded(HopMessage message, int at) => Apply(HopEvent.Of(HopEventKind.ComputeEnded, now(), message, at));

    /// <inheritdoc/>
    public void PeerDownDetected(int peer, int incarnation) => Apply(HopEvent.PeerDownDetected(now(), peer, incarnation));

    /// <summary>Takes an event into the trace.</summary>
    /// <returns>Whether it could: false where its request is traced but the sending it belongs to is not known (yet).</returns>
    public bool Apply(in HopEvent seen)
    {
        switch (seen.Kind)
        {
            case HopEventKind.PeerDownDetected:
                peerDownDetected(seen.At, seen.To, seen.Incarnation);
                return true;
            case HopEventKind.Sent or HopEventKind.Local:
                if (seen.Attempt > 0)
                    Resends++; // a local one: to a replica on the sender itself
                if (requests.TryGetValue(seen.Hop.Request, out List<TracedHop>? hops))
                    hops.Add(Begun(seen));
                return true;
            default:
                if (!requests.TryGetValue(seen.Hop.Request, out hops))
                    return true; // not traced
                if (Find(hops, seen) is not { } hop)
                    return false;
                Note(hop, seen);
                return true;
        }
    }

    private static TracedHop Begun(in HopEvent seen)
    {
        var hop = new TracedHop(seen.Hop, seen.Attempt, seen.From, seen.Incarnation, seen.To, seen.Layer, seen.At) { Fate = "in_flight" };
        if (seen.Kind == HopEventKind.Local)
            (hop.Fate, hop.Delivered, hop.Acked) = ("local", seen.At, seen.At);
        return hop;
    }

    private static void Note(TracedHop hop, in HopEvent seen)
    {
        switch (seen.Kind)
        {
            case HopEventKind.Delivered:
                hop.Delivered ??= seen.At;
                hop.Fate = "delivered";
                break;
            case HopEventKind.Fate:
                if (hop.Fate is "in_flight" or "lost")
                    hop.Fate = seen.Fate!;
                break;
            case HopEventKind.Acknowledged:
                hop.Acked ??= seen.At;
                break;
            case HopEventKind.ComputeStarted:
                hop.ComputeStart ??= seen.At;
                break;
            case HopEventKind.ComputeEnded:
                hop.ComputeEnd ??= seen.At;
                break;
        }
    }

    /// <summary>The latest such attempt of a sender in that incarnation: after a crash, or from two replicas, the same hop is sent more than once.</summary>
    private static TracedHop? Find(List<TracedHop> hops, in HopEvent seen)
    {
        for (int i = hops.Count - 1; i >= 0; i--)
        {
            if (hops[i].Attempt == seen.Attempt && hops[i].From == seen.From && hops[i].Incarnation == seen.Incarnation && hops[i].Hop == seen.Hop)
                return hops[i];
        }

        return null;
    }

    private IEnumerable<HopRecord> Render(int request, List<TracedHop> hops)
    {
        List<ulong> branches = []; // numbered in order of appearance
        foreach (TracedHop hop in hops)
        {
            int branch = branches.IndexOf(hop.Hop.Branch);
            if (branch < 0)
            {
                branch = branches.Count;
                branches.Add(hop.Hop.Branch);
            }

            yield return new HopRecord
            {
                Request = request,
                Branch = branch,
                Position = hop.Hop.Position,
                Attempt = hop.Attempt,
                From = topology.Name(hop.From),
                To = topology.Name(hop.To),
                Layer = hop.Layer == Journey.Return ? null : hop.Layer,
                Sent = hop.Sent,
                Delivered = hop.Delivered,
                Acked = hop.Acked,
                ComputeStart = hop.ComputeStart,
                ComputeEnd = hop.ComputeEnd,
                Fate = hop.Fate,
            };
        }
    }

    private sealed class TracedHop(HopId hop, int attempt, int from, int incarnation, int to, int layer, Instant sent)
    {
        public HopId Hop { get; } = hop;

        public int Attempt { get; } = attempt;

        public int From { get; } = from;

        public int Incarnation { get; } = incarnation;

        public int To { get; } = to;

        public int Layer { get; } = layer;

        public Instant Sent { get; } = sent;

        public required string Fate { get; set; }

        public Instant? Delivered { get; set; }

        public Instant? Acked { get; set; }

        public Instant? ComputeStart { get; set; }

        public Instant? ComputeEnd { get; set; }
    }
}
