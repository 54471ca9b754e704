using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Links;

namespace LayerShuffle.Cluster.Wall;

/// <summary>Puts together what both ends of a link counted: the sender knows what it handed over, the receiver what arrived.</summary>
internal static class LinkRecords
{
    /// <summary>
    /// One record for each link that is reported, by sending and then by receiving endpoint; what is not reported (its endpoint died) stays uncounted.
    /// </summary>
    public static IReadOnlyList<LinkRecord> Merge(Topology topology, IEnumerable<LinkRecord> reports) =>
        [.. reports.GroupBy(link => topology.LinkIndex(topology.Index(link.From), topology.Index(link.To))).OrderBy(group => group.Key)
            .Select(group => group.Aggregate(Add))];

    private static LinkRecord Add(LinkRecord a, LinkRecord b) => a with
    {
        MessagesSent = a.MessagesSent + b.MessagesSent,
        Lost = a.Lost + b.Lost,
        Duplicated = a.Duplicated + b.Duplicated,
        Corrupted = a.Corrupted + b.Corrupted,
        CorruptDrawn = a.CorruptDrawn + b.CorruptDrawn,
        ReorderDrawn = a.ReorderDrawn + b.ReorderDrawn,
        Overtook = a.Overtook + b.Overtook,
        Delivered = a.Delivered + b.Delivered,
        DroppedLinkDown = a.DroppedLinkDown + b.DroppedLinkDown,
        DroppedReceiverDown = a.DroppedReceiverDown + b.DroppedReceiverDown,
        DroppedQueue = a.DroppedQueue + b.DroppedQueue,
        Bursts = a.Bursts + b.Bursts,
        PacketsLost = a.PacketsLost is null ? b.PacketsLost : a.PacketsLost + (b.PacketsLost ?? 0),
        Carried = a.Carried + b.Carried,
        LatencyMeanMs = b.LatencyMeanMs ?? a.LatencyMeanMs,
        LatencyStdMs = b.LatencyStdMs ?? a.LatencyStdMs,
        Bytes = a.Bytes + b.Bytes,
        CarriedBytes = a.CarriedBytes + b.CarriedBytes,
        Busy = a.Busy + b.Busy,
        ControlMessages = a.ControlMessages + b.ControlMessages,
    };
}
