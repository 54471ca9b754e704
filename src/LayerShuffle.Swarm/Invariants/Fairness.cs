using LayerShuffle.Core.Distributions;
using LayerShuffle.Core.Links;
using LayerShuffle.Swarm.Books;

namespace LayerShuffle.Swarm.Invariants;

/// <summary>
/// Losses are as frequent as was asked for, and luck is nobody else's: what is sent again is not lost because the first was, and does not take the very same
/// time. Judged where chance alone would do what is seen once in ten thousand million trials.
/// </summary>
internal static class Fairness
{
    /// <summary>What a trial says of how frequent losses are; nothing where more than one thing decides about them.</summary>
    public static LossTally Losses(TrialBook book)
    {
        if (!IsPlain(book))
            return default;
        HopRow[] sent = Sent(book);
        return new LossTally(sent.Length, sent.Sum(hop => book.Link(hop.From, hop.To).Loss), sent.Count(hop => hop.Fate == "lost"));
    }

    /// <summary>Whether so many losses are not what chance makes of what was asked for. Asked once of a whole swarm.</summary>
    public static bool IsWrong(LossTally losses) => losses.Copies > 0 && Tail(losses.Copies, losses.Lost, losses.Asked / losses.Copies) < Rare;

    private const double Never = 1e-10, Rare = 1e-8;

    public static IEnumerable<string> Broken(TrialBook book)
    {
        if (!book.IsWhole() || !book.IsSteady() || book.Duplicates())
            yield break;
        LinkConditions[] all = [.. book.Conditions()];
        HopRow[] sent = Sent(book);
        if (IsPlain(book))
        {
            foreach ((string what, HopRow[] some) in ((string, HopRow[])[])
                [("all hops", sent), ("first attempts", [.. sent.Where(hop => hop.Attempt == 0)]), ("resends", [.. sent.Where(hop => hop.Attempt > 0)])])
            {
                int lost = some.Count(hop => hop.Fate == "lost");
                double asked = some.Length == 0 ? 0 : some.Average(hop => book.Link(hop.From, hop.To).Loss);
                if (Tail(some.Length, lost, asked) < Never)
                    yield return FormattableString.Invariant($"{lost} of {some.Length} were lost at a probability of {asked}: {what}");
            }
        }

        if (!all.All(link => link is { BandwidthBytesPerSecond: null, Reorder: 0, KeepOrder: false } && IsContinuous(link.Latency)) || book.Pauses())
            yield break;
        foreach (IGrouping<(int, int?, string, string), HopRow> hop in sent.Where(hop => hop.Delivered is not null)
            .GroupBy(hop => (hop.Request, hop.Layer, hop.From, hop.To)))
        {
            HopRow[] twins = [.. hop.GroupBy(attempt => attempt.Delivered - attempt.Sent)
                .Where(same => same.Count() > 2 && !IsEnd(book, same.First(), same.Key!.Value))
                .SelectMany(same => same)];
            if (twins.Length > 0)
                yield return $"attempts of one hop took the very same time: {string.Join(" and ", twins.Take(3).Select(twin => twin.ToString()))}";
        }
    }

    private static bool IsPlain(TrialBook book) => book.IsWhole() && book.IsSteady() && !book.Duplicates()
        && book.Conditions().All(link => link is { LossChain: null, LoseFirst: 0 });

    private static HopRow[] Sent(TrialBook book) => [.. book.Hops.Where(hop => !hop.IsLocal && hop.Fate != "link_down")];

    private static bool IsContinuous(DelayDistribution delay) =>
        delay.Correlation == 0 && delay.Kind is DelayKind.Normal or DelayKind.Lognormal or DelayKind.Exponential or DelayKind.Pareto or DelayKind.Uniform
            && (delay.Kind == DelayKind.Exponential || delay.Kind == DelayKind.Uniform ? (delay.Max ?? delay.Mean) - delay.Min : delay.StandardDeviation)
                .Nanoseconds > 100_000;

    /// <summary>Clamped draws are the same.</summary>
    private static bool IsEnd(TrialBook book, HopRow hop, long took)
    {
        DelayDistribution latency = book.Link(hop.From, hop.To).Latency;
        return took == latency.Min.Nanoseconds || took == latency.Max?.Nanoseconds;
    }

    /// <summary>
    /// A bound on how likely a number that far from what is expected is, on its side (Chernoff's; where probabilities differ it holds for their mean:
    /// Hoeffding 1963, theorem 1).
    /// </summary>
    private static double Tail(long count, long seen, double probability)
    {
        if (count == 0)
            return 1;
        double share = (double)seen / count;
        double divergence = Part(share, probability) + Part(1 - share, 1 - probability);
        return Math.Exp(-count * divergence);

        static double Part(double share, double expected) => share == 0 ? 0 : share * Math.Log(share / expected);
    }
}

/// <summary>
/// How frequent losses are beside what was asked for. One scenario has too few hops to tell half of a loss from all of it; hundreds of them have not.
/// </summary>
/// <param name="Copies">Hop attempts that could be lost.</param>
/// <param name="Asked">The sum of their probabilities.</param>
/// <param name="Lost">Those that were.</param>
public readonly record struct LossTally(long Copies, double Asked, long Lost)
{
    /// <summary>What does not hold of all of them together; null: everything does.</summary>
    public string? Problem => Fairness.IsWrong(this)
        ? FormattableString.Invariant($"{Lost} of {Copies} hop attempts were lost, and {Asked:F0} were asked for") : null;

    /// <summary>Both together.</summary>
    public static LossTally operator +(LossTally one, LossTally other) => new(one.Copies + other.Copies, one.Asked + other.Asked, one.Lost + other.Lost);
}
