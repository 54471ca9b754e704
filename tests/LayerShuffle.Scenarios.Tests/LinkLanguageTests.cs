using LayerShuffle.Core.Distributions;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Scenarios.Tests;

/// <summary>What is written of links is what they do.</summary>
public sealed class LinkLanguageTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("layershuffle-links-").FullName;

    [Fact]
    public void A_gilbert_elliott_loss_is_read()
    {
        LinkConditions link = Link("loss: {model: gilbert-elliott, p: 2%, r: 20%, loss_bad: 80%, loss_good: 1%, first: 2}");
        link.LossChain.ShouldBe(new LossChain(LossKind.GilbertElliott) { P = 0.02, R = 0.2, LossBad = 0.8, LossGood = 0.01 });
        link.Loss.ShouldBe(((0.2 * 0.01) + (0.02 * 0.8)) / 0.22, 1e-12);
        link.LoseFirst.ShouldBe(2);
    }

    [Fact]
    public void Netems_four_states_are_read_with_its_defaults() =>
        Link("loss: {model: markov, p13: 1%, p31: 20%}").LossChain.ShouldBe(new LossChain(LossKind.Markov) { P13 = 0.01, P31 = 0.2, P23 = 1 });

    [Fact]
    public void A_correlated_loss_is_read() => Link("loss: {model: bernoulli, probability: 1%, correlation: 30%}").LossChain
        .ShouldBe(new LossChain(LossKind.Correlated) { P = 0.01, R = 0.3 });

    [Fact]
    public void The_first_alone_are_lost()
    {
        LinkConditions link = Link("loss: {first: 3}");
        (link.Loss, link.LossChain, link.LoseFirst).ShouldBe((0, null, 3));
    }

    [Fact]
    public void Reordering_and_queues_are_read()
    {
        LinkConditions link = Link("latency: 5ms, bandwidth: 1MB/s, queue: {limit: 64KB, drop: random}, reorder: {probability: 25%, correlation: 50%, gap: 5}");
        (link.Reorder, link.ReorderPattern, link.Queue).ShouldBe((0.25, new ReorderPattern(0.5, 5), new QueueSpec(64_000, null, QueueDrop.Random)));
        Link("bandwidth: 1MB/s, queue: {limit: 8}").Queue.ShouldBe(new QueueSpec(null, 8, QueueDrop.Tail));
        Link("latency: 5ms, reorder: {probability: 25%}").ReorderPattern.ShouldBeNull();
    }

    [Fact]
    public void Latencies_that_follow_one_another_are_read()
    {
        DelayDistribution latency = Link("latency: {distribution: paretonormal, mean: 20ms, stddev: 5ms, correlation: 50%}").Latency;
        latency.ShouldBe(new DelayDistribution(DelayKind.ParetoNormal, Ms(20), Ms(5), default, null) { Correlation = 0.5 });
    }

    [Theory]
    [InlineData("rtt_ms\n10\n30\n20\n", "")]
    [InlineData("time,rtt_us\n1,10000\n2,30000\n3,\n4,20000\n", ", column: rtt_us")]
    [InlineData("what\n10ms\n30ms\n0.02s\n", "")]
    public void A_measured_latency_is_read_beside_the_scenario(string csv, string column)
    {
        File.WriteAllText(Path.Combine(folder, "rtt.csv"), csv);
        DelayDistribution latency = Link("latency: {distribution: empirical, file: rtt.csv" + column + "}").Latency;
        latency.Quantiles.ShouldBe(QuantileTable.OfSample([Ms(10), Ms(20), Ms(30)]));
        latency.Mean.ShouldBe(Ms(20));
    }

    [Theory]
    [InlineData("a,b\n1,2\n", "", "has 2 columns: name one with `column`; it has a, b")]
    [InlineData("a\n1\n", ", column: c", "has no column `c`; it has a")]
    [InlineData("a\n1\n", "", "line 2: a bare number where a unit is needed (`1`; a column whose name ends with _ms has numbers of milliseconds)")]
    [InlineData("a_ms\n-1\n", "", "line 2: a duration cannot be negative")]
    [InlineData("a_ms\n", "", "has no value in its column a_ms")]
    [InlineData("", "", "has no header")]
    public void What_is_wrong_with_a_file_is_told(string csv, string column, string problem)
    {
        File.WriteAllText(Path.Combine(folder, "rtt.csv"), csv);
        Loading.ScenarioLoader.Parse(Text("latency: {distribution: empirical, file: rtt.csv" + column + "}"), "s.yaml", folder).Mistakes.Single().ToString()
            .ShouldContain(problem);
    }

    [Fact]
    public void A_long_measurement_becomes_a_table_of_ten_thousand_steps()
    {
        File.WriteAllLines(Path.Combine(folder, "rtt.csv"), Enumerable.Range(0, 50_001).Select(i => $"{i}").Prepend("rtt_us"));
        QuantileTable table = Link("latency: {distribution: empirical, file: rtt.csv}").Latency.Quantiles.ShouldNotBeNull();
        table.Points.Count.ShouldBe(10_001);
        table.At(0.5).ShouldBe(25_000_000, 1);
    }

    [Fact]
    public void The_scenario_that_is_kept_says_where_the_file_lies()
    {
        File.WriteAllText(Path.Combine(folder, "rtt.csv"), "rtt_ms\n10\n");
        Loading.ScenarioLoadResult result = Loading.ScenarioLoader.Parse(
            "name: x\nmodel: none\nworkload: {requests: 1}\n"
            + "conditions: {far: {network: {links: [{from: all, to: all, latency: {distribution: empirical, file: rtt.csv}}]}}}\n",
            "s.yaml", folder);
        result.Mistakes.ShouldBeEmpty();
        result.EffectiveYaml.ShouldContain(Path.Combine(folder, "rtt.csv"));
    }

    public void Dispose() => Directory.Delete(folder, true);

    private static Duration Ms(double milliseconds) => Duration.FromMilliseconds(milliseconds);

    private static string Text(string network) => $"name: x\nmodel: none\ncluster: {{nodes: 2}}\nnetwork: {{{network}}}\nworkload: {{requests: 1}}\n";

    private LinkConditions Link(string network)
    {
        Loading.ScenarioLoadResult result = Loading.ScenarioLoader.Parse(Text(network), "s.yaml", folder);
        result.Mistakes.ShouldBeEmpty();
        return result.Scenario.ShouldNotBeNull().Conditions[0].Network.Default;
    }
}
