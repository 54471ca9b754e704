using System.Text;
using CsCheck;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Time;
using LayerShuffle.Scenarios.Traces;

namespace LayerShuffle.Scenarios.Tests;

/// <summary>Files that tell when nodes were up and down, in three formats; and files that are none.</summary>
public sealed class NodeTraceTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("layershuffle-traces-").FullName;

    [Fact]
    public void Our_own_format_names_nodes_which_are_up_until_it_says_otherwise() =>
        Told("csv", "# by hand\ntime_ms,node,up\n0,node-2,0\n1500,node-1,down\n1500,node-2,1\n1600,node-2,true\n2000,node-1,up\n3000,node-1,false\n").ShouldBe(
        [
            "node-2 0-1500", "node-1 1500-2000", "node-1 3000-",
        ]);

    [Fact]
    public void Its_columns_may_stand_in_any_order_and_count_seconds() =>
        Told("csv", "\uFEFFwhy,up,node,time_s\r\nspot , 0 , node-1 , 0.25\r\n\r\nspot,1,node-1,1e0\r\n").ShouldBe(["node-1 250-1000"]);

    [Fact]
    public void Bamboos_instances_take_the_first_free_place_and_time_begins_with_the_first_line()
    {
        NodeTrace trace = Parse("bamboo", "480000,add,a\n480000,add,b\n540000,add,c\n600000,remove,a\n"
            + "660000,remove,b\n660000,add,d\n700000,add,e\n720000,remove,c\n");
        trace.Places.ShouldBe(3);
        Told(trace).ShouldBe(["2 0-60000", "0 120000-180000", "1 180000-220000", "2 240000-"]);
    }

    [Fact]
    public void A_place_that_is_taken_at_once_loses_what_it_had() =>
        Told("bamboo", "0,add,a\n5,remove,a\n5,add,b\n").ShouldBe(["0 5-5"]);

    [Fact]
    public void Skypilots_zeros_and_ones_take_all_nodes_together()
    {
        NodeTrace trace = Parse("skypilot", """{"metadata": {"gap_seconds": 10}, "data": [1, 0, 0, 1, 0]}""");
        trace.Places.ShouldBeNull();
        Told(trace).ShouldBe(["all 10000-30000", "all 40000-"]);
    }

    [Fact]
    public void Skypilots_numbers_say_how_many_are_up()
    {
        NodeTrace trace = Parse("skypilot", """{"data": [3, 1, 2, 0], "metadata": {"zone": {"name": "a"}, "gap_seconds": 0.5}, "more": [{}]}""");
        trace.Places.ShouldBe(3);
        Told(trace).ShouldBe(["1 500-1000", "2 500-", "0 1500-", "1 1500-"]);
    }

    [Theory]
    [InlineData("csv", "", "t: it has no header with the columns `time_ms`")]
    [InlineData("csv", "time_ms,up\n0,1\n", "t:1: the header is not one with")]
    [InlineData("csv", "time_ms,time_s,node,up\n", "t:1: the header is not one with")]
    [InlineData("csv", "# x\n\ntime_ms,node,up\n0,node-1\n", "t:4: 2 fields where the header has more")]
    [InlineData("csv", "time_ms,node,up\n1,node-1,maybe\n", "t:2: `maybe` is neither 1 (up) nor 0 (down)")]
    [InlineData("csv", "time_ms,node,up\n5,node-1,0\n4,node-1,1\n", "t:3: it is earlier than the line before")]
    [InlineData("csv", "time_ms,node,up\n-5,node-1,0\n", "t:2: `-5` is not a time")]
    [InlineData("csv", "time_ms,node,up\nNaN,node-1,0\n", "t:2: `NaN` is not a time")]
    [InlineData("csv", "time_ms,node,up\n1e300,node-1,0\n", "t:2: `1e300` is not a time")]
    [InlineData("csv", "time_ms,node,up\n5,,0\n", "t:2: a node without a name")]
    [InlineData("bamboo", "", "t: it has no line")]
    [InlineData("bamboo", "1,add\n", "t:1: 2 fields where `ms,add|remove,node` belongs")]
    [InlineData("bamboo", "1,add,a\n2,add,a\n", "t:2: `a` is added, and is there already")]
    [InlineData("bamboo", "1,add,a\n2,remove,b\n", "t:2: `b` is removed, and is not there")]
    [InlineData("bamboo", "1,add,a\n2,stop,a\n", "t:2: `stop` is neither `add` nor `remove`")]
    [InlineData("skypilot", "", "t:1: it is not JSON")]
    [InlineData("skypilot", "[]", "t:1: it is no JSON object")]
    [InlineData("skypilot", "{\n\"metadata\": {\"gap_seconds\": 0},\n\"data\": [1]}", "t:2: `gap_seconds` is no number of seconds")]
    [InlineData("skypilot", "{\"metadata\": {},\n\"data\": [1]}", "t: it has no `metadata.gap_seconds`")]
    [InlineData("skypilot", "{\"metadata\": {\"gap_seconds\": 1}}", "t: it has no `data`")]
    [InlineData("skypilot", "{\"metadata\": {\"gap_seconds\": 1}, \"data\": []}", "t: it has no `data`")]
    [InlineData("skypilot", "{\"metadata\": {\"gap_seconds\": 1},\n\"data\": [1,\n2.5]}", "t:3: value 2 of `data` is no number of nodes")]
    [InlineData("skypilot", "{\"metadata\": {\"gap_seconds\": 1},\n\"data\": [1,\n-1]}", "t:3: value 2 of `data` is no number of nodes")]
    [InlineData("skypilot", "{\"metadata\": {\"gap_seconds\": 1},\n\"data\": {}}", "t:2: `data` is no list")]
    [InlineData("skypilot", "{\"metadata\": {\"gap_seconds\": 1},\n\"data\": [1", "t:2: it is not JSON")]
    public void What_is_wrong_is_said_with_its_line(string format, string text, string expected)
    {
        string path = Path.Combine(folder, "t");
        File.WriteAllText(path, text);
        (NodeTrace? trace, string? problem) = NodeTraceFile.Load(path, format);
        trace.ShouldBeNull();
        problem.ShouldNotBeNull().Replace(path, "t", StringComparison.Ordinal).ShouldStartWith(expected);
    }

    [Fact]
    public void Bytes_that_are_no_text_and_files_that_are_not_there_are_said()
    {
        string path = Path.Combine(folder, "bytes");
        File.WriteAllBytes(path, [0xff, 0xfe, 0x00, 0x31]);
        NodeTraceFile.Load(path, "csv").Problem.ShouldNotBeNull().ShouldEndWith("it is not text in UTF-8");
        NodeTraceFile.Load(Path.Combine(folder, "none"), "bamboo").Problem.ShouldNotBeNull().ShouldContain("cannot be read");
        NodeTraceFile.Load(folder, "bamboo").Problem.ShouldNotBeNull().ShouldContain("cannot be read");
    }

    /// <summary>Whatever a file holds, it is a trace whose outages are in order and do not overlap, or it is told where it is none.</summary>
    [Fact]
    public void Damaged_traces_never_crash()
    {
        string[] sources = ["time_ms,node,up\n0,node-1,0\n10,node-1,1\n20,node-2,0\n", "0,add,a\n1,add,b\n5,remove,a\n9,add,c\n",
            "{\"metadata\": {\"gap_seconds\": 1}, \"data\": [1, 0, 2, 3, 0, 1]}"];
        string[] formats = ["csv", "bamboo", "skypilot"],
            pieces = ["0", "-1", "1e99", ",", "\n", "\"", "[", "}", "add", "remove", "\0", "a", "é", "{", "99999999999", "#"];
        Gen<(double Place, int Length, int Piece)> damage = Gen.Select(Gen.Double[0, 1], Gen.Int[0, 6], Gen.Int[0, pieces.Length - 1]);
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 2], damage.Array[0, 4]).Sample((source, format, damages) =>
        {
            string text = sources[source];
            foreach ((double place, int length, int piece) in damages)
            {
                int at = (int)(place * text.Length);
                text = text[..at] + pieces[piece] + text[Math.Min(text.Length, at + length)..];
            }

            Check(Encoding.UTF8.GetBytes(text), formats[format]);
        }, iter: 3000);
        Gen.Select(Gen.Byte.Array[0, 40], Gen.Int[0, 2]).Sample((bytes, format) => Check(bytes, formats[format]), iter: 3000);
    }

    [Fact]
    public void A_trace_that_a_scenario_names_is_read_beside_it_and_played_at_its_speed()
    {
        File.WriteAllText(Path.Combine(folder, "spot.csv"), "0,add,a\n60000,remove,a\n120000,add,b\n");
        const string Text = "name: x\nmodel: none\nworkload: {requests: 5}\ncluster: {nodes: 2}\n"
            + "faults: {spot: {kind: trace, file: spot.csv, format: bamboo, speed: 60, nodes: [node-1]}}\n";
        var fault = (TraceFault)Loading.ScenarioLoader.Parse(Text, "s.yaml", folder).Scenario.ShouldNotBeNull().Conditions[0].Faults.Single();
        fault.Trace.Outages.Single().ShouldBe(new TraceOutage(null, 0, Duration.FromSeconds(1), Duration.FromSeconds(2)));
        fault.At.ShouldBe(Duration.Zero);
        File.WriteAllText(Path.Combine(folder, "bad.csv"), "0,add,a\n60000,remove,b\n");
        Loading.ScenarioLoader.Parse(Text.Replace("spot.csv", "bad.csv", StringComparison.Ordinal), "s.yaml", folder).Mistakes.Single().ToString()
            .ShouldStartWith($"s.yaml:5:36: faults.spot.file: {Path.Combine(folder, "bad.csv")}:2: `b` is removed, and is not there");
        File.WriteAllText(Path.Combine(folder, "named.csv"), "time_ms,node,up\n0,node-9,0\n");
        Loading.ScenarioLoader.Parse(Text.Replace("spot.csv, format: bamboo", "named.csv", StringComparison.Ordinal), "s.yaml", folder)
            .Mistakes.Single().ToString().ShouldContain("the trace tells of `node-9`, and there is no such node");
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static void Check(byte[] bytes, string format)
    {
        NodeTrace trace;
        try
        {
            trace = NodeTraceFile.Parse(bytes, format);
        }
        catch (TraceException wrong)
        {
            wrong.Line.ShouldBeGreaterThanOrEqualTo(0);
            wrong.Message.ShouldNotBeEmpty();
            return;
        }

        foreach (var node in trace.Outages.GroupBy(outage => (outage.Node, outage.Place)))
            node.Zip(node.Skip(1)).All(pair => pair.First.To <= pair.Second.From).ShouldBeTrue();
        trace.Outages.All(outage => outage.To == null || outage.From <= outage.To).ShouldBeTrue();
    }

    private static NodeTrace Parse(string format, string text) => NodeTraceFile.Parse(Encoding.UTF8.GetBytes(text), format);

    private static string[] Told(string format, string text) => Told(Parse(format, text));

    private static string[] Told(NodeTrace trace) => [.. trace.Outages.Select(outage => FormattableString.Invariant(
        $"{outage.Node ?? (outage.Place < 0 ? "all" : $"{outage.Place}")} {outage.From.TotalMilliseconds}-{outage.To?.TotalMilliseconds}"))];
}
