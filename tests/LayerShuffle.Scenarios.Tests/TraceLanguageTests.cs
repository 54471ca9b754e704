using System.Globalization;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Time;
using LayerShuffle.Core.Workloads;
using LayerShuffle.Scenarios.Loading;
using LayerShuffle.Scenarios.Specs;

namespace LayerShuffle.Scenarios.Tests;

/// <summary>Traces of links and arrivals: what a file says, what is wrong with it, where it does nothing.</summary>
public sealed class TraceLanguageTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("layershuffle-traces-").FullName;

    [Fact]
    public void Conditions_over_time_are_read_and_a_blank_cell_leaves_what_stood_before()
    {
        Write("t.csv", "time_ms,comment,loss,latency_ms,bandwidth_bps,up\n1700000000000,a,0.01,20,8000000,1\n\n"
            + "1700000000500,b,5%,,0,0\n1700000001250.5,c,1,30.5,16e6,up\n");
        LinkTrace trace = Trace("file: t.csv, repeat: false, offset: 2s");
        trace.Table.Points.ShouldBe(
        [
            new(default, Ms(20), 0.01, 1e6, true, 0), new(Ms(500), Ms(20), 0.05, 0, false, 0), new(Ms(1250.5), Ms(30.5), 1, 2e6, true, 0),
        ]);
        (trace.Repeat, trace.Offset).ShouldBe((false, Duration.FromSeconds(2)));
    }

    [Fact]
    public void Mahimahis_format_is_read()
    {
        Write("t.up", "0\n3\n3\n\n7\n7\n7\n");
        LinkTrace trace = Trace("file: t.up, format: mahimahi, offset: random");
        trace.Table.IsPackets.ShouldBeTrue();
        trace.Table.Points.Select(point => (point.At, point.Packets)).ShouldBe([(default, 1), (Ms(3), 2), (Ms(7), 3)]);
        (trace.Repeat, trace.Offset).ShouldBe((true, null));
    }

    [Fact]
    public void Exceptions_have_traces_of_their_own_or_none()
    {
        Write("t.csv", "time_ms,loss\n0,0.5\n");
        NetworkSpec network = Variant("cluster: {nodes: 2}\nnetwork: {trace: {file: t.csv}, links: [{from: node-1, to: all, trace: none}, "
            + "{from: node-2, to: coordinator, "
            + "trace: {file: t.csv, offset: 1s}}]}").Network;
        network.Default.With(network.Links[0].Set).Trace.ShouldBeNull();
        network.Default.With(network.Links[1].Set).Trace.ShouldNotBeNull().Offset.ShouldBe(Duration.FromSeconds(1));
        network.Default.Trace.ShouldNotBeNull().ShouldBe(network.Links[1].Set.Trace! with { Offset = Duration.Zero });
    }

    [Theory]
    [InlineData("a,loss\n0,0.5\n", "1: there is no column `time_ms`; there are a, loss")]
    [InlineData("time_ms,los\n0,0.5\n", "1: there is none of the columns latency_ms, loss, bandwidth_bps, up; there are time_ms, los")]
    [InlineData("", "1: there is no column `time_ms`; there are none")]
    [InlineData("time_ms,loss\n", "1: there is no row below the header")]
    [InlineData("time_ms,loss\n0,0.5\nx,0.5\n", "3: `time_ms`: `x` is not a number")]
    [InlineData("time_ms,loss\n0,0.5\n\n10,1.5\n", "4: `loss`: a probability of 1.5 is impossible")]
    [InlineData("time_ms,loss\n0,0.5\n10,150%\n", "3: `loss`: a probability of 150% is impossible")]
    [InlineData("time_ms,loss\n10,0.5\n10,0.5\n", "3: `time_ms` does not rise")]
    [InlineData("time_ms,latency_ms\n0,-5\n", "2: `latency_ms`: -5 is negative")]
    [InlineData("time_ms,bandwidth_bps\n0,fast\n", "2: `bandwidth_bps`: `fast` is not a number")]
    [InlineData("time_ms,up\n0,maybe\n", "2: `up`: `maybe` is not 1 or 0")]
    [InlineData("time_ms,up\n0,1\n,1\n", "3: `time_ms`: nothing is written here")]
    public void What_is_wrong_with_a_csv_file_is_told_with_its_line(string csv, string problem)
    {
        Write("t.csv", csv);
        Mistake("network: {trace: {file: t.csv}}").ShouldStartWith($"s.yaml:4:25: network.trace.file: {Path.Combine(folder, "t.csv")}:{problem}");
    }

    [Theory]
    [InlineData("1\n2\nx\n", "3: `x` is not a whole number of milliseconds")]
    [InlineData("1\n2.5\n", "2: `2.5` is not a whole number of milliseconds")]
    [InlineData("5\n4\n", "2: 4 comes after 5: opportunities stand in their order")]
    [InlineData("0\n0\n", "2: a trace of packets ends later than at 0")]
    [InlineData("", "1: a trace has at least one point")]
    public void What_is_wrong_with_a_mahimahi_file_is_told_with_its_line(string text, string problem)
    {
        Write("t.up", text);
        Mistake("network: {trace: {file: t.up, format: mahimahi}}")
            .ShouldStartWith($"s.yaml:4:25: network.trace.file: {Path.Combine(folder, "t.up")}:{problem}");
    }

    [Theory]
    [InlineData("time_ms,bandwidth_bps\n0,0\n10,5\n", "", "its bandwidth is 0 all the time")]
    [InlineData("time_ms,bandwidth_bps\n0,5\n10,0\n", ", repeat: false", "its bandwidth is 0 from its end on")]
    public void A_link_that_nothing_would_pass_any_more_is_a_mistake(string csv, string repeat, string problem)
    {
        Write("t.csv", csv);
        Mistake($"network: {{trace: {{file: t.csv{repeat}}}}}").ShouldContain(problem);
    }

    [Fact]
    public void Files_that_are_not_there_and_mahimahi_that_ends_are_mistakes()
    {
        Write("t.up", "1\n");
        Mistake("network: {trace: {file: no.csv}}").ShouldContain("no.csv cannot be read: ");
        Mistake("network: {trace: {file: t.up, format: mahimahi, repeat: false}}")
            .ShouldStartWith("s.yaml:4:57: network.trace.repeat: at the end of a Mahimahi trace");
        Mistake("network: {trace: {format: mahimahi}}").ShouldContain("missing key `file`");
        Mistake("faults: {f: {kind: link, from: all, to: all, at: 0s, set: {trace: none}}}").ShouldContain("unknown key `trace`");
    }

    [Fact]
    public void Arrivals_are_read_and_say_how_many_requests_there_are()
    {
        Write("a.csv", "user,time_s\nx,100.5\ny,101\nz,101\n\nw,102.25\n");
        WorkloadSpec workload = Variant("workload: {arrivals: {trace: a.csv}}").Workload;
        (workload.Requests, workload.Arrivals.Kind).ShouldBe((4, ArrivalKind.Trace));
        workload.Arrivals.Times!.Nanoseconds.ShouldBe([0, 500_000_000, 500_000_000, 1_750_000_000]);
        Variant("workload: {requests: 2, arrivals: {trace: a.csv}}").Workload.Requests.ShouldBe(2);
        Mistake("workload: {requests: 5, arrivals: {trace: a.csv}}").ShouldContain("5 requests, but the trace has 4 arrivals");
        Mistake("workload: {arrivals: {trace: a.csv, rate: 5/s}}").ShouldContain("a `trace` says when requests arrive, and nothing else does");
        Mistake("workload: {arrivals: {trace: a.csv, process: uniform}}").ShouldContain("a `trace` says when requests arrive");
    }

    [Theory]
    [InlineData("time_ms\n0\nx\n", "3: `time_ms`: `x` is not a number")]
    [InlineData("time_ms\n5\n4\n", "3: `time_ms` falls: arrivals stand in their order")]
    [InlineData("when\n5\n", "1: there is no column `time_ms` (or `time_s`, `time_us`, `time_ns`); there are when")]
    [InlineData("time_ms\n", "1: there is no row below the header")]
    public void What_is_wrong_with_arrivals_is_told_with_its_line(string csv, string problem)
    {
        Write("a.csv", csv);
        Mistake("workload: {arrivals: {trace: a.csv}}").ShouldStartWith($"s.yaml:4:30: workload.arrivals.trace: {Path.Combine(folder, "a.csv")}:{problem}");
    }

    [Fact]
    public void What_a_trace_replaces_all_the_time_is_warned_about_and_so_is_an_end_that_is_never_reached()
    {
        Write("t.csv", "time_ms,latency_ms,loss,bandwidth_bps\n0,5,,1e6\n60000,6,0.5,1e6\n");
        Warnings("network: {latency: 5ms, loss: 1%, bandwidth: 1Mbps, trace: {file: t.csv}}").ShouldBe(["network.latency", "network.bandwidth"]);
        Warnings("network: {trace: {file: t.csv, repeat: false}}\nworkload: {requests: 2, deadline: 1s}").ShouldBe(["network.trace.repeat"]);
        Warnings("network: {trace: {file: t.csv, repeat: false}}\nworkload: {requests: 2, deadline: 60s}").ShouldBeEmpty();
        Write("o.csv", "time_ms,latency_ms\n7,5\n");
        Warnings("network: {trace: {file: o.csv, offset: random}}").ShouldBe(["network.trace.offset"]);
    }

    [Fact]
    public void On_the_wall_clock_traces_that_are_too_long_for_a_message_are_refused()
    {
        Write("long.csv", "time_ms,latency_ms\n" + string.Join('\n', Enumerable.Range(0, 60_000).Select(i => $"{i},5")) + "\n");
        Mistake("clock: wall\nnetwork: {trace: {file: long.csv}}")
            .ShouldContain("the traces take up to 2.4 MB: on the wall clock every worker is told of them");
        ScenarioLoader.Parse(Text("network: {trace: {file: long.csv}}"), "s.yaml", folder).Mistakes.ShouldBeEmpty();
    }

    [Fact]
    public void The_scenario_that_is_kept_says_where_the_files_lie()
    {
        Write("t.csv", "time_ms,loss\n0,0.5\n");
        Write("a.csv", "time_ms\n0\n");
        string kept = ScenarioLoader.Parse(Text("network: {trace: {file: t.csv}}\nworkload: {arrivals: {trace: a.csv}}"), "s.yaml", folder).EffectiveYaml;
        kept.ShouldContain(Path.Combine(folder, "t.csv"));
        kept.ShouldContain(Path.Combine(folder, "a.csv"));
    }

    [Fact]
    public void The_samples_are_what_their_rules_make()
    {
        string[] lte = [.. Enumerable.Range(0, 121).Select(k => string.Create(CultureInfo.InvariantCulture,
            $"{500 * k},{Math.Round(30 + (15 * Wave(k, 40, Math.Cos)))},{(k % 40 is >= 28 and <= 31 ? "0.08" : "0.005")},"
                + $"{Math.Round(12e6 + (8e6 * Wave(k, 40, Math.Sin)) + (3e6 * Wave(k, 7, Math.Sin)))},{(k is 60 or 61 ? 0 : 1)}"))
            .Prepend("time_ms,latency_ms,loss,bandwidth_bps,up")];
        Sample("lte.csv").ShouldBe(lte);
        List<string> cellular = [];
        double packets = 0.5;
        for (int t = 1; t <= 10_000; t++)
        {
            for (packets += 0.6 + (0.5 * Wave(t, 5000, Math.Sin)); packets >= 1; packets--)
                cellular.Add($"{t}");
        }

        Sample("cellular.mahimahi").ShouldBe(cellular);
        Sample("arrivals.csv").ShouldBe(Enumerable.Range(0, 300).Select(i => $"{(200 * (i / 5)) + (4 * (i % 5))}").Prepend("time_ms"));

        static double Wave(int k, double period, Func<double, double> of) => of(2 * Math.PI * k / period);
    }

    [Fact]
    public void The_samples_of_nodes_are_what_their_rules_make()
    {
        Sample("nodes.csv").ShouldBe(Enumerable.Range(1, 4)
            .SelectMany(k => (string[])[$"{8 * k},node-{k},0", $"{(8 * k) + 4},node-{k},1"]).Prepend("time_s,node,up"));
        Sample("spot-bamboo.csv").ShouldBe([
            .. Enumerable.Range(1, 4).Select(k => $"480000,add,node{k}"),
            .. Enumerable.Range(1, 10).Where(k => 8 + (4 * k) < 52)
                .SelectMany(k => (string[])[$"{60_000 * (8 + (4 * k))},remove,node{k}", $"{60_000 * (9 + (4 * k))},add,node{k + 4}"])]);
        string minutes = string.Join(", ", Enumerable.Range(0, 40).Select(k => k % 8 == 3 ? 0 : 1));
        string.Concat(Sample("zone-skypilot.json")).ShouldEndWith($"\"data\": [{minutes}]}}");
    }

    [Fact]
    public void Each_sample_of_an_order_has_every_layer_once()
    {
        string[][] rows = [.. Sample("orders.csv").Skip(1).Select(line => line.Split(','))];
        rows.Length.ShouldBe(40);
        rows.ShouldAllBe(row => string.Concat($"{row[2]} {row[3]}".Split(' ', StringSplitOptions.RemoveEmptyEntries).Order()) == "01234567");
        rows.Select(row => row[0]).ShouldBe(Enumerable.Range(0, 40).Select(i => $"{i}"));
    }

    public void Dispose() => Directory.Delete(folder, true);

    /// <summary>The lines of a sample, but for its comments.</summary>
    private static string[] Sample(string file) =>
        [.. File.ReadAllLines(Path.Combine(Some.Root, "scenarios", "traces", file)).Where(line => !line.StartsWith('#'))];

    private static Duration Ms(double milliseconds) => Duration.FromMilliseconds(milliseconds);

    private static string Text(string text) =>
        $"name: x\nmodel: none\n{(text.Contains("workload", StringComparison.Ordinal) ? "seed: 1" : "workload: {requests: 50}")}\n{text}\n";

    private void Write(string file, string text) => File.WriteAllText(Path.Combine(folder, file), text);

    private TrialVariant Variant(string text)
    {
        ScenarioLoadResult result = ScenarioLoader.Parse(Text(text), "s.yaml", folder);
        result.Mistakes.ShouldBeEmpty(string.Join("\n", result.Mistakes));
        return result.Scenario.ShouldNotBeNull().Conditions[0];
    }

    private LinkTrace Trace(string text) => Variant($"network: {{trace: {{{text}}}}}").Network.Default.Trace.ShouldNotBeNull();

    private string Mistake(string text) => ScenarioLoader.Parse(Text(text), "s.yaml", folder).Mistakes.ShouldHaveSingleItem().ToString();

    private string[] Warnings(string text)
    {
        ScenarioLoadResult result = ScenarioLoader.Parse(Text(text), "s.yaml", folder);
        result.Mistakes.ShouldBeEmpty(string.Join("\n", result.Mistakes));
        return [.. result.Warnings.Select(warning => warning.KeyPath)];
    }
}
