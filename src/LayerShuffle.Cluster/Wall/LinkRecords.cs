using LayerShuffle.Network.Records;

namespace LayerShuffle.Cluster.Wall;

/// <summary>Puts together what both ends of a link counted: the sender knows what it handed over, the receiver what arrived.</summary>
internal static class LinkRecords
{
    /// <summary>One record for each link, in the order of <paramref name="all"/>, which has every link; what is not reported (its endpoint died) stays uncounted.</summary>
    public static IReadOnlyList<LinkRecord> Merge(IReadOnlyList<LinkRecord> all, IEnumerable<LinkRecord> reports)
    {
        var byLink = reports.GroupBy(link => (link.From, link.To)).ToDictionary(group => group.Key, group => group.ToArray());
        return [.. all.Select(link => byLink.TryGetValue((link.From, link.To), out LinkRecord[]? parts) ? parts.Aggregate(link, Add) : link)];
    }

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
        Carried = a.Carried + b.Carried,
        LatencyMeanMs = b.LatencyMeanMs ?? a.LatencyMeanMs,
        LatencyStdMs = b.LatencyStdMs ?? a.LatencyStdMs,
        Bytes = a.Bytes + b.Bytes,
        Busy = a.Busy + b.Busy,
        ControlMessages = a.ControlMessages + b.ControlMessages,
    };
}
