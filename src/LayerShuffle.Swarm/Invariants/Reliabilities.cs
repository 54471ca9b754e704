using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Reliabilities;
using LayerShuffle.Core.Routing;
using LayerShuffle.Swarm.Books;

namespace LayerShuffle.Swarm.Invariants;

/// <summary>All sets of dead nodes are there once, as likely as their parts make them, and what is expected follows from their rows.</summary>
internal static class Reliabilities
{
    private const double Rounding = 1e-9;

    public static IEnumerable<string> Broken(TrialBook book)
    {
        ReliabilitySpec asked = book.Planned.Spec.Reliability!;
        if (asked.Units.Count(unit => unit.Up < 1) > 12)
            yield break; // drawn: what they come to is a matter of luck
        if (book.Sets.Count != 1 << asked.Units.Count(unit => unit.Up < 1) || book.Sets.Select(row => row["set"]).Distinct().Count() != book.Sets.Count)
            yield return $"{asked.Units.Count(unit => unit.Up < 1)} may be dead, and {book.Sets.Count} sets have a row";
        if (Math.Abs(book.Sets.Sum(Weight) - 1) > Rounding)
            yield return $"the probabilities sum to {book.Sets.Sum(Weight)}";
        foreach (CsvRow row in book.Sets)
        {
            if (Of(book, asked, row) is { } problem)
                yield return $"{problem}: reliability.csv: {row}";
        }

        foreach (string problem in Expected(book))
            yield return problem;
    }

    private static double Weight(CsvRow row) => row.Number("probability") ?? double.NaN;

    private static string? Of(TrialBook book, ReliabilitySpec asked, CsvRow row)
    {
        string[] down = Down(row);
        double product = 1;
        foreach (ReliabilityUnit unit in asked.Units)
            product *= down.Contains(unit.Name) ? 1 - unit.Up : unit.Up;
        if (Math.Abs(product - Weight(row)) > Rounding)
            return FormattableString.Invariant($"its probability is {product}");
        HashSet<string> dead = Dead(book, row);
        if (row.Count("nodes_down") != dead.Count)
            return $"{dead.Count} nodes are dead";
        Placement placement = Placement.Compute(book.Planned.Spec.Cluster, book.Planned.Model.NumHiddenLayers, book.Planned.Spec.Routing.Replicas,
            book.Planned.Spec.LayerBytes);
        int missing = Enumerable.Range(0, placement.Layers).Count(layer => placement.Copies(layer)
            .All(endpoint => dead.Contains(book.Planned.Spec.Cluster.Nodes[endpoint - 1].Name)));
        if (row.Count("layers_missing") != missing)
            return $"{missing} layers have no living copy";
        RoutingSpec routing = book.Planned.Spec.Routing;
        double? completes = routing.OnFailure is OnFailure.Skip or OnFailure.Defer || missing == 0 ? 1
            : routing is { Prune: null, Order: not OrderKind.Explicit } ? 0 : null;
        return completes is { } share && row.Number("completion") != share ? $"{share} of its requests complete" : null;
    }

    private static string[] Down(CsvRow row) => row["set"].Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static HashSet<string> Dead(TrialBook book, CsvRow row)
    {
        string[] down = Down(row);
        ReliabilityUnit[] units = [.. book.Planned.Spec.Reliability!.Units.Where(unit => down.Contains(unit.Name))];
        return [.. units.SelectMany(unit => unit.IsDomain ? book.Planned.Spec.Cluster.Domains.First(domain => domain.Name == unit.Name).Nodes : [unit.Name])];
    }

    private static IEnumerable<string> Expected(TrialBook book)
    {
        bool model = book.Condition.Number("top1") is not null;
        double? top1 = model ? book.Sets.Sum(row => Weight(row) * row.Number("top1")) : null;
        if (!Near(book.Condition.Number("top1"), top1))
            yield return FormattableString.Invariant($"top1 is {book.Condition.Number("top1")}, and the sets make it {top1}");
        CsvRow[] expected = [.. book.Importance.Where(row => row["kind"] == "expected")];
        if (expected.Length != 1 || !Near(expected[0].Number("value"), top1)
            || !Near(expected[0].Number("probability"), book.Sets.Sum(row => Weight(row) * row.Number("completion"))))
            yield return $"importance.csv does not tell what is expected: {string.Join("; ", expected.Select(row => row.ToString()))}";
        foreach (CsvRow row in book.Importance.Where(row => row["kind"] == "node"))
        {
            CsvRow[] up = [.. book.Sets.Where(set => !Dead(book, set).Contains(row["target"]))], down = [.. book.Sets.Except(up)];
            (double share, double rest) = (up.Sum(Weight), down.Sum(Weight));
            double? where = model && share > 0 ? up.Sum(set => Weight(set) * set.Number("top1")) / share : null;
            double? without = model && rest > 0 ? down.Sum(set => Weight(set) * set.Number("top1")) / rest : null;
            if (!Near(row.Number("probability"), share) || !Near(row.Number("top1_up"), where) || !Near(row.Number("top1_down"), without)
                || !Near(row.Number("value"), where - without))
                yield return FormattableString.Invariant($"up {share}, then {where}, else {without}: importance.csv: {row}");
        }

        if (book.Requests.Count + book.Hops.Count + book.Links.Count + book.Faults.Count + book.Recovery.Count > 0)
            yield return "things happened in a trial without time";
    }

    private static bool Near(double? told, double? expected) => told is null == expected is null
        && (told is null || Math.Abs(told.Value - expected!.Value) <= Rounding);
}
