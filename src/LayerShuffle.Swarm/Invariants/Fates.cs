using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Links;
using LayerShuffle.Swarm.Books;

namespace LayerShuffle.Swarm.Invariants;

/// <summary>What becomes of a message has its reason: nobody loses where nothing is lost, and nothing crosses a link that is cut.</summary>
internal static class Fates
{
    private static readonly string[] Known = ["delivered", "garbled", "local", "lost", "queue_full", "corrupted", "link_down", "receiver_down", "in_flight"];

    public static IEnumerable<string> Broken(TrialBook book)
    {
        if (!book.IsWhole())
            yield break;
        List<(PartitionFault Fault, Span Span)> cuts = [.. book.Planned.Spec.Faults.OfType<PartitionFault>().SelectMany(fault => Cuts(book, fault))];
        // what else there is of partitions draws its groups for each strike, and no file tells them
        bool plain = book.Planned.Spec.Faults.OfType<PartitionFault>()
            .All(fault => fault is { Shape: PartitionShape.Listed, Direction: PartitionDirection.Both } && fault.IsOnce());
        foreach (HopRow hop in book.Hops)
        {
            if (!Known.Contains(hop.Fate))
                yield return $"an unknown fate: {hop}";
            if (hop.IsLocal)
                continue;
            bool cut = cuts.Any(one => one.Span.Holds(hop.Sent) && IsAcross(one.Fault, hop.From, hop.To));
            if (plain && (cut ? hop.Fate != "link_down" : hop.Fate == "link_down" && !book.IsTraced()))
                yield return $"its link was {(cut ? "" : "not ")}cut when it was sent: {hop}";
            LinkConditions asked = book.Link(hop.From, hop.To);
            if (hop.Fate == "lost" && !asked.Loses && !book.IsTraced() && !Patched(book, set => set.Loss > 0 || set.LoseFirst > 0))
                yield return $"it was lost where nothing is lost: {hop}";
            if (hop.Fate is "corrupted" or "garbled" && asked.Corrupt == 0 && !Patched(book, set => set.Corrupt > 0))
                yield return $"it was garbled where nothing is garbled: {hop}";
            if (hop.Fate == "queue_full" && asked.Queue is null && !Patched(book, set => set.Queue is not null))
                yield return $"a queue without a limit was full: {hop}";
            if (hop.Fate == "receiver_down" && !book.Down(hop.To).Any(span => span.End > hop.Sent))
                yield return $"its receiver was not down: {hop}";
        }
    }

    private static bool Patched(TrialBook book, Func<LinkPatch, bool> what) => book.Planned.Spec.Faults.OfType<LinkFault>().Any(fault => what(fault.Set));

    private static IEnumerable<(PartitionFault, Span)> Cuts(TrialBook book, PartitionFault fault)
    {
        long? since = null;
        foreach (FaultRow row in book.Faults.Where(row => row.Fault == fault.Name && row.Kind == "partition"))
        {
            if (row.Effect == "began")
                since ??= row.Time;
            else if (row.Effect == "ended" && since is { } begun)
            {
                yield return (fault, new Span(begun, row.Time));
                since = null;
            }
        }

        if (since is { } open)
            yield return (fault, new Span(open, long.MaxValue));
    }

    /// <summary>Endpoints that no group lists keep their links; one that two groups list is in both.</summary>
    private static bool IsAcross(PartitionFault fault, string from, string to) => fault.Groups.Select((group, i) => (group, i))
        .Any(one => one.group.Contains(from) && fault.Groups.Select((group, i) => (group, i)).Any(other => other.i != one.i && other.group.Contains(to)
            && !(one.group.Contains(to) || other.group.Contains(from))));
}
