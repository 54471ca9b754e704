using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Trials;
using LayerShuffle.Scenarios.Language;
using LayerShuffle.Scenarios.Specs;
using LayerShuffle.Scenarios.Syntax;
using LayerShuffle.Scenarios.Units;

namespace LayerShuffle.Scenarios.Validation;

/// <summary>Reads expectations and says which speak of nothing.</summary>
/// <param name="mistakes">Where mistakes go.</param>
/// <param name="warnings">Where warnings go.</param>
/// <param name="models">The models.</param>
/// <param name="variants">Every condition, sweep point and policy.</param>
/// <param name="sweepKeys">The swept keys.</param>
/// <param name="networkOnly">Whether there is no accuracy.</param>
internal sealed class ExpectationBinder(
    MistakeList mistakes, MistakeList warnings, IReadOnlyList<ModelSpec> models, IReadOnlyList<TrialVariant> variants, IReadOnlyList<string> sweepKeys,
        bool networkOnly)
{
    private const long MostChecks = 20_000_000;

    private readonly List<string> conditions = [.. variants.Select(variant => variant.BaseCondition).Concat(variants.Select(variant => variant.Condition))
        .Distinct()];
    private readonly List<string> policies = [.. variants.Select(variant => variant.Policy).Distinct()];

    private readonly HashSet<(string Policy, string Condition)> points = [.. variants.Select(variant => (variant.Policy, variant.Condition))];
    private readonly HashSet<string> seen = [];

    public IReadOnlyList<ExpectationSpec> Bind(SequenceNode? list)
    {
        if ((list?.Items.Count ?? 0) * (long)variants.Count > MostChecks)
        {
            mistakes.Add(list!, $"{list!.Items.Count} expectations of {variants.Count} combinations of condition, policy and sweep point",
                $"at most {MostChecks} of both together");
            return [];
        }

        return [.. (list?.Items ?? []).OfType<MapNode>().Select(One)];
    }

    private ExpectationSpec One(MapNode map)
    {
        int before = mistakes.Count;
        MapNode? of = map.Map("of");
        Names(map);
        if (of is not null)
            Names(of);
        ExpectationSpec expectation = new()
        {
            Metric = Read.Word(map, "metric", ""),
            Model = Read.Text(map, "model"),
            Condition = Read.Text(map, "condition"),
            Policy = Read.Text(map, "policy"),
            Where = Where(map.Map("where")),
            Min = Bound(map, "min", of),
            Max = Bound(map, "max", of),
            MinText = Read.Text(map, "min"),
            MaxText = Read.Text(map, "max"),
            Of = of is null ? null : new ExpectationReference(Read.Text(of, "model"), Read.Text(of, "condition"), Read.Text(of, "policy"),
                Metric: Read.Text(of, "metric")),
            UsesCiLow = Read.Text(map, "using") == "ci_low",
            Text = NodeText.Of(map),
        };
        if (map.Get("min") is null && map.Get("max") is null)
            mistakes.Add(map, "an expectation without a bound", "`min` or `max`");
        else if (expectation.Min > expectation.Max)
            mistakes.Add(map.Get("min")!, $"`min` {expectation.MinText} is greater than `max` {expectation.MaxText}");
        if (mistakes.Count == before)
            Matching(map, expectation);
        return expectation;
    }

    private void Names(MapNode map)
    {
        Known(map, "model", [.. models.Select(model => model.Name)]);
        Known(map, "condition", conditions);
        Known(map, "policy", policies);
        if (networkOnly && Metric.Find(Read.Word(map, "metric", "")) is { NeedsModel: true } metric)
            mistakes.Add(map.Get("metric")!, $"`{metric.Name}` is blank with `model: none`", "a metric of the network");
    }

    private void Known(MapNode map, string key, IReadOnlyList<string> names)
    {
        if (map.Get(key) is ScalarNode scalar && !names.Contains(scalar.Text))
        {
            List<string> shown = [.. names.Where(name => !name.Contains('[', StringComparison.Ordinal))];
            string expected = "one of " + string.Join(", ", shown.Take(12)) + (shown.Count > 12 ? ", …" : "");
            mistakes.Add(scalar, $"there is no {key} `{scalar.Text}`", expected, NearestName.Find(scalar.Text, names));
        }
    }

    private double? Bound(MapNode map, string key, MapNode? of)
    {
        if (map.Get(key) is not ScalarNode scalar || Metric.Find(Read.Word(map, "metric", "")) is not { } metric)
            return null;
        if (metric.ReadBound(scalar.Text, of is not null, out double value) is not { } problem)
            return value;
        mistakes.Add(scalar, problem, metric.Expected(of is not null));
        return null;
    }

    private List<KeyValuePair<string, IReadOnlyList<string>>> Where(MapNode? where)
    {
        List<KeyValuePair<string, IReadOnlyList<string>>> bound = [];
        foreach (MapEntry entry in (where?.Entries ?? []).Where(entry => !entry.Value.IsNull))
        {
            if (entry.Key != "policy" && !sweepKeys.Contains(entry.Key))
            {
                string expected = sweepKeys.Count == 0 ? "a sweep with this key" : "one of " + string.Join(", ", sweepKeys.Append("policy"));
                mistakes.Add(entry.KeyLocation, entry.Value.Path, $"`{entry.Key}` is not swept", expected, NearestName.Find(entry.Key, sweepKeys));
                continue;
            }

            List<string> known = entry.Key == "policy" ? policies
                : [.. variants.Select(variant => variant.SweepValues.First(value => value.Key == entry.Key).Value).Distinct()];
            bound.Add(new(entry.Key, Values(entry, known)));
        }

        return bound;
    }

    private List<string> Values(MapEntry entry, List<string> known)
    {
        if (known.Find(text => text == NodeText.Of(entry.Value)) is { } whole)
            return [whole];
        List<string> values = [];
        foreach (ScenarioNode item in entry.Value is SequenceNode list ? list.Items : [entry.Value])
        {
            string text = NodeText.Of(item);
            if (known.Find(candidate => candidate == text || SameQuantity(candidate, text)) is { } match)
                values.Add(match);
            else
                mistakes.Add(item, $"`{entry.Key}` never is `{text}`", "one of " + string.Join(", ", known.Take(12)));
        }

        return values;
    }

    private static bool SameQuantity(string a, string b) =>
        (Quantity.Probability(a, out double x) is null && Quantity.Probability(b, out double y) is null && x == y) ||
        (Quantity.Duration(a, out Core.Time.Duration c) is null && Quantity.Duration(b, out Core.Time.Duration d) is null && c == d) ||
        (Quantity.Number(a, out double e) is null && Quantity.Number(b, out double f) is null && e == f) ||
        (Quantity.Rate(a, out double g) is null && Quantity.Rate(b, out double h) is null && g == h);

    private void Matching(MapNode map, ExpectationSpec expectation)
    {
        List<string> judged = [.. models.Select(model => model.Name).Where(name => expectation.Model is null || expectation.Model == name)];
        List<TrialVariant> matching = judged.Count == 0 ? [] : [.. variants.Where(variant => expectation.Matches(judged[0], variant))];
        if (matching.Count == 0)
            mistakes.Add(map, "the expectation matches no trial", "a model, condition, policy and sweep point that occur together");
        else if (expectation.Of is { } of && matching.Find(variant => !HasReference(of, variant)) is { } lonely)
            mistakes.Add(map.Get("of")!, $"nothing to compare `{lonely.Condition}` under policy `{lonely.Policy}` with",
                "a condition at the same sweep point and policy, or both named");
        else if (((string?[])[expectation.Metric, expectation.Of?.Metric]).Select(metric => Blank(metric, matching)).FirstOrDefault(blank => blank is not null)
            is { } blank)
            mistakes.Add(map.Get("metric")!, blank.What, blank.Instead);
        else if (ExpectationEffects.Idle(expectation, judged, matching, !seen.Add(expectation.Text)) is { } idle)
            warnings.Add(map, idle);
    }

    /// <summary>What makes a metric blank in one of the trials, and what to give; null: nothing that is known beforehand.</summary>
    private static (string What, string Instead)? Blank(string? metric, List<TrialVariant> matching) => metric switch
    {
        "energy_j_per_image" when matching.Exists(variant => variant.Cluster.JoulesPerBit is null && !TrialCost.KnowsPower(variant.Cluster)) =>
            ($"`{metric}` is blank where nothing is known of energy", "`power` of the nodes, or `cluster.energy_per_bit`"),
        "cost_per_1000_images" when matching.Exists(variant => variant.Cluster.Nodes.All(node => node.PricePerHour is null)) =>
            ($"`{metric}` is blank where no node has a price", "`price` of the nodes"),
        _ => null,
    };

    /// <summary>Whether there is a variant that another one can be compared with: all models meet all variants.</summary>
    private bool HasReference(ExpectationReference of, TrialVariant variant)
    {
        string policy = of.Policy ?? variant.Policy, at = variant.Condition[variant.BaseCondition.Length..];
        return (of.Condition is { } named && points.Contains((policy, named))) || points.Contains((policy, (of.Condition ?? variant.BaseCondition) + at));
    }
}
