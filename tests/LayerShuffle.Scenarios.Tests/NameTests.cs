using LayerShuffle.Scenarios.Binding;
using LayerShuffle.Scenarios.Language;

namespace LayerShuffle.Scenarios.Tests;

/// <summary>Names and swept keys as columns hold them.</summary>
public class NameTests
{
    [Theory]
    [InlineData("null")]
    [InlineData("NULL")]
    [InlineData("nan")]
    [InlineData("NaN")]
    [InlineData("NA")]
    [InlineData("na")]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("true")]
    [InlineData("False")]
    [InlineData("inf")]
    public void What_readers_of_CSV_take_for_missing_is_no_name(string name)
    {
        foreach ((string text, string path) in ((string, string)[])
        [
            ($"models: {{{name}: {{}}}}", "models"), ($"conditions: {{{name}: {{}}}}", "conditions"), ($"policies: {{{name}: {{}}}}", "policies"),
            ($"faults: {{{name}: {{kind: crash, nodes: all, at: 0s}}}}", "faults"), ($"cluster: {{nodes: {{{name}: {{}}}}}}", "cluster.nodes"),
        ])
        {
            Some.Mistakes(Some.Minimal + text + "\n")
                .ShouldContain(mistake => mistake.Contains($"{path}.{name}: `{name}` cannot be a name: readers of CSV take it for a missing value or a number"),
                text);
        }
    }

    [Fact]
    public void Names_that_hold_such_a_word_are_fine() =>
        Some.Valid("name: null-model\ndataset: {kind: shapes}\nmodels: {nano: , none-such: {variant: layerdrop}}\nconditions: {NA-1: }\n")
            .Conditions[0].BaseCondition.ShouldBe("NA-1");

    [Fact]
    public void The_scenario_itself_has_such_a_name_neither() => Some.Mistakes("name: nan\ndataset: {kind: shapes}\n").ShouldHaveSingleItem()
        .ShouldStartWith("s.yaml:1:7: name: `nan` cannot be a name");

    [Fact]
    public void Two_swept_keys_that_would_be_one_column_are_a_mistake() =>
        Some.Mistakes(Some.Minimal
            + "faults: {a-b: {kind: crash, nodes: all, at: 0s}, a_b: {kind: crash, nodes: all, at: 0s}}\nsweep: {faults.a-b.at: [1s, 2s], faults.a_b.at: [1s, "
            + "2s]}\n").ShouldHaveSingleItem()
            .ShouldStartWith("s.yaml:4:34: sweep.faults.a_b.at: `faults.a_b.at` and `faults.a-b.at` would both be the column `faults_a_b_at` of the results");

    [Theory]
    [InlineData("network.loss", "5%", 0.05)]
    [InlineData("network.loss", "0.05", 0.05)]
    [InlineData("network.latency", "20ms", 0.02)]
    [InlineData("network.latency.mean", "250us", 0.00025)]
    [InlineData("network.bandwidth", "100Mbps", 1e8)]
    [InlineData("network.bandwidth", "12MB/s", 96e6)]
    [InlineData("network.bandwidth", "unlimited", null)]
    [InlineData("routing.order", "arbitrary", null)]
    [InlineData("routing.retries", "3", 3.0)]
    [InlineData("routing.timeout", "auto", null)]
    [InlineData("routing.timeout", "1m", 60.0)]
    [InlineData("workload.arrivals.rate", "50/s", 50.0)]
    [InlineData("cluster.nodes", "8", 8.0)]
    [InlineData("cluster.nodes.a.memory", "2GB", 2e9)]
    [InlineData("network.keep_order", "true", null)]
    [InlineData("network.loss", "null", null)]
    public void Swept_values_are_numbers_in_SI_units(string key, string text, double? number) => SweptNumber.Of(key, text).ShouldBe(number);

    [Theory]
    [InlineData("~/data")]
    [InlineData("$HOME/data")]
    [InlineData("${HOME}/data")]
    public void The_home_folder_may_begin_a_path(string path)
    {
        string home = Environment.GetEnvironmentVariable("HOME") ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        Some.Valid($"name: x\ndataset: {{kind: cifar10, path: \"{path}\"}}\n").Dataset!.Path.ShouldBe(Path.Join(home, "data"));
        Some.Valid("name: x\ndataset: {kind: cifar10, path: here}\n", "dataset.path=" + path).Dataset!.Path.ShouldBe(Path.Join(home, "data"));
        Some.Valid($"name: x\ndataset: {{kind: shapes}}\nmodels: {{a: {{checkpoint: \"{path}\"}}}}\n").Models[0].Checkpoint.ShouldBe(Path.Join(home, "data"));
    }

    [Theory]
    [InlineData("~other/data", "/data/~other/data")]
    [InlineData("a/~/b", "/data/a/~/b")]
    [InlineData("$HOMES/x", "/data/$HOMES/x")]
    public void Nothing_else_is_taken_for_it(string path, string resolved) => ScenarioPath.Resolve("/data", path).ShouldBe(resolved);

    [Fact]
    public void Every_metric_of_the_summary_can_be_expected()
    {
        foreach (string metric in Core.Records.MetricCatalogue.Summarised)
            Metric.Find(metric).ShouldNotBeNull(metric);
        Some.Valid(Some.Minimal + "expect: [{metric: completion, min: 95%}]\n").Expectations[0].Min.ShouldBe(0.95);
    }
}
