using System.Text.Json;
using LayerShuffle.Results;
using LayerShuffle.Results.Parquet;
using LayerShuffle.Runs.Options;
using Parquet;
using Parquet.Schema;

namespace LayerShuffle.Runs.Tests.Reporting;

/// <summary>What a run leaves for scripts and CI pages, whole or not.</summary>
public sealed class ReportTests(ReportTests.Swept swept) : IClassFixture<ReportTests.Swept>
{
    [Fact]
    public void Results_json_says_what_summary_csv_says_and_why_the_run_ended()
    {
        JsonElement results = Json("out");
        results.GetProperty("state").GetString().ShouldBe("done");
        results.GetProperty("exit").GetProperty("code").GetInt32().ShouldBe(1);
        results.GetProperty("exit").GetProperty("reason").GetString().ShouldBe("expectation_failed");
        JsonElement failed = results.GetProperty("expectations").EnumerateArray().First(each => !each.GetProperty("holds").GetBoolean());
        failed.GetProperty("measured").GetDouble().ShouldBeLessThan(1);
        ResultsRow[] rows = [.. ResultsReader.Rows(swept.At("out/summary.csv"))];
        JsonElement[] conditions = [.. results.GetProperty("conditions").EnumerateArray()];
        conditions.Length.ShouldBe(rows.Length);
        foreach ((ResultsRow row, JsonElement condition) in rows.Zip(conditions))
        {
            condition.GetProperty("condition").GetString().ShouldBe(row["condition"]);
            condition.GetProperty("base_condition").GetString().ShouldBe("wires");
            condition.GetProperty("swept").GetProperty("network_loss").GetString().ShouldBe(row["network_loss"]);
            condition.GetProperty("swept_values").GetProperty("network_loss_value").GetDouble().ShouldBe(Number(row["network_loss_value"]));
            JsonElement completion = condition.GetProperty("metrics").GetProperty("completion");
            completion.GetProperty("mean").GetDouble().ShouldBe(Number(row["completion_mean"]));
            completion.GetProperty("ci_low").GetDouble().ShouldBe(Number(row["completion_ci_low"]));
            condition.GetProperty("metrics").GetProperty("top1").GetProperty("mean").ValueKind.ShouldBe(JsonValueKind.Null);
        }
    }

    [Fact]
    public void An_interrupted_run_tells_what_it_has_and_judges_nothing()
    {
        using var stop = new CancellationTokenSource();
        var log = new ListedLog { Heard = line => Stop(line, stop) };
        Should.Throw<OperationCanceledException>(() => RunPlan.Load(swept.Options("half") with { Summary = swept.At("half.md") }).Execute(log, stop.Token));
        JsonElement results = Json("half");
        results.GetProperty("state").GetString().ShouldBe("interrupted");
        results.GetProperty("exit").GetProperty("code").GetInt32().ShouldBe(130);
        results.GetProperty("trials_done").GetInt32().ShouldBe(1);
        results.GetProperty("conditions").GetArrayLength().ShouldBe(1);
        results.GetProperty("expectations").EnumerateArray().ShouldAllBe(each => !each.GetProperty("judged").GetBoolean());
        string summary = File.ReadAllText(swept.At("half.md"));
        summary.ShouldStartWith("## wires: interrupted");
        summary.ShouldContain("1 of 4 trials. What follows tells of the finished ones alone, and nothing is judged.");
        summary.ShouldContain("not judged");

        RunPlan.Load(swept.Options("half") with { Output = null, Resume = swept.At("half") }).Execute();
        File.ReadAllBytes(swept.At("half/results.json")).ShouldBe(File.ReadAllBytes(swept.At("out/results.json")));
    }

    [Fact]
    public void A_run_that_finishes_nothing_still_has_its_summary()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Should.Throw<OperationCanceledException>(() => RunPlan.Load(swept.Options("none") with { Summary = swept.At("none.md") }).Execute(null, stop.Token));
        Directory.Exists(swept.At("none")).ShouldBeFalse();
        File.ReadAllText(swept.At("none.md")).ShouldContain("0 of 4 trials.");
    }

    [Fact]
    public void The_summary_is_a_table_that_names_cannot_break()
    {
        string summary = File.ReadAllText(swept.At("out.md"));
        string[] lines = summary.Split('\n');
        lines[0].ShouldBe("## wires: an expectation does not hold ❌");
        lines.ShouldContain("a \\| b &lt;i&gt; \\*c\\*");
        lines.ShouldContain("| model | condition | completed | p50 ms | p95 ms | skipped | resends |");
        lines.ShouldContain("|---|---|---:|---:|---:|---:|---:|");
        lines.Count(line => line.StartsWith("| none | wires\\[network.loss=", StringComparison.Ordinal)).ShouldBe(2);
        lines.Count(line => line.EndsWith("| ❌ fails |", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task Parquet_has_the_rows_of_CSV_with_types()
    {
        IReadOnlyList<string> files = ParquetCopy.WriteAll(swept.At("out"));
        files.Select(path => Path.GetFileName(path)).ShouldBe(["conditions.parquet", "differences.parquet", "faults.parquet", "hops.parquet",
            "links.parquet", "recovery.parquet", "requests.parquet", "summary.parquet", "training.parquet"]);
        ResultsRow[] rows = [.. ResultsReader.Rows(swept.At("out/requests.csv"))];
        using FileStream file = File.OpenRead(swept.At("out/requests.parquet"));
        await using ParquetReader reader = await ParquetReader.CreateAsync(file, cancellationToken: TestContext.Current.CancellationToken);
        DataField[] fields = reader.Schema.GetDataFields();
        fields.Select(field => field.Name).ShouldBe(rows[0].Columns);
        using ParquetRowGroupReader group = reader.OpenRowGroupReader(0);
        var requests = new long?[rows.Length];
        await group.ReadAsync<long>(fields.First(field => field.Name == "request"), requests, cancellationToken: TestContext.Current.CancellationToken);
        requests.Select(request => $"{request}").ShouldBe(rows.Select(row => row["request"]));
        var latencies = new double?[rows.Length];
        await group.ReadAsync<double>(fields.First(field => field.Name == "latency_ms"), latencies, cancellationToken: TestContext.Current.CancellationToken);
        latencies.ShouldBe(rows.Select(row => row["latency_ms"].Length == 0 ? (double?)null : Number(row["latency_ms"])));
        latencies.ShouldContain((double?)null);
        var outcomes = new string[rows.Length];
        await group.ReadAsync(fields.First(field => field.Name == "outcome"), outcomes, cancellationToken: TestContext.Current.CancellationToken);
        outcomes.ShouldBe(rows.Select(row => row["outcome"]));
    }

    private static void Stop(string line, CancellationTokenSource stop)
    {
        if (line.StartsWith("trial 1/", StringComparison.Ordinal))
            stop.Cancel();
    }

    private JsonElement Json(string folder) => JsonDocument.Parse(File.ReadAllBytes(swept.At($"{folder}/results.json"))).RootElement.Clone();

    private static double Number(string cell) => double.Parse(cell, System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>One run for all tests.</summary>
    public sealed class Swept : IDisposable
    {
        private const string Scenario = """
            name: wires
            description: "a | b <i> *c*"
            model: {architecture: none, num_hidden_layers: 4}
            cluster: {nodes: 4, compute_time: 2ms}
            network: {latency: 5ms}
            routing: {on_failure: fail, retries: 0, timeout: 40ms}
            workload: {requests: 30}
            conditions: {wires: {}}
            sweep: {network.loss: [0%, 20%]}
            repeats: 2
            expect: [{metric: completion, min: 99%}]

            """;

        private readonly Scratch scratch = new();

        /// <summary>Runs it.</summary>
        public Swept() => RunPlan.Load(Options("out") with { Summary = At("out.md") }).Execute();

        internal string At(string name) => scratch.At(name);

        internal RunOptions Options(string folder) => new() { Scenario = scratch.Write("wires.yaml", Scenario), Output = At(folder) };

        /// <inheritdoc/>
        public void Dispose() => scratch.Dispose();
    }
}
