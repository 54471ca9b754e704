using LayerShuffle.Swarm.Books;

namespace LayerShuffle.Swarm.Invariants;

/// <summary>Nothing is executed twice on a branch by one life of a node, and no life of a sender sends one attempt twice.</summary>
internal static class Executions
{
    public static IEnumerable<string> Broken(TrialBook book)
    {
        foreach (var twice in book.Hops.Where(hop => hop.Start is not null)
            .GroupBy(hop => (hop.Request, hop.Branch, hop.Position, hop.To, Life: book.Life(hop.To, hop.Start!.Value))).Where(same => same.Count() > 1))
            yield return $"executed {twice.Count()} times by one life of {twice.Key.To}: {string.Join(" and ", twice)}";
        foreach (var twice in book.Hops
            .GroupBy(hop => (hop.Request, hop.Branch, hop.Position, hop.Attempt, hop.From, Life: book.Life(hop.From, hop.Sent)))
            .Where(same => same.Count() > Math.Max(1, book.Planned.Spec.Routing.Parallel))) // parts of an input are sent one by one
            yield return $"one attempt was sent {twice.Count()} times: {string.Join(" and ", twice)}";
        foreach (HopRow hop in book.Hops)
        {
            if (hop.IsResult && (hop.Start ?? hop.End) is not null)
                yield return $"a result was executed: {hop}";
            if (hop.IsResult != (hop.To == Asked.Coordinator))
                yield return $"it went to an endpoint that has nothing to do with it: {hop}";
        }
    }
}
