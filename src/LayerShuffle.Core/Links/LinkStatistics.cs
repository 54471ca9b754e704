using LayerShuffle.Core.Time;

namespace LayerShuffle.Core.Links;

/// <summary>
/// The counters of one link. Once nothing is in flight: sent − dropped (link down) + duplicated = lost + dropped (queue) + carried, and carried = corrupted +
/// delivered + dropped (receiver down).
/// </summary>
internal sealed class LinkStatistics
{
    private long drawnLatencies, bursts;
    private bool losing;
    private double latencyMean, latencySquares;

    public long Sent, Lost, Duplicated, Corrupted, CorruptDrawn, ReorderDrawn, Overtook, Delivered, DroppedLinkDown, DroppedReceiverDown, DroppedQueue, Carried,
        Bytes, CarriedBytes, Control, PacketsLost;

    /// <summary>Whether a message was packets.</summary>
    public bool HasPackets;

    /// <summary>Time of transmissions, but for the unbroken row of them that is the last so far.</summary>
    public Duration Busy;

    /// <summary>One more copy that the loss was asked about. A burst is a run of lost ones.</summary>
    public void AddLoss(bool lost)
    {
        if (lost)
            Lost++;
        if (lost && !losing)
            bursts++;
        losing = lost;
    }

    /// <summary>One more drawn latency, by Welford's update: stable over millions of draws, exact where all are equal.</summary>
    public void AddLatency(Duration latency)
    {
        double value = latency.TotalMilliseconds, deviation = value - latencyMean;
        latencyMean += deviation / ++drawnLatencies;
        latencySquares += deviation * (value - latencyMean);
    }

    public LinkRecord Record(string from, string to, LinkConditions asked, bool oneEnd, Duration underway)
    {
        // The two ends of the books that no message in flight can leave open; an error here is a bug in the injector.
        if (!oneEnd && (Sent - DroppedLinkDown + Duplicated != Lost + DroppedQueue + Carried || Corrupted + Delivered + DroppedReceiverDown > Carried))
            throw new InvalidOperationException($"The counts of the link {from}->{to} do not add up; this is a bug, please report it.");
        return new()
        {
            From = from,
            To = to,
            Asked = asked,
            MessagesSent = Sent,
            Lost = Lost,
            Duplicated = Duplicated,
            Corrupted = Corrupted,
            CorruptDrawn = CorruptDrawn,
            ReorderDrawn = ReorderDrawn,
            Overtook = Overtook,
            Delivered = Delivered,
            DroppedLinkDown = DroppedLinkDown,
            DroppedReceiverDown = DroppedReceiverDown,
            DroppedQueue = DroppedQueue,
            PacketsLost = HasPackets ? PacketsLost : null,
            Bursts = bursts,
            Carried = Carried,
            LatencyMeanMs = drawnLatencies > 0 ? latencyMean : null,
            LatencyStdMs = drawnLatencies > 1 ? Math.Sqrt(latencySquares / (drawnLatencies - 1)) : null,
            Bytes = Bytes,
            CarriedBytes = CarriedBytes,
            Busy = Busy + underway,
            ControlMessages = Control,
        };
    }
}
