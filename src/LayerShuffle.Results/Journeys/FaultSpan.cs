using LayerShuffle.Core.Records;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Results.Journeys;

/// <summary>A fault in force on a target.</summary>
/// <param name="Fault">Its name.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Target">A node, a link, or the groups of a partition, as the ledger has it.</param>
/// <param name="From">From when on.</param>
/// <param name="To">Until when; null: to the end of the trial.</param>
public sealed record FaultSpan(string Fault, string Kind, string Target, Instant From, Instant? To)
{
    private static readonly string[] Beginnings = ["began", "already_down", "already_paused"];
    private static readonly string[] Ends = ["ended", "restarted", "still_down", "still_paused", "not_paused"];

    /// <summary>The spans that a ledger tells of, by their beginning.</summary>
    public static IReadOnlyList<FaultSpan> Of(IEnumerable<LedgerEntry> ledger)
    {
        List<FaultSpan> spans = [];
        foreach (LedgerEntry entry in ledger)
        {
            if (Beginnings.Contains(entry.Effect) || (entry.Kind == "memory" && entry.Effect.StartsWith("flipped", StringComparison.Ordinal)))
            {
                spans.Add(new FaultSpan(entry.Fault, entry.Kind, entry.Target, entry.Time, null));
            }
            else if (Ends.Contains(entry.Effect))
            {
                int open = spans.FindIndex(span => span.To is null && span.Fault == entry.Fault && span.Target == entry.Target);
                if (open >= 0)
                    spans[open] = spans[open] with { To = entry.Time };
            }
        }

        return spans;
    }

    /// <summary>Whether it was in force at some time of a span.</summary>
    public bool IsInForce(Instant from, Instant to) => From <= to && (To is null || To > from);

    /// <summary>Whether it strikes an endpoint itself.</summary>
    public bool Strikes(string node) => Target == node;

    /// <summary>Whether it strikes what is sent from one endpoint to another.</summary>
    public bool StrikesLink(string from, string to)
    {
        foreach (string arrow in (string[])[" | ", " -> ", " <- "])
        {
            string[] groups = Target.Split(arrow);
            if (groups.Length > 1)
                return Crosses(arrow, groups, from, to);
        }

        return Target == $"{from}->{to}";
    }

    /// <summary>Whether it strikes a sending, or its receiver until it is done.</summary>
    /// <param name="from">The sender.</param>
    /// <param name="to">The receiver.</param>
    /// <param name="sent">When it was sent.</param>
    /// <param name="end">When its receiver was done with it, or when it arrived.</param>
    public bool Meets(string from, string to, Instant sent, Instant end) =>
        IsInForce(sent, end) && (Strikes(to) || (from != to && (Strikes(from) || StrikesLink(from, to))));

    private static bool Crosses(string arrow, string[] groups, string from, string to)
    {
        (int a, int b) = (Group(from), Group(to));
        return a >= 0 && b >= 0 && arrow switch
        {
            " -> " => a == 0 && (b > 0 || groups[1] == groups[0]),
            " <- " => a > 0 && b == 0,
            _ => a != b,
        };

        int Group(string node)
        {
            int named = Array.FindIndex(groups, group => group.Split(' ').Contains(node));
            return named >= 0 ? named : Array.FindIndex(groups, group => group is "rest" or "all");
        }
    }
}
