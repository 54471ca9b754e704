using LayerShuffle.Cluster.Messages;
using LayerShuffle.Cluster.Ports;
using LayerShuffle.Network.Links;
using LayerShuffle.Network.Records;
using LayerShuffle.Network.Time;

namespace LayerShuffle.Cluster.Trials;

/// <summary>Keeps the hops of the first requests of a trial, and of as many of those that failed.</summary>
public sealed class TraceRecorder(int limit, Topology topology, Func<Instant> now, Action<int, int> peerDownDetected) : IHopObserver
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
    public void Sent(HopMessage message, int to)
    {
        if (message.Attempt > 0)
            Resends++;
        if (requests.TryGetValue(message.Journey.Request, out List<TracedHop>? hops))
            hops.Add(new TracedHop(message.Journey.NextHop, message.Attempt, message.From, to, message.Journey.NextLayer, now()) { Fate = "in_flight" });
    }

    /// <inheritdoc/>
    public void Local(HopMessage message)
    {
        if (message.Attempt > 0)
            Resends++; // to a replica on the sender itself
        if (!requests.TryGetValue(message.Journey.Request, out List<TracedHop>? hops))
            return;
        Instant at = now();
        hops.Add(new TracedHop(message.Journey.NextHop, message.Attempt, message.From, message.From, message.Journey.NextLayer, at)
        {
            Fate = "local",
            Delivered = at,
            Acked = at,
        });
    }

    /// <summary>A copy arrived whole at a living receiver.</summary>
    public void Delivered(HopMessage message)
    {
        if (Find(message) is not { } hop)
            return;
        hop.Delivered ??= now();
        hop.Fate = "delivered";
    }

    /// <summary>A copy did not make it; another copy may still.</summary>
    public void Fate(HopMessage message, string fate)
    {
        if (Find(message) is { Fate: "in_flight" or "lost" } hop)
            hop.Fate = fate;
    }

    /// <inheritdoc/>
    public void Acknowledged(HopAcknowledged ack, int to)
    {
        if (Find(ack.Hop, ack.Attempt, to) is { } traced)
            traced.Acked ??= now();
    }

    /// <inheritdoc/>
    public void ComputeStarted(HopMessage message, int at)
    {
        if (Find(message) is { } hop)
            hop.ComputeStart ??= now();
    }

    /// <inheritdoc/>
    public void ComputeEnded(HopMessage message, int at)
    {
        if (Find(message) is { } hop)
            hop.ComputeEnd ??= now();
    }

    /// <inheritdoc/>
    public void PeerDownDetected(int peer, int incarnation) => peerDownDetected(peer, incarnation);

    private TracedHop? Find(HopMessage message) => Find(message.Journey.NextHop, message.Attempt, message.From);

    /// <summary>The latest such attempt of a sender: after a crash, or from two replicas, the same hop is sent more than once.</summary>
    private TracedHop? Find(HopId hop, int attempt, int from)
    {
        if (!requests.TryGetValue(hop.Request, out List<TracedHop>? hops))
            return null;
        for (int i = hops.Count - 1; i >= 0; i--)
        {
            if (hops[i].Attempt == attempt && hops[i].From == from && hops[i].Hop == hop)
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

    private sealed class TracedHop(HopId hop, int attempt, int from, int to, int layer, Instant sent)
    {
        public HopId Hop { get; } = hop;

        public int Attempt { get; } = attempt;

        public int From { get; } = from;

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
