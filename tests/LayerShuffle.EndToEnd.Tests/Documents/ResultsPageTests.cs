using System.Text.RegularExpressions;

namespace LayerShuffle.EndToEnd.Tests.Documents;

/// <summary>results/README.md explains the columns that the program writes, all of them and no others.</summary>
public sealed partial class ResultsPageTests : IDisposable
{
    private static readonly string[] First = ["trial", "model", "training_seed", "policy", "condition", "repeat"];
    private static readonly string[] Endings = ["_mean", "_std_seeds", "_std_repeats", "_ci_low", "_ci_high", "_n"];

    private readonly Workplace place = new();

    [Fact]
    public void Columns_are_those_that_a_run_writes()
    {
        string scenario = place.Write("wires.yaml", TinyScenario.Network + "sweep: {network.loss: [0%, 1%]}\n");
        Pages.Program("run", scenario, "--output", place.At("out")).Code.ShouldBe(0);
        string[] files = [.. Directory.GetFiles(place.At("out"), "*.csv")];
        files.Length.ShouldBe(9);
        foreach (string path in files)
        {
            string file = Path.GetFileName(path), section = Section(file);
            string[] columns = File.ReadLines(path).First().Split(',');
            string[] own = [.. columns.Except(First).Where(column => !column.StartsWith("network_loss", StringComparison.Ordinal))];
            string[] explained = [.. Rows(section).SelectMany(Names).Except(Endings).Except(First)];
            if (file == "summary.csv")
                own = [.. own.Select(Metric).Distinct()];
            foreach (string column in own)
                Names(section).ShouldContain(column, $"results/README.md says nothing of {column} in {file}");
            foreach (string column in explained)
                columns.ShouldContain(column, $"{file} has no column {column}");
        }

        foreach (string column in First)
            Rows(Section("**The first columns**")).ShouldContain(row => row.Contains($"`{column}`", StringComparison.Ordinal));
    }

    [Fact]
    public void Files_are_those_that_a_run_writes()
    {
        string page = Pages.Read("results/README.md");
        Pages.Program("run", place.Write("wires.yaml", TinyScenario.Network), "--output", place.At("out")).Code.ShouldBe(0);
        foreach (string file in Directory.GetFileSystemEntries(place.At("out")).Select(path => Path.GetFileName(path)!))
            page.ShouldMatch($@"(?m)^(## {Regex.Escape(file)}:|\| `{Regex.Escape(file)}` \|)", $"results/README.md does not explain {file}");
    }

    public void Dispose() => place.Dispose();

    /// <summary>What stands under a file's heading, or under a line of its own.</summary>
    private static string Section(string title)
    {
        string page = Pages.Read("results/README.md");
        int start = page.IndexOf(title.StartsWith("**", StringComparison.Ordinal) ? title : $"## {title}:", StringComparison.Ordinal);
        start.ShouldBeGreaterThan(0, title);
        int end = page.IndexOf("\n## ", start + 1, StringComparison.Ordinal);
        return page[start..end];
    }

    /// <summary>The metric that a column of the summary is of.</summary>
    private static string Metric(string column) =>
        Endings.Aggregate(column, (name, ending) => name.EndsWith(ending, StringComparison.Ordinal) ? name[..^ending.Length] : name);

    private static IEnumerable<string> Names(string text) => Code().Matches(text).Select(match => match.Groups["code"].Value);

    /// <summary>The first cells of the rows of its tables.</summary>
    private static string[] Rows(string section) => [.. Row().Matches(section).Select(match => match.Groups["cell"].Value)];

    [GeneratedRegex(@"^\| (?<cell>`[^|]*) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("`(?<code>[a-z0-9_]+)`")]
    private static partial Regex Code();
}
