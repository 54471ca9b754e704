using LayerShuffle.Results;
using LayerShuffle.Runs.Failures;

namespace LayerShuffle.Cli.Tests;

/// <summary><c>compare</c> and <c>explain</c>, as a user has them.</summary>
public sealed class CompareTests(CompareTests.Two runs) : IClassFixture<CompareTests.Two>
{
    [Fact]
    public void A_run_is_the_same_as_itself()
    {
        runs.Cli.Run("compare", runs.First, runs.First, "--fail-on", "worse").ShouldBe(ExitCodes.Done, runs.Cli.Error);
        runs.Cli.Output.ShouldContain("12 differences: 0 better, 0 worse, 0 within noise, 12 the same, 0 unknown (fewer than two pairs).");
        runs.Cli.Output.ShouldNotContain("note:");
    }

    [Fact]
    public void A_worse_network_is_worse_beyond_noise_and_fails_where_that_is_asked_for()
    {
        string csv = runs.Cli.At("differences.csv"), html = runs.Cli.At("differences.html");
        runs.Cli.Run("compare", runs.First, runs.Second, "--output", csv, "--html", html).ShouldBe(ExitCodes.Done, runs.Cli.Error);
        runs.Cli.Output.ShouldContain("note: other scenario: network.loss 2% → 30%.");
        runs.Cli.Output.Split('\n').Where(line => line.Length > 80 && !line.StartsWith("Differences are", StringComparison.Ordinal)
            && !line.StartsWith("12 differences", StringComparison.Ordinal) && !line.Contains(runs.Cli.Folder, StringComparison.Ordinal)).ShouldBeEmpty();
        ResultsRow[] rows = [.. ResultsReader.Rows(csv)];
        rows.Length.ShouldBe(12);
        ResultsRow completion = rows.First(row => row["metric"] == "completion");
        (completion["unit"], completion["n"], completion["verdict"]).ShouldBe(("trials", "6", "worse"));
        double.Parse(completion["ci_high"], System.Globalization.CultureInfo.InvariantCulture).ShouldBeLessThan(0);
        rows.First(row => row["metric"] == "throughput_images_per_s")["verdict"].ShouldBe("worse");
        string page = File.ReadAllText(html);
        page.ShouldContain("<td class=\"worse\">worse</td>");
        page.ShouldContain("&lt;b&gt;&amp;second");
        page.ShouldNotContain("<b>");
        page.ShouldNotContain("http"); // it needs no other file
        runs.Cli.Run("compare", runs.First, runs.Second, "--fail-on", "worse").ShouldBe(ExitCodes.ExpectationFailed);
        runs.Cli.Run("compare", runs.Second, runs.First, "--fail-on", "worse", "--metric", "completion").ShouldBe(ExitCodes.Done);
        runs.Cli.Output.ShouldContain("2 differences: 2 better");
    }

    [Fact]
    public void Other_seeds_are_said()
    {
        runs.Cli.Run("run", runs.Scenario, "--seed", "9", "--output", runs.Cli.At("other")).ShouldBe(ExitCodes.Done, runs.Cli.Error);
        runs.Cli.Run("compare", runs.First, runs.Cli.At("other")).ShouldBe(ExitCodes.Done, runs.Cli.Error);
        runs.Cli.Output.ShouldContain("note: other seed: 3 and 9: they met other luck");
    }

    [Fact]
    public void What_cannot_be_compared_is_said()
    {
        runs.Cli.Run("compare", runs.First).ShouldBe(ExitCodes.Invalid);
        runs.Cli.Error.ShouldContain("Name two folders or more");
        runs.Cli.Run("compare", runs.First, runs.Cli.Folder).ShouldBe(ExitCodes.Invalid);
        runs.Cli.Error.ShouldContain("holds no results");
        runs.Cli.Run("compare", runs.First, runs.Second, "--fail-on", "wors").ShouldBe(ExitCodes.Invalid);
        runs.Cli.Error.ShouldContain("expected worse");
    }

    [Fact]
    public void A_journey_is_explained_and_the_choice_is_listed_where_several_are_meant()
    {
        runs.Cli.Run("explain", runs.First, "--request", "1").ShouldBe(ExitCodes.Invalid);
        runs.Cli.Error.ShouldContain("12 trials have a request 1. Choose by --condition plain, other; --repeat 0, 1, 2, 3, 4, 5.");
        runs.Cli.Run("explain", runs.First, "--request", "1", "--condition", "plain", "--repeat", "2").ShouldBe(ExitCodes.Done, runs.Cli.Error);
        runs.Cli.Output.ShouldStartWith("Request 1 of trial 2: none / default / plain, repeat 2");
        runs.Cli.Output.ShouldContain("Where its time went:");
        runs.Cli.Run("explain", runs.First, "--request", "1", "--condition", "plain", "--repeat", "2", "--without", "x").ShouldBe(ExitCodes.Invalid);
        runs.Cli.Error.ShouldContain("--without x: the trial has no such fault; it has none");
    }

    /// <summary>A run of a good and of a bad network.</summary>
    public sealed class Two : IDisposable
    {
        private const string Yaml = """
            name: two
            seed: 3
            model: {architecture: none, num_hidden_layers: 3}
            cluster: {nodes: 3, compute_time: 2ms}
            network: {latency: 5ms, loss: 2%}
            routing: {on_failure: fail, retries: 0, timeout: 40ms}
            conditions: {plain: {}, other: {}}
            workload: {requests: 30}
            repeats: 6

            """;

        /// <summary>Runs them.</summary>
        public Two()
        {
            Scenario = Cli.Write("two.yaml", Yaml);
            Cli.Run("run", Scenario, "--output", First).ShouldBe(ExitCodes.Done, Cli.Error);
            Cli.Run("run", Scenario, "--output", Second, "--set", "network.loss=30%").ShouldBe(ExitCodes.Done, Cli.Error);
        }

        internal Cli Cli { get; } = new();

        internal string Scenario { get; }

        internal string First => Cli.At("first");

        internal string Second => Cli.At("<b>&second"); // names of folders may hold anything

        /// <inheritdoc/>
        public void Dispose() => Cli.Dispose();
    }
}
