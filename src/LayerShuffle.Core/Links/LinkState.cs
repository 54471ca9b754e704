using LayerShuffle.Core.Distributions;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Core.Links;

/// <summary>One directed link: its conditions, its queue, its luck and its counters.</summary>
internal sealed class LinkState
{
    private readonly string from, to;
    private readonly LinkConditions asked;
    private readonly SeedTree loss, lossState, duplicate, corrupt, reorder, latency, controlLoss, membership, queueDrop;
    private readonly SeedTree[] controlLatency;
    private readonly LinkStatistics statistics = new();
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

    /// <summary>A link whose draws come from (seed, repeat, purpose, link); the trees are walked to the link once, not once a message.</summary>
    public LinkState(string from, string to, LinkConditions asked, SeedTree trialSeed)
    {
        this.from = from;
        this.to = to;
        this.asked = conditions = asked;
        loss = Tree("loss");
        lossState = Tree("loss-state");
        queueDrop = Tree("queue-drop");
        duplicate = Tree("duplicate");
        corrupt = Tree("corrupt");
        reorder = Tree("reorder");
        latency = Tree("latency");
        controlLoss = Tree("control-loss");
        membership = Tree("membership");
        controlLatency = [Tree("ack"), Tree("release"), Tree("report")]; // in the order of ControlKind

        SeedTree Tree(string purpose) => trialSeed.Child(purpose).Child(from).Child(to);
    }

    public bool IsUp => cuts == 0;

    public LinkConditions Conditions => conditions;

    /// <summary>Whether it carried or dropped anything that is counted; with one end alone in view, that may be what arrived.</summary>
    public bool IsUsed => statistics.Sent + statistics.Control + statistics.Delivered + statistics.Corrupted + statistics.DroppedReceiverDown > 0;

    /// <summary>Link up? → duplicate → for each copy its own fate.</summary>
    public SendVerdict Send(in MessageKey key, long sizeBytes, Instant now)
    {
        statistics.Sent++;
        statistics.Bytes += sizeBytes;
        Meet();
        if (cuts > 0)
        {
            statistics.DroppedLinkDown++;
            return SendVerdict.Down();
        }
        if (!Happens(conditions.Duplicate, duplicate, key, 0))
            return SendVerdict.Single(Carry(key, 0, sizeBytes, now));
        statistics.Duplicated++;
        return SendVerdict.Twice(Carry(key, 0, sizeBytes, now), Carry(key, 1, sizeBytes, now));
    }

    /// <summary>Control messages have no size, so they pass the queue by; each kind has its own sub-stream.</summary>
    public ControlVerdict SendControl(ControlKind kind, in MessageKey key, int copy, Instant now)
    {
        statistics.Control++;
        Meet();
        if (cuts > 0)
            return new(ControlFate.LinkDown, Instant.Never);
        if (conditions.ControlLossy && conditions.Loss > 0 && Draw(controlLoss.Child((int)kind), key, copy) < conditions.Loss)
            return new(ControlFate.Lost, Instant.Never);
        return new(ControlFate.Delivered, now + DrawLatency(controlLatency[(int)kind], key, copy));
    }

    /// <summary>Messages of the membership are nobody's data: their draws are their own, by a running count, and no statistics tell of them.</summary>
    public ControlVerdict SendMembership(Instant now)
    {
        SeedTree draw = membership.Child(membershipMessages++);
        if (cuts > 0)
            return new(ControlFate.LinkDown, Instant.Never);
        if (conditions.Loss > 0 && draw.Child(0).Uniform < conditions.Loss)
            return new(ControlFate.Lost, Instant.Never);
        return new(ControlFate.Delivered, now + conditions.Latency.Sample(draw.Child(1).Uniform));
    }

    /// <summary>Closes the books on a copy: it came to nobody, garbled or not, or it arrived, whole or garbled.</summary>
    public void CountArrival(CopyFate fate, bool receiverUp, bool overtook)
    {
        if (fate == CopyFate.Lost)
            throw new ArgumentException("A lost copy does not arrive.", nameof(fate));
        if (!receiverUp)
        {
            statistics.DroppedReceiverDown++;
            return;
        }

        if (fate == CopyFate.Corrupted)
            statistics.Corrupted++;
        else
            statistics.Delivered++;
        if (overtook)
            statistics.Overtook++;
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
        Duration underway = until > busySince ? until - busySince : Duration.Zero; // what lies beyond the end is not the trial's
        return statistics.Record(from, to, asked, oneEnd, underway);
    }

    /// <summary>Loss → queue → corrupt → reorder → bandwidth → latency. What is lost takes no bandwidth; a reordered copy queues but has no latency.</summary>
    private CopyVerdict Carry(in MessageKey key, int copy, long sizeBytes, Instant now)
    {
        bool lost = Loses(key, copy);
        statistics.AddLoss(lost);
        if (lost)
            return new(CopyFate.Lost, Instant.Never, copy);
        if (!HasRoom(key, copy, sizeBytes, now))
        {
            statistics.DroppedQueue++;
            return new(CopyFate.Dropped, Instant.Never, copy);
        }

        statistics.Carried++;
        bool corrupted = Happens(conditions.Corrupt, corrupt, key, copy);
        if (corrupted)
            statistics.CorruptDrawn++;
        bool overtakes = Overtakes(key, copy);
        if (overtakes)
            statistics.ReorderDrawn++;
        Instant arrival = Transmit(sizeBytes, now);
        if (!overtakes)
        {
            DelayDistribution delay = conditions.Latency;
            Duration drawn = delay.Correlation == 0 ? DrawLatency(latency, key, copy) : delay.Sample(Draw(latency, key, copy), ref latencyScore);
            statistics.AddLatency(drawn);
            arrival += drawn;
            if (conditions.KeepOrder)
                arrival = Instant.Max(arrival, latestArrival);
        }
        bool early = arrival < latestArrival;
        latestArrival = Instant.Max(latestArrival, arrival);
        return new(corrupted ? CopyFate.Corrupted : CopyFate.Delivered, arrival, copy, early);
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
        if (chainState < 0)
            chainState = StartOf(chain, lossState.Child("start").Child(chains++).Uniform);
        chainState = chain.Next(chainState, Draw(lossState, key, copy));
        return Happens(chain.LossIn(chainState), loss, key, copy);
    }

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
        if (conditions.Queue is not { } queue || conditions.BandwidthBytesPerSecond is null)
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
        if (conditions.BandwidthBytesPerSecond is null)
            return start;
        if (start > free)
        {
            statistics.Busy += free - busySince; // it was idle in between
            busySince = start;
        }

        return free = start + Duration.FromSeconds(conditions.TransmissionSeconds(sizeBytes));
    }

    private Duration DrawLatency(SeedTree tree, in MessageKey key, int copy) =>
        conditions.Latency.Kind == DelayKind.Constant ? conditions.Latency.Sample(0) : conditions.Latency.Sample(Draw(tree, key, copy));

    /// <summary>Draws are pure, so one that cannot matter may be left out without moving any other.</summary>
    private static bool Happens(double probability, SeedTree tree, in MessageKey key, int copy) => probability > 0 && Draw(tree, key, copy) < probability;

    private static double Draw(SeedTree tree, in MessageKey key, int last)
    {
        SeedTree draw = tree.Child(key.Request).Child(key.Layer).Child(key.Attempt).Child(last);
        if (key.Branch != 0)
            draw = draw.Child("branch").Child(unchecked((long)key.Branch));
        if (key.Incarnation != 1)
            draw = draw.Child("incarnation").Child(key.Incarnation);
        if (key.Answered != 1)
            draw = draw.Child("answered").Child(key.Answered);
        return draw.Uniform;
    }

    private void Patch()
    {
        (LossChain? chain, int first) = (conditions.LossChain, conditions.LoseFirst);
        conditions = asked;
        foreach (LinkHold hold in patches)
            conditions = conditions.With(hold.Patch!);
        if (conditions.LossChain != chain)
            chainState = -1;
        if (conditions.LoseFirst != first)
            lostFirst = 0;
    }
}
