using System.Globalization;
using LayerShuffle.Report.Figures;
using LayerShuffle.Report.Reading;
using LayerShuffle.Results.Summaries;

namespace LayerShuffle.Report.Page;

/// <summary>The tables of what was measured.</summary>
/// <param name="run">The run.</param>
internal sealed class ResultTables(RunFolder run)
{
    private const int MostLayers = 24, MostRows = 2000, MostModels = 6;

    /// <summary>A row per model, condition and policy.</summary>
    public PageTable Conditions()
    {
        List<PageColumn> columns = [.. Names(), .. run.HasModel ? [new PageColumn("top-1", true)] : Array.Empty<PageColumn>(),
            new("completed", true), new("p50 ms", true), new("p95 ms", true), new("skipped", true), new("resends", true), new("requests", true),
            new("repeats", true)];
        return new PageTable("conditions", "All results", columns,
            [.. run.Listed.Take(MostRows).Select(group => (IReadOnlyList<PageCell>)
            [
                .. Named(group), .. run.HasModel ? [Share(group, "top1")] : Array.Empty<PageCell>(), Share(group, "completion"),
                Number(group, "latency_p50_ms"), Number(group, "latency_p95_ms"), Number(group, "layers_skipped_mean"), Number(group, "retries"),
                Count(group.Requests), Count(group.Trials.Count),
            ])])
        {
            Note = "± is half the 95% interval; in brackets, one that is not as wide on both sides. Latencies are of completed requests; skipped are layers "
                + "lost per request, resends per trial. Means over training seeds and repeats."
                + (run.Groups.Count > MostRows ? $" The first {MostRows} of {run.Groups.Count} rows; summary.csv has all." : ""),
        };
    }

    /// <summary>The models side by side, a row for each condition and policy: which of them survives what.</summary>
    public IEnumerable<PageTable> Survival()
    {
        string[] models = [.. run.Groups.Select(group => group.Model).Distinct(StringComparer.Ordinal)];
        if (!run.HasModel || models.Length is < 2 or > MostModels || run.Groups.Count <= models.Length)
            yield break;
        var best = models.ToDictionary(model => model, model => run.Groups.Where(group => group.Model == model)
            .Max(group => run.Estimate(group, "top1").Mean), StringComparer.Ordinal);
        var rows = run.Groups.GroupBy(group => group.Condition, StringComparer.Ordinal)
            .SelectMany(condition => condition.GroupBy(group => group.Policy, StringComparer.Ordinal)).Take(MostRows).ToList();
        yield return new PageTable("survival", "Which model survives what", [new("condition"), .. run.HasPolicies ? [new("policy")] : Array.Empty<PageColumn>(),
            .. models.Select(model => new PageColumn(model, true)), new("p50 ms", true), new("p95 ms", true)],
            [.. rows.Select(row => (IReadOnlyList<PageCell>)
            [
                new(row.First().Condition), .. run.HasPolicies ? [new(row.Key)] : Array.Empty<PageCell>(),
                .. models.Select(model => row.FirstOrDefault(group => group.Model == model) is { } group ? Survives(group, best[model])
                    : new PageCell("–", "NaN")),
                Span(row, "latency_p50_ms"), Span(row, "latency_p95_ms"),
            ])])
        {
            Note = string.Create(CultureInfo.InvariantCulture, $"Top-1 accuracy with its 95% interval. ▼: more than {100 * Sentences.NearBest:0} points ")
                + "below the best that the model comes to in this run. Latencies are of completed requests; where models differ, from the fastest "
                + "to the slowest.",
        };
    }

    private PageCell Survives(ResultGroup group, double? best)
    {
        var cell = Share(group, "top1");
        return run.Estimate(group, "top1").Mean < best - Sentences.NearBest ? cell with { Text = cell.Text + " ▼", Mood = "bad" } : cell;
    }

    /// <summary>What several models come to: one value, or from the least to the most.</summary>
    private PageCell Span(IEnumerable<ResultGroup> groups, string metric)
    {
        double[] values = [.. groups.Select(group => run.Estimate(group, metric).Mean).OfType<double>().Order()];
        if (values.Length == 0)
            return new PageCell("–", "NaN");
        var (low, high) = (Words.Number(values[0]), Words.Number(values[^1]));
        return new PageCell(low == high ? low : $"{low} to {high}", Sort(values[^1]));
    }

    /// <summary>What results cost, where anything is known of it.</summary>
    public IEnumerable<PageTable> Costs()
    {
        string[] costs = [.. ((string[])["bytes_per_image", "energy_j_per_image", "flops_per_image", "cost_per_1000_images", "goodput_images_per_s",
            "throughput_images_per_s"]).Where(cost => run.Groups.Any(group => run.Estimate(group, cost).Mean is not null))];
        if (costs.Length == 0)
            yield break;
        var choice = TradeOffFigures.IsChoice(run);
        var best = TradeOffFigures.OnFronts(run, "latency_p95_ms");
        yield return new PageTable("costs", "What it costs, and how much is answered",
            [.. Names(), .. costs.Select(cost => new PageColumn(Words.Name(cost), true)), .. choice ? [new("on the front")] : Array.Empty<PageColumn>()],
            [.. run.Listed.Take(MostRows).Select(group => (IReadOnlyList<PageCell>)
            [
                .. Named(group), .. costs.Select(cost => Number(group, cost)),
                .. choice ? [best.Contains(group) ? new PageCell("yes", "", "good") : new PageCell("")] : Array.Empty<PageCell>(),
            ])])
        {
            Note = !choice ? "" : $"On the front: no {(run.HasPolicies ? "policy" : "model")} under the same condition is both better and faster "
                + "(95th percentile), by the means; whether a difference is more than noise, "
                + (run.HasPolicies ? "the ranking below says." : "the intervals above say."),
        };
    }

    /// <summary>How policies rank, where there are several.</summary>
    public IEnumerable<PageTable> Ranking()
    {
        if (!run.HasPolicies)
            yield break;
        var rows = new List<IReadOnlyList<PageCell>>();
        foreach (var ranking in PolicyRanking.Of(run.Groups))
        {
            foreach (var policy in ranking.Policies)
            {
                var share = policy.Metric != "latency_mean_ms";
                var verdict = policy.Rank == 1 ? "best" : policy.WithinNoise ? "within noise of the best"
                    : policy.Difference is null ? "not compared" : "worse";
                rows.Add([.. run.HasModel ? [new(ranking.Model)] : Array.Empty<PageCell>(), new(ranking.Condition), Count(policy.Rank),
                    new(policy.Policy), new(Words.Name(policy.Metric)),
                    new(Words.Value(policy.Metric, policy.Value), Sort(policy.Value)), new(Difference(policy.Difference, share), Sort(policy.Difference)),
                    new(Between(policy, share)), new(verdict, "", verdict switch { "best" => "good", "worse" => "bad", _ => "" })]);
            }
        }

        yield return new PageTable("ranking", "Policies, best first", [.. run.HasModel ? [new("model")] : Array.Empty<PageColumn>(), new("condition"),
            new("rank", true), new("policy"), new("by"), new("value", true), new("difference to the best", true), new("95% interval"), new("verdict")], rows)
        {
            Note = "Differences are paired by training seed, repeat and request: policies meet the same luck. Within noise: the interval holds 0.",
        };
    }

    /// <summary>Quantiles of latency.</summary>
    public PageTable Latency()
    {
        string[] metrics = ["latency_mean_ms", "latency_p50_ms", "latency_p95_ms", "latency_p99_ms"];
        return new PageTable("latencies", "Latency of completed requests, ms",
            [.. Names(), new("mean", true), new("p50", true), new("p95", true), new("p99", true)],
            [.. run.Listed.Take(MostRows).Select(group => (IReadOnlyList<PageCell>)[.. Named(group), .. metrics.Select(metric => Ranged(group, metric))])])
        {
            Note = "In brackets: 95% intervals; – where there are too few requests for that end of one.",
        };
    }

    /// <summary>Which layers were executed where, and which were lost.</summary>
    public IEnumerable<PageTable> Layers()
    {
        var groups = run.Listed.Where(group => run.Layers.TryGetValue(group, out var use) && use.Completed > 0).Take(MostRows).ToList();
        int[] layers = [.. groups.SelectMany(group => run.Layers[group].Layers).Distinct().Order()];
        if (groups.Count == 0 || layers.Length == 0)
            yield break;
        int[] shown = [.. layers.Take(MostLayers)];
        yield return new PageTable("orders", "Orders",
            [.. Names(), new("in ascending order", true), new("executed", true), new("lost", true), new("mean place of each layer")],
            [.. groups.Select(group => (IReadOnlyList<PageCell>)[.. Named(group), .. Order(run.Layers[group], shown)])])
        {
            Note = "The mean place of a layer is where requests executed it on average, counted from 0: in ascending order it is the layer's own number.",
        };
        if (groups.All(group => run.Layers[group].Skipped.Count == 0))
            yield break;
        yield return new PageTable("lost", "Share of completed requests that lost each layer",
            [.. Names(), .. shown.Select(layer => new PageColumn(string.Create(CultureInfo.InvariantCulture, $"layer {layer}"), true))],
            [.. groups.Select(group => (IReadOnlyList<PageCell>)[.. Named(group), .. shown.Select(layer => Lost(run.Layers[group], layer))])])
        {
            Note = layers.Length > shown.Length ? $"The first {shown.Length} of {layers.Length} layers." : "",
        };
    }

    /// <summary>What layers are worth, and what dead nodes cost.</summary>
    public IEnumerable<PageTable> Worth()
    {
        if (run.Probes.Count > 0)
            yield return new PageTable("probes", "Probes of layers",
                [new("model"), new("layer", true), new("probe"), new("position"), new("value", true), new("top-1", true)],
                [.. run.Probes.Take(MostRows).Select(probe => (IReadOnlyList<PageCell>)
                [
                    new(probe.Model), new(probe.Layer, probe.Layer), new(probe.Probe), new(probe.Position), new(Words.Number(probe.Value), Sort(probe.Value)),
                    new(Words.Percent(probe.Top1), Sort(probe.Top1)),
                ])]);
        if (run.Importance.Count > 0)
            yield return new PageTable("worth", "What the expected accuracy owes to each", [new("model"), new("condition"), new("policy"), new("kind"),
                new("which"), new("up", true), new("top-1 where up", true), new("top-1 where down", true), new("importance", true)],
                [.. run.Importance.Take(MostRows).Select(row => (IReadOnlyList<PageCell>)
                [
                    new(row.Model), new(row.Condition), new(row.Policy), new(row.Kind), new(row.Target), new(Words.Percent(row.Probability),
                    Sort(row.Probability)), new(Words.Percent(row.Up), Sort(row.Up)), new(Words.Percent(row.Down), Sort(row.Down)),
                    new(Words.Percent(row.Value, row.Low, row.High), Sort(row.Value)),
                ])])
            {
                Note = "Importance (Birnbaum's) is the accuracy where it is up less that where it is down; of `expected` it is the expected accuracy itself.",
            };
        if (run.Reliability.Count > 0)
            yield return new PageTable("dead", "Sets of dead nodes", [new("model"), new("condition"), new("policy"), new("dead"), new("nodes", true),
                new("probability", true), new("top-1", true)],
                [.. run.Reliability.Take(MostRows).Select(set => (IReadOnlyList<PageCell>)
                [
                    new(set.Model), new(set.Condition), new(set.Policy), new(set.Set.Length > 0 ? set.Set : "none"), Count(set.NodesDown),
                    new(Words.Number(set.Probability), Sort(set.Probability)), new(Words.Percent(set.Top1), Sort(set.Top1)),
                ])]);
    }

    private static IEnumerable<PageCell> Order(LayerUse use, int[] layers)
    {
        yield return new(Words.Percent((double)use.InOrder / use.Completed), Sort((double)use.InOrder / use.Completed));
        var (executed, lost) = ((double)use.Executed.Values.Sum() / use.Completed, (double)use.Skipped.Values.Sum() / use.Completed);
        yield return new(Words.Number(executed), Sort(executed));
        yield return new(Words.Number(lost), Sort(lost));
        var places = layers.Select(layer =>
        {
            var at = use.Executed.Where(pair => pair.Key.Layer == layer).ToList();
            var count = at.Sum(pair => pair.Value);
            return count == 0 ? "–" : Words.Number((double)at.Sum(pair => pair.Key.Position * pair.Value) / count);
        });
        yield return new(string.Join("  ", places));
    }

    private static PageCell Lost(LayerUse use, int layer)
    {
        var share = (double)use.Skipped.GetValueOrDefault(layer) / use.Completed;
        return new PageCell(Words.Percent(share), Sort(share));
    }

    private List<PageColumn> Names() => [.. run.HasModel ? [new PageColumn("model")] : Array.Empty<PageColumn>(), new PageColumn("condition"),
        .. run.HasPolicies ? [new PageColumn("policy")] : Array.Empty<PageColumn>()];

    private List<PageCell> Named(ResultGroup group) => [.. run.HasModel ? [new PageCell(group.Model)] : Array.Empty<PageCell>(), new PageCell(group.Condition),
        .. run.HasPolicies ? [new PageCell(group.Policy)] : Array.Empty<PageCell>()];

    private PageCell Share(ResultGroup group, string metric)
    {
        var estimate = run.Estimate(group, metric);
        return new PageCell(Words.Percent(estimate.Mean, estimate.Low, estimate.High), Sort(estimate.Mean));
    }

    private PageCell Number(ResultGroup group, string metric)
    {
        var mean = run.Estimate(group, metric).Mean;
        return new PageCell(Words.Number(mean), Sort(mean));
    }

    private PageCell Ranged(ResultGroup group, string metric)
    {
        var estimate = run.Estimate(group, metric);
        return new PageCell(Words.Number(estimate.Mean) + (estimate.Mean is null || (estimate.Low is null && estimate.High is null) ? ""
            : $" [{Words.Number(estimate.Low)} to {Words.Number(estimate.High)}]"), Sort(estimate.Mean));
    }

    private static PageCell Count(long number) => new(Words.Count(number), number.ToString(CultureInfo.InvariantCulture));

    private static string Difference(double? difference, bool share) => difference is not { } value ? "–"
        : Signed(value, share) + (share ? " points" : " ms");

    private static string Signed(double value, bool share) => share ? (100 * value).ToString("+0.0;−0.0;0.0", CultureInfo.InvariantCulture)
        : value.ToString("+0.##;−0.##;0", CultureInfo.InvariantCulture);

    private static string Between(RankedPolicy policy, bool share) =>
        policy.Ci is { Low: { } low, High: { } high } && policy.Rank > 1 ? $"{Signed(low, share)} to {Difference(high, share)}" : "";

    /// <summary>What a cell is sorted by: a number, or what stands behind all numbers.</summary>
    private static string Sort(double? value) => value is { } number ? number.ToString("R", CultureInfo.InvariantCulture) : "NaN";
}
