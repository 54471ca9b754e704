using LayerShuffle.Core.Damages;
using LayerShuffle.Core.Distributions;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Core.Links;

/// <summary>One directed link: its conditions, its queue, its luck and its counters.</summary>
internal sealed class LinkState
{
    private const int MostRounds = 1000; // of sending again what is missing: where that much is lost, nothing ever arrives whole
    private readonly string from, to;
    private readonly SeedTree trialSeed;
    private readonly LinkConditions asked;
    private readonly SeedTree loss, lossState, duplicate, corrupt, reorder, latency, controlLoss, membership, queueDrop;
    private readonly SeedTree[] controlLatency;
    private readonly LinkStatistics statistics = new();
    private LinkStatistics? warmUp; // of requests that count in no metric: their books are kept, and told nobody
    private LinkStatistics books; // those of the message that is judged
    private readonly List<LinkHold> patches = [], holds = [];
    private LinkConditions conditions;
    private int cuts;
    private long membershipMessages;
    private Instant busySince, free, latestArrival; // transmitting without a break from the first to the second

    // What reaches back: the last latency's normal score, the loss chain's state (−1: not begun) and its last draw, what was lost first, reordering's gap and
    // its last draw, and the messages that wait for the bandwidth with the time at which their transmission starts.
    private readonly Queue<(Instant Start, long Bytes)> waiting = [];
    private double latencyScore = double.NaN, lastLoss = double.NaN, lastReorder = double.NaN;
    private int chainState = -1, lostFirst, sinceOvertaking;
    private long waitingBytes, chains;

    // What packets and damage need is made when it is first needed.
    private List<int>? missing;
    private SeedTree? packetLoss, damage;

    // What a trace says: where this link is in it, until when what it says now holds, the conditions with it, and whether it has the link down.
    private readonly TraceCursor? trace;
    private Instant traceUntil = Instant.Never;
    private LinkConditions traced;
    private bool isTraceDown, hasTraceRate;

    // Behind a shared uplink a message comes to the link later than it is sent: what is transmitted from when to when without a break, and may lie ahead.
    private readonly SharedRate? uplink;
    private readonly Queue<(Instant Start, Instant End)>? ahead;

    /// <summary>A link whose draws come from (seed, repeat, purpose, link); the trees are walked to the link once, not once a message.</summary>
    public LinkState(string from, string to, LinkConditions asked, SeedTree trialSeed, SharedRate? uplink = null)
    {
        if ((this.uplink = uplink) is not null)
            ahead = [];
        this.from = from;
        this.to = to;
        books = statistics;
        this.trialSeed = trialSeed;
        this.asked = conditions = traced = asked;
        if (asked.Trace is { } given)
        {
            trace = new(given, given.Offset ?? new((long)(Tree("trace-offset").Uniform * given.Table.Length.Nanoseconds)));
            hasTraceRate = trace.HasRates;
            traceUntil = trace.IsPackets ? Instant.Never : Instant.Zero; // packets change no conditions
        }

        loss = Tree("loss");
        lossState = Tree("loss-state");
        queueDrop = Tree("queue-drop");
        duplicate = Tree("duplicate");
        corrupt = Tree("corrupt");
        reorder = Tree("reorder");
        latency = Tree("latency");
        controlLoss = Tree("control-loss");
        membership = Tree("membership");
        controlLatency = [Tree("ack"), Tree("release"), Tree("report"), Tree("heartbeat")]; // in the order of ControlKind
    }

    /// <summary>When measuring begins.</summary>
    public Instant MeasuredFrom { get; init; }

    public bool IsUp => cuts == 0 && !isTraceDown;

    public LinkConditions Conditions => conditions;

    /// <summary>Whether it carried or dropped anything that is counted; with one end alone in view, that may be what arrived.</summary>
    public bool IsUsed => statistics.Sent + statistics.Control + statistics.Delivered + statistics.Corrupted + statistics.DroppedReceiverDown > 0;

    /// <summary>Link up? → duplicate → for each copy its own fate.</summary>
    public SendVerdict Send(in MessageKey key, long sizeBytes, Instant now, bool isWarmUp)
    {
        books = isWarmUp ? warmUp ??= new() : statistics;
        books.Sent++;
        books.Bytes += sizeBytes;
        Meet();
        if (now >= traceUntil)
            Follow(now);
        if (!IsUp)
        {
            books.DroppedLinkDown++;
            return SendVerdict.Down();
        }
        if (!Happens(conditions.Duplicate, duplicate, key, 0))
            return SendVerdict.Single(Carry(key, 0, sizeBytes, now));
        books.Duplicated++;
        return SendVerdict.Twice(Carry(key, 0, sizeBytes, now), Carry(key, 1, sizeBytes, now));
    }

    /// <summary>Control messages have no size, so they pass the queue by; each kind has its own sub-stream.</summary>
    public ControlVerdict SendControl(ControlKind kind, in MessageKey key, int copy, Instant now)
    {
        statistics.Control++;
        Meet();
        if (now >= traceUntil)
            Follow(now);
        if (!IsUp)
            return new(ControlFate.LinkDown, Instant.Never);
        if (conditions.ControlLossy && conditions.Loss > 0 && Draw(controlLoss.Child((int)kind), key, copy) < conditions.Loss)
            return new(ControlFate.Lost, Instant.Never);
        return new(ControlFate.Delivered, now + DrawLatency(controlLatency[(int)kind], key, copy));
    }

    /// <summary>Messages of the membership are nobody's data: their draws are their own, by a running count, and no statistics tell of them.</summary>
    public ControlVerdict SendMembership(Instant now)
    {
        SeedTree draw = membership.Child(membershipMessages++);
        if (now >= traceUntil)
            Follow(now);
        if (!IsUp)
            return new(ControlFate.LinkDown, Instant.Never);
        if (conditions.Loss > 0 && draw.Child(0).Uniform < conditions.Loss)
            return new(ControlFate.Lost, Instant.Never);
        return new(ControlFate.Delivered, now + conditions.Latency.Sample(draw.Child(1).Uniform));
    }

    /// <summary>Closes the books on a copy: it came to nobody, garbled or not, or it arrived, whole or garbled.</summary>
    public void CountArrival(CopyFate fate, bool receiverUp, bool overtook, bool isWarmUp)
    {
        if (fate == CopyFate.Lost)
            throw new ArgumentException("A lost copy does not arrive.", nameof(fate));
        LinkStatistics own = isWarmUp ? warmUp ??= new() : statistics;
        if (!receiverUp)
        {
            own.DroppedReceiverDown++;
            return;
        }

        if (fate == CopyFate.Corrupted)
            own.Corrupted++;
        else
            own.Delivered++;
        if (overtook)
            own.Overtook++;
    }

    public void Apply(LinkHold hold)
    {
        holds.Add(hold);
        if (hold.Patch is null)
        {
            cuts++;
            return;
        }
        int place = patches.Count;
        while (place > 0 && patches[place - 1].StartOrder > hold.StartOrder)
            place--;
        patches.Insert(place, hold);
        Patch();
    }

    public void Lift(LinkHold hold)
    {
        holds.Remove(hold);
        if (hold.Patch is null)
        {
            cuts--;
            return;
        }
        patches.Remove(hold);
        Patch();
    }

    /// <summary>What it did up to an instant that is no earlier than the last sending.</summary>
    public LinkRecord Record(bool oneEnd, Instant end)
    {
        Instant until = free < end ? free : end;
        Duration underway = Measured(busySince, until); // what lies beyond the end is not the trial's
        foreach ((Instant start, Instant ended) in ahead ?? [])
            underway += Measured(start, ended < end ? ended : end);
        return statistics.Record(from, to, asked.Trace?.Mean(asked) ?? asked, oneEnd, underway);
    }

    private SeedTree Tree(string purpose) => trialSeed.Child(purpose).Child(from).Child(to);

    /// <summary>
    /// Loss → uplink → queue → corrupt → reorder → bandwidth → latency. What is lost takes no bandwidth; a reordered copy queues but has no latency.
    /// </summary>
    private CopyVerdict Carry(in MessageKey key, int copy, long sizeBytes, Instant now)
    {
        if (conditions.Packets is { } packets)
        {
            bool arrives = SendPackets(packets, key, copy, sizeBytes, out int rounds);
            books.AddLoss(!arrives);
            return arrives ? CarryOn(key, copy, sizeBytes - MissingBytes(packets, sizeBytes), now, rounds) : new(CopyFate.Lost, Instant.Never, copy);
        }

        bool lost = Loses(key, copy);
        books.AddLoss(lost);
        if (lost)
            return new(CopyFate.Lost, Instant.Never, copy);
        return CarryOn(key, copy, sizeBytes, now, 1);
    }

    /// <summary>What happens to a copy that is not lost.</summary>
    /// <param name="key">The message.</param>
    /// <param name="copy">The copy.</param>
    /// <param name="sizeBytes">The bytes that arrive of it.</param>
    /// <param name="now">When it is sent.</param>
    /// <param name="rounds">How often its sender has to send until all of it has arrived: each time after the first costs a round trip.</param>
    private CopyVerdict CarryOn(in MessageKey key, int copy, long sizeBytes, Instant now, int rounds)
    {
        if (uplink is not null)
            now = BehindUplink(sizeBytes, now);
        if (!HasRoom(key, copy, sizeBytes, now))
        {
            books.DroppedQueue++;
            return new(CopyFate.Dropped, Instant.Never, copy);
        }

        books.Carried++;
        books.CarriedBytes += conditions.OnWire(sizeBytes);
        bool corrupted = Happens(conditions.Corrupt, corrupt, key, copy);
        if (corrupted)
            books.CorruptDrawn++;
        bool overtakes = Overtakes(key, copy);
        if (overtakes)
            books.ReorderDrawn++;
        Instant arrival = Transmit(sizeBytes, now);
        if (!overtakes || rounds > 1)
        {
            DelayDistribution delay = conditions.Latency;
            Duration drawn = delay.Correlation == 0 ? DrawLatency(latency, key, copy) : delay.Sample(Draw(latency, key, copy), ref latencyScore);
            if (rounds > 1)
                arrival += drawn * (2L * (rounds - 1));
            if (!overtakes)
            {
                books.AddLatency(drawn);
                arrival += drawn;
            }

            if (conditions.KeepOrder && !overtakes)
                arrival = Instant.Max(arrival, latestArrival);
        }
        bool early = arrival < latestArrival;
        latestArrival = Instant.Max(latestArrival, arrival);
        return new(corrupted ? CopyFate.Corrupted : CopyFate.Delivered, arrival, copy, early, Damaged(key, copy, corrupted));
    }

    /// <summary>What arrives of a copy that its receiver takes, if that is not what was sent.</summary>
    private ActivationDamage? Damaged(in MessageKey key, int copy, bool corrupted)
    {
        bool hasHoles = conditions.Packets is { LeavesHoles: true } && missing is { Count: > 0 };
        if (corrupted ? conditions.Checksum : !hasHoles)
            return null;
        var whole = new ActivationDamage(Node(damage ??= Tree("damage"), key, copy).Bits) { Corruption = corrupted ? conditions.Corruption : null };
        return !hasHoles ? whole : whole with
        {
            Missing = [.. missing!],
            PacketBytes = conditions.Packets!.Bytes,
            FillsWithMean = conditions.Packets.Missing == MissingPackets.Mean,
        };
    }

    /// <summary>Sends a message as packets; what is missing of it at the end is noted.</summary>
    /// <returns>Whether the message arrives.</returns>
    private bool SendPackets(PacketSpec packets, in MessageKey key, int copy, long sizeBytes, out int rounds)
    {
        int count = packets.Count(sizeBytes);
        rounds = 1;
        (missing ??= []).Clear();
        books.HasPackets = true;
        if (conditions.Loss == 0 && lostFirst >= conditions.LoseFirst && conditions.LossChain is null)
            return true;
        SeedTree draw = Node(packetLoss ??= Tree("packet-loss"), key, copy), round = draw.Child(1);
        for (int packet = 0; packet < count; packet++)
        {
            if (LosesPacket(round.Child(packet)))
                missing.Add(packet);
        }

        books.PacketsLost += missing.Count;
        if (packets.Missing != MissingPackets.Resend)
            return missing.Count == 0 || (packets.LeavesHoles && missing.Count < count);
        while (missing.Count > 0 && rounds < MostRounds)
        {
            SeedTree again = draw.Child(++rounds);
            missing.RemoveAll(packet => !LosesPacket(again.Child(packet)));
            books.PacketsLost += missing.Count;
        }

        return missing.Count == 0;
    }

    private bool LosesPacket(SeedTree draw)
    {
        if (lostFirst < conditions.LoseFirst)
        {
            lostFirst++;
            return true;
        }

        if (conditions.LossChain is not { } chain)
            return draw.Uniform < conditions.Loss;
        if (chain.Kind == LossKind.Correlated)
            return (lastLoss = Leaning(chain.R, draw.Uniform, lastLoss)) < chain.P;
        chainState = chain.Next(BeginChain(chain), draw.Child("state").Uniform);
        return draw.Uniform < chain.LossIn(chainState);
    }

    private long MissingBytes(PacketSpec packets, long sizeBytes) =>
        packets.LeavesHoles && missing is not null ? PacketSpec.BytesOf(missing, packets.Bytes, sizeBytes) : 0;

    /// <summary>What of a time is measured.</summary>
    private Duration Measured(Instant start, Instant until) => Instant.Max(start, MeasuredFrom) is var from && until > from ? until - from : Duration.Zero;

    /// <summary>When a copy comes to the link.</summary>
    private Instant BehindUplink(long sizeBytes, Instant now)
    {
        while (ahead!.TryPeek(out (Instant Start, Instant End) past) && past.End <= now)
        {
            ahead.Dequeue();
            statistics.Busy += Measured(past.Start, past.End);
        }

        return uplink!.Pass(conditions.OnWire(sizeBytes), now);
    }

    /// <summary>A message meets the faults that are in force.</summary>
    private void Meet()
    {
        foreach (LinkHold hold in holds)
            hold.Messages++;
    }

    private bool Loses(in MessageKey key, int copy)
    {
        if (lostFirst < conditions.LoseFirst)
        {
            lostFirst++;
            return true;
        }

        if (conditions.LossChain is not { } chain)
            return Happens(conditions.Loss, loss, key, copy);
        if (chain.Kind == LossKind.Correlated)
            return (lastLoss = Leaning(chain.R, Draw(loss, key, copy), lastLoss)) < chain.P;
        chainState = chain.Next(BeginChain(chain), Draw(lossState, key, copy));
        return Happens(chain.LossIn(chainState), loss, key, copy);
    }

    private int BeginChain(LossChain chain) => chainState >= 0 ? chainState : StartOf(chain, lossState.Child("start").Child(chains++).Uniform);

    /// <summary>A state as often as it is met after long, so that no trial begins in a good hour.</summary>
    private static int StartOf(LossChain chain, double uniform)
    {
        IReadOnlyList<double> shares = chain.Stationary();
        int state = 0;
        for (double sum = shares[0]; state < shares.Count - 1 && uniform >= sum; sum += shares[++state])
        {
        }

        return state;
    }

    /// <summary>netem's correlation: a mean of this draw and the last value, weighted by it. The first has nothing to lean on.</summary>
    private static double Leaning(double correlation, double draw, double last) =>
        double.IsNaN(last) ? draw : ((1 - correlation) * draw) + (correlation * last);

    private bool Overtakes(in MessageKey key, int copy)
    {
        if (conditions.ReorderPattern is not { } pattern)
            return Happens(conditions.Reorder, reorder, key, copy);
        if (++sinceOvertaking < pattern.Gap)
            return false;
        lastReorder = Leaning(pattern.Correlation, Draw(reorder, key, copy), lastReorder);
        if (lastReorder >= conditions.Reorder)
            return false;
        sinceOvertaking = 0;
        return true;
    }

    /// <summary>Whether a message may wait for the bandwidth. The one that is being transmitted does not wait.</summary>
    private bool HasRoom(in MessageKey key, int copy, long sizeBytes, Instant now)
    {
        if (conditions.Queue is not { } queue || (conditions.BandwidthBytesPerSecond is null && !hasTraceRate))
            return true;
        while (waiting.TryPeek(out (Instant Start, long Bytes) first) && first.Start <= now)
        {
            waiting.Dequeue();
            waitingBytes -= first.Bytes;
        }

        if (free <= now)
            return true; // transmitted at once
        bool fits = (queue.LimitBytes is not { } bytes || waitingBytes + sizeBytes <= bytes) && (queue.LimitMessages is not { } most || waiting.Count < most);
        double full = queue.LimitBytes is { } limit ? waitingBytes / (double)limit : waiting.Count / (double)queue.LimitMessages!.Value;
        if (!fits || (queue.Drop == QueueDrop.Random && Happens(full, queueDrop, key, copy)))
            return false;
        waiting.Enqueue((free, sizeBytes));
        waitingBytes += sizeBytes;
        return true;
    }

    /// <summary>When the last byte has left. The link is free once everything queued before has; without a limit a message passes at once.</summary>
    private Instant Transmit(long sizeBytes, Instant now)
    {
        Instant start = Instant.Max(now, free);
        if (conditions.BandwidthBytesPerSecond is null && !hasTraceRate)
            return start;
        if (start > free)
        {
            if (ahead is null)
                statistics.Busy += Measured(busySince, free); // it was idle in between
            else
                ahead.Enqueue((busySince, free));
            busySince = start;
        }

        return free = hasTraceRate ? trace!.Transmit(start, conditions.OnWire(sizeBytes), asked.BandwidthBytesPerSecond)
            : start + Duration.FromSeconds(conditions.TransmissionSeconds(sizeBytes));
    }

    private Duration DrawLatency(SeedTree tree, in MessageKey key, int copy) =>
        conditions.Latency.Kind == DelayKind.Constant ? conditions.Latency.Sample(0) : conditions.Latency.Sample(Draw(tree, key, copy));

    /// <summary>Draws are pure, so one that cannot matter may be left out without moving any other.</summary>
    private static bool Happens(double probability, SeedTree tree, in MessageKey key, int copy) => probability > 0 && Draw(tree, key, copy) < probability;

    private static double Draw(SeedTree tree, in MessageKey key, int last) => Node(tree, key, last).Uniform;

    private static SeedTree Node(SeedTree tree, in MessageKey key, int last)
    {
        SeedTree draw = tree.Child(key.Request).Child(key.Layer).Child(key.Attempt).Child(last);
        if (key.Branch != 0)
            draw = draw.Child("branch").Child(unchecked((long)key.Branch));
        if (key.Incarnation != 1)
            draw = draw.Child("incarnation").Child(key.Incarnation);
        if (key.Answered != 1)
            draw = draw.Child("answered").Child(key.Answered);
        if (key.Part != 0)
            draw = draw.Child("part").Child(key.Part);
        return draw;
    }

    /// <summary>The trace says something else from now on.</summary>
    private void Follow(Instant now)
    {
        TracePoint point = trace!.At(now, out traceUntil);
        traced = asked.With(TraceCursor.Patch(point));
        isTraceDown = point.Up == false;
        Patch();
    }

    private void Patch()
    {
        (LossChain? chain, int first) = (conditions.LossChain, conditions.LoseFirst);
        conditions = traced;
        foreach (LinkHold hold in patches)
            conditions = conditions.With(hold.Patch!);
        hasTraceRate = trace is { HasRates: true } && !patches.Exists(hold => hold.Patch!.Bandwidth is not null); // a fault's rate goes before it
        if (conditions.LossChain != chain)
            chainState = -1;
        if (conditions.LoseFirst != first)
            lostFirst = 0;
    }
}
