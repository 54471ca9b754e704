using System.Globalization;
using LayerShuffle.Results.Summaries;
using Spectre.Console;

namespace LayerShuffle.Cli.Running;

/// <summary>The table of conditions at the end of a run.</summary>
internal static class ConditionTable
{
    public static void Print(TextWriter output, IReadOnlyList<ResultGroup> groups)
    {
        bool policies = groups.Any(g => g.Policy != "default"), accuracy = groups.Any(g => g.HasModel);
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumn("model").AddColumn("condition");
        if (policies)
            table.AddColumn("policy");
        if (accuracy)
            table.AddColumn(Right("top-1"));
        foreach (string name in new[] { "completed", "p50 ms", "p95 ms", "skipped", "resends" })
            table.AddColumn(Right(name));
        foreach (ResultGroup group in groups)
        {
            List<string> cells = [group.Model, group.Condition];
            if (policies)
                cells.Add(group.Policy);
            if (accuracy)
                cells.Add(Accuracy(group));
            cells.AddRange([Percent.Of(Mean(group, "completion")), Number(Mean(group, "latency_p50_ms")), Number(Mean(group, "latency_p95_ms")), Number(Mean(group, "layers_skipped_mean")), Number(Mean(group, "retries"))]);
            table.AddRow([.. cells.Select(Markup.Escape)]);
        }

        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output), Ansi = AnsiSupport.Detect });
        if (Console.IsOutputRedirected || !ReferenceEquals(output, Console.Out))
            console.Profile.Width = 160;
        console.Write(table);
        SummaryTable summary = SummaryTable.Of(groups);
        foreach (PolicyRanking ranking in summary.Rankings.Where(ranking => ranking.Policies.Count > 1))
            output.WriteLine($"Policies for {ranking.Model} in {ranking.Condition}: {string.Join("; ", ranking.Policies.Select(Rank))}");
        foreach (WeakResult warning in summary.Warnings)
            output.WriteLine($"warning: {warning.Message}");
    }

    private static string Rank(RankedPolicy policy)
    {
        string text = $"{policy.Rank}. {policy.Policy} ({policy.Metric} {policy.Value?.ToString("0.####", CultureInfo.InvariantCulture) ?? "-"}";
        if (policy.Difference is { } difference)
            text += string.Create(CultureInfo.InvariantCulture, $", {difference:+0.####;-0.####;0} to the best{(policy.WithinNoise ? ", within noise" : "")}");
        return text + ")";
    }

    private static TableColumn Right(string name) => new TableColumn(name).RightAligned();

    private static string Accuracy(ResultGroup group)
    {
        MetricSummary top1 = MetricSummary.Of(group, "top1");
        string text = Percent.Of(top1.Mean);
        return top1.Ci is { Low: { } low, High: { } high } ? text + (100 * (high - low) / 2).ToString(" '±' 0.0", CultureInfo.InvariantCulture) : text;
    }

    private static double? Mean(ResultGroup group, string metric) => MetricSummary.Of(group, metric).Mean;

    private static string Number(double? value) => value is { } v ? v.ToString(v >= 100 ? "0" : "0.##", CultureInfo.InvariantCulture) : "-";
}
