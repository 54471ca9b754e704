using LayerShuffle.Actors.Messages;
using LayerShuffle.Actors.Metrics;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Actors.Tracing;

/// <summary>
/// Keeps the hops of the first requests of a trial, and of as many of those that failed: of each request the first <see cref="MostAttempts"/> attempts.
/// </summary>
/// <param name="limit">How many; 0 for none.</param>
/// <param name="topology">Names of the endpoints.</param>
/// <param name="now">The time of what is reported by a call; events bring their own.</param>
/// <param name="peerDownDetected">Told when a custodian learned of a crash: when, the peer, the incarnation that ended.</param>
/// <param name="rows">Takes the hops of requests that are settled; null: all are kept for <see cref="Hops"/>.</param>
public sealed class TraceRecorder(int limit, Topology topology, Func<Instant> now, Action<Instant, int, int> peerDownDetected, ITrialRows? rows = null)
    : HopEventTrace
{
    /// <summary>
    /// Attempts that are kept of one request. Where links are cut and layers are skipped, branches multiply: a single request has been seen to make thousands.
    /// The first that is not kept has a row that says so.
    /// </summary>
    public const int MostAttempts = 1000;

    private const int FewAttempts = 32; // are looked through; of more there is an index
    private readonly Dictionary<int, TracedRequest> requests = []; // those that are open or kept; rendered in the order of request numbers
    private readonly HashSet<int> settled = []; // of those: membership only
    private int begun, rendered; // request numbers up to which they are
    private int failuresKept;

    /// <summary>Attempts that this one keeps of one request.</summary>
    public int Attempts { get; init; } = MostAttempts;

    /// <summary>Told, by calls, when nodes compute; null: nobody. Who feeds the trace with events tells it by itself.</summary>
    public ComputeMeter? Compute { get; init; }

    /// <summary>Whose resends do not count; null: everybody's do.</summary>
    public Func<int, bool>? IsWarmUp { get; init; }

    /// <summary>Resends of all endpoints, traced or not.</summary>
    public long Resends { get; private set; }

    /// <summary>Of these, second copies of hops that are hedged.</summary>
    public long Hedges { get; private set; }

    /// <summary>Hop attempts that are held in memory.</summary>
    public int Held => requests.Values.Sum(request => request.Hops.Count);

    /// <summary>The kept hops by request and order of sending, but for those that the rows have.</summary>
    public IReadOnlyList<HopRecord> Hops() => [.. requests.OrderBy(r => r.Key).SelectMany(r => Render(r.Key, r.Value))];

    /// <summary>Nothing will happen to the hops of a request any more: hands them to the rows as soon as those before it are settled too.</summary>
    public void Settled(int request)
    {
        if (rows is null)
            return;
        if (requests.ContainsKey(request))
            settled.Add(request);
        for (; rendered < begun && (!requests.ContainsKey(rendered) || settled.Remove(rendered)); rendered++)
        {
            if (requests.Remove(rendered, out TracedRequest? hops))
                Write(rendered, hops);
        }
    }

    /// <summary>The trial is over: hands all that is left to the rows.</summary>
    public void Complete()
    {
        if (rows is null)
            return;
        foreach ((int request, TracedRequest hops) in requests.OrderBy(r => r.Key))
            Write(request, hops);
        requests.Clear();
        settled.Clear();
    }

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
        begun = request + 1;
        if (limit > 0)
            requests[request] = new TracedRequest();
    }

    /// <inheritdoc/>
    protected override Instant Now => now();

    /// <inheritdoc/>
    protected override void Seen(in HopEvent seen)
    {
        if (seen.Kind is HopEventKind.ComputeStarted or HopEventKind.ComputeEnded)
            Compute?.Note(seen);
        Apply(seen);
    }

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
                if (seen.Attempt > 0 && IsWarmUp?.Invoke(seen.Hop.Request) != true)
                {
                    Resends++; // a local one: to a replica on the sender itself
                    Hedges += seen.IsHedge ? 1 : 0;
                }

                if (requests.TryGetValue(seen.Hop.Request, out TracedRequest? hops) && !hops.IsFull)
                    hops.Add(hops.Hops.Count < Attempts ? Begun(seen) : NotTraced(seen));
                return true;
            default:
                if (!requests.TryGetValue(seen.Hop.Request, out hops))
                    return true; // not traced
                if (hops.Find(seen) is not { } hop)
                    return hops.IsFull; // what was sent then is not kept
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

    /// <summary>Stands for all attempts from this one on.</summary>
    private static TracedHop NotTraced(in HopEvent seen) => new(seen.Hop, seen.Attempt, seen.From, seen.Incarnation, seen.To, seen.Layer,
        seen.At)
    { Fate = "not_traced", IsLast = true };

    private static void Note(TracedHop hop, in HopEvent seen)
    {
        switch (seen.Kind)
        {
            case HopEventKind.Delivered:
                if (hop.Delivered is null)
                    (hop.Delivered, hop.Fate) = (seen.At, seen.Fate ?? "delivered");
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

    private void Write(int request, TracedRequest hops)
    {
        foreach (HopRecord hop in Render(request, hops))
            rows!.Add(hop);
    }

    private IEnumerable<HopRecord> Render(int request, TracedRequest traced)
    {
        Dictionary<ulong, int> branches = []; // numbered in order of appearance
        foreach (TracedHop hop in traced.Hops)
        {
            if (!branches.TryGetValue(hop.Hop.Branch, out int branch))
                branches[hop.Hop.Branch] = branch = branches.Count;
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

    private sealed class TracedRequest
    {
        private Dictionary<(HopId, int, int, int), TracedHop>? index; // looked up by key only

        /// <summary>In the order of sending.</summary>
        public List<TracedHop> Hops { get; } = [];

        /// <summary>Whether attempts have been left out.</summary>
        public bool IsFull => Hops.Count > 0 && Hops[^1].IsLast;

        public void Add(TracedHop hop)
        {
            Hops.Add(hop);
            if (hop.IsLast)
                return;
            if (index is not null)
                index[Key(hop)] = hop;
            else if (Hops.Count > FewAttempts)
                index = Hops.GroupBy(Key).ToDictionary(group => group.Key, group => group.Last());
        }

        /// <summary>
        /// The latest such attempt of a sender in that incarnation: after a crash, or from two replicas, the same hop is sent more than once.
        /// </summary>
        public TracedHop? Find(in HopEvent seen)
        {
            if (index is not null)
                return index.GetValueOrDefault((seen.Hop, seen.Attempt, seen.From, seen.Incarnation));
            for (int i = Hops.Count - 1; i >= 0; i--)
            {
                if (Hops[i].Attempt == seen.Attempt && Hops[i].From == seen.From && Hops[i].Incarnation == seen.Incarnation && Hops[i].Hop == seen.Hop)
                    return Hops[i];
            }

            return null;
        }

        private static (HopId, int, int, int) Key(TracedHop hop) => (hop.Hop, hop.Attempt, hop.From, hop.Incarnation);
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

        /// <summary>Whether it stands for those that are not kept.</summary>
        public bool IsLast { get; init; }

        public Instant? Delivered { get; set; }

        public Instant? Acked { get; set; }

        public Instant? ComputeStart { get; set; }

        public Instant? ComputeEnd { get; set; }
    }
}
