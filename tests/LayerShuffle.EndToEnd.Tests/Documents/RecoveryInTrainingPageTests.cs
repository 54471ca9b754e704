using System.Globalization;
using LayerShuffle.Results;

namespace LayerShuffle.EndToEnd.Tests.Documents;

/// <summary>The page on layers that are lost in training says what the files beside it say, and these are of the scenario as it is.</summary>
public sealed class RecoveryInTrainingPageTests
{
    private const string Kept = "results/reference/recovery-in-training", Scenario = "scenarios/recovery-in-training.yaml";

    private static readonly string[] Methods = ["checkpoint", "neighbours", "neighbours_weighted", "copy", "zero", "random", "none", "kept"];
    private static readonly string[] Models = ["baseline", "shuffled"];

    [Fact]
    public void The_table_is_what_was_measured()
    {
        Dictionary<string, string[]> rows = Pages.Read($"{Kept}/README.md").Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => line.Trim().Trim('|').Split('|').Select(cell => cell.Trim()).ToArray())
            .ToDictionary(cells => cells[0].Trim('`'), cells => cells[1..]);
        rows.Keys.ShouldBe(Methods);
        foreach (string method in Methods)
        {
            Dictionary<string, string>[] outages = Csv(method, "recovery.csv"), epochs = Csv(method, "training.csv");
            string[] cells = rows[method];
            cells[0].ShouldBe(string.Join(" or ", outages.Select(row => row["steps_lost"]).Distinct().Order(StringComparer.Ordinal)), method);
            for (int i = 0; i < Models.Length; i++)
            {
                string[] regained = [.. outages.Where(row => row["model"] == Models[i]).OrderBy(row => row["training_seed"], StringComparer.Ordinal)
                    .Select(row => row["steps_to_regain"] is { Length: > 0 } steps ? steps : "never")];
                regained.Length.ShouldBe(3);
                cells[1 + i].ShouldBe(string.Join(", ", regained), $"{method}, {Models[i]}");
                string column = i == 0 ? "top1_sequential" : "top1_arbitrary";
                double top1 = epochs.Where(row => row["model"] == Models[i]).Average(row => double.Parse(row[column], CultureInfo.InvariantCulture));
                cells[3 + i].ShouldBe(string.Create(CultureInfo.InvariantCulture, $"{100 * top1:0.0}%"), $"{method}, {Models[i]}");
            }
        }
    }

    [Fact]
    public void The_files_are_of_the_scenario_as_it_is()
    {
        string scenario = Pages.Read(Scenario);
        foreach (string method in Methods)
        {
            scenario.ShouldContain(method == "kept" ? "faults.amnesia.weights=keep" : method);
            foreach (Dictionary<string, string> row in Csv(method, "recovery.csv"))
            {
                (row["fault"], row["target"], row["down_ms"]).ShouldBe(("amnesia", "node-3", "400"));
                scenario.ShouldContain($"{row["fault"]}: {{kind: crash, nodes: [{row["target"]}], at: {row["down_ms"]}ms,");
            }
        }
    }

    private static Dictionary<string, string>[] Csv(string method, string file)
    {
        string path = Pages.At($"{Kept}/{method}/{file}");
        IReadOnlyList<string> columns = ResultsReader.Columns(path);
        return [.. ResultsReader.Rows(path).Select(row => columns.ToDictionary(column => column, column => row[column]))];
    }
}
