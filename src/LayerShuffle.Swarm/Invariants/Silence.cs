using LayerShuffle.Swarm.Books;

namespace LayerShuffle.Swarm.Invariants;

/// <summary>A node that is down or paused does nothing; what it was computing when it died is lost, and so is what was on its way to it.</summary>
internal static class Silence
{
    public static IEnumerable<string> Broken(TrialBook book)
    {
        foreach (HopRow hop in book.Hops)
        {
            IReadOnlyList<Span> downFrom = book.Down(hop.From), downTo = book.Down(hop.To), pausedFrom = book.Paused(hop.From), pausedTo = book.Paused(hop.To);
            if (downFrom.Concat(pausedFrom).Any(span => span.Holds(hop.Sent)))
                yield return $"{hop.From} was down or paused, and sent: {hop}";
            if (!hop.IsLocal && downFrom.Concat(pausedFrom).Any(span => span.Holds(hop.Acked)))
                yield return $"{hop.From} was down or paused, and took an acknowledgement: {hop}";
            if (downTo.Concat(pausedTo).Any(span => span.Holds(hop.Delivered) || span.Holds(hop.Start) || span.Holds(hop.End)))
                yield return $"{hop.To} was down or paused, and did something: {hop}";
            if (downTo.Any(span => span.Begin > hop.Sent && span.Begin <= hop.Delivered) && !hop.IsLocal)
                yield return $"it was sent to an incarnation of {hop.To} that died before it arrived: {hop}";
            if (downTo.Any(span => span.Begin > hop.Start && span.Begin <= hop.End)
                || downTo.Any(span => span.Begin > hop.Delivered && span.Begin <= hop.Start))
                yield return $"{hop.To} died, and went on with what it had: {hop}";
        }
    }
}
