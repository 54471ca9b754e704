using System.Globalization;
using LayerShuffle.Core.Records;
using LayerShuffle.Results.Summaries;
using LayerShuffle.Runs.Telling;

namespace LayerShuffle.Cli.Terminal;

/// <summary>Models, policies and conditions ranked by what the scenario asks for.</summary>
internal static class ObjectiveLines
{
    /// <summary>Prints the rankings.</summary>
    public static void Print(Screen output, IReadOnlyList<ResultGroup> groups, IReadOnlyList<Objective> objectives)
    {
        IReadOnlyList<ObjectiveRanking> rankings = ObjectiveRanking.Of(groups, objectives);
        if (rankings.Count == 0)
            return;
        output.WriteLine();
        string asked = string.Join(", ", objectives.Select(objective => objective.Word()));
        string how = objectives.Count == 1 ? "best first" : "those first that none beats in everything (*, the Pareto front)";
        string heading = $"By {asked}, {how}; differences to the first with their 95% intervals (Student's t over pairs):";
        foreach (string line in Wrapping.Lines(heading, output.Width, indent: 2))
            output.WriteLine(line);
        foreach (ObjectiveRanking ranking in rankings)
        {
            string kind = ranking.Alternatives.Kind switch { "policy" => "policies", "model" => "models", _ => "conditions" };
            foreach (string line in Wrapping.Lines(Printable.OneLine($"  {ranking.Alternatives.Where}: {kind}"), output.Width, indent: 4))
                output.Raw(output.Paint(line, Paint.Bold) + "\n");
            int widest = ranking.Entries.Max(entry => Printable.OneLine(entry.Name).Length);
            foreach (RankedAlternative entry in ranking.Entries)
                Print(output, entry, widest, isFirst: ReferenceEquals(entry, ranking.Entries[0]));
        }
    }

    private static void Print(Screen output, RankedAlternative entry, int widest, bool isFirst)
    {
        string mark = entry.OnFront ? "*" : " ", name = Printable.OneLine(entry.Name).PadRight(widest);
        string text = string.Create(CultureInfo.InvariantCulture, $"{entry.Rank,5}.{mark}{name}  ")
            + string.Join("; ", entry.Values.Select(value => Measured(value, isFirst)));
        foreach (string line in text.Length <= (output.Width ?? int.MaxValue) ? [text] : Wrapping.Lines(text, output.Width, indent: 7))
            output.WriteLine(line);
    }

    private static string Measured(RankedValue value, bool isFirst)
    {
        (string name, string unit, double scale) = value.Metric switch
        {
            "top1" => ("top-1", "points", 100.0),
            "completion" => ("completed", "points", 100),
            "latency_mean_ms" => ("mean latency", "ms", 1),
            "bytes_sent" => ("sent", "MB", 1e-6),
            "energy_j_per_image" => ("energy", "J an image", 1),
            _ => ("loss", "", 1),
        };
        Difference difference = value.Difference;
        string text = $"{name} {(unit == "points" ? Percent.Of(difference.Value) : difference.Value is { } known ? $"{Number(known * scale)} {unit}" : "-")}";
        if (isFirst || difference.Mean is not { } mean)
            return text;
        text += $", {Signed(mean * scale)} {unit}";
        if (difference.Ci is { Low: { } low, High: { } high })
            text += $" [{Signed(low * scale)}, {Signed(high * scale)}]";
        return text + (difference.WithinNoise ? ", within noise" : "");
    }

    private static string Number(double value) => value.ToString(Math.Abs(value) >= 100 ? "0" : "0.###", CultureInfo.InvariantCulture);

    private static string Signed(double value) => value.ToString("+0.0##;-0.0##;0", CultureInfo.InvariantCulture);
}
