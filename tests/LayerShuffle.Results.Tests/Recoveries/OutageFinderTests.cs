using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Records;
using LayerShuffle.Results.Recoveries;

namespace LayerShuffle.Results.Tests.Recoveries;

/// <summary>Ledgers by hand, and the outages that they tell of: target, fault, down, detected, serving.</summary>
public sealed class OutageFinderTests
{
    [Fact]
    public void A_crash_is_an_outage_until_the_node_is_back() => Found(
        Row(100, "node-1", "began"), Row(140, "node-1", "detected_down"), Row(400, "node-1", "restarted"),
        Row(900, "node-1", "began"))
        .ShouldBe(["node-1 f 100 140 400", "node-1 f 900 - -"]);

    [Fact]
    public void A_crash_within_a_crash_is_none_of_its_own() => Found(
        Row(100, "node-1", "began"), Row(200, "node-1", "already_down", "g"), Row(400, "node-1", "still_down"), Row(500, "node-1", "restarted", "g"))
        .ShouldBe(["node-1 f 100 - 500"]);

    [Fact]
    public void Who_is_noticed_when_it_is_back_was_noticed() => Found(
        Row(100, "node-1", "began"), Row(120, "node-1", "restarted"), Row(140, "node-1", "detected_down")).ShouldBe(["node-1 f 100 140 120"]);

    [Fact]
    public void Deaths_are_noticed_in_their_order() => Found(
        Row(100, "node-1", "began"), Row(110, "node-1", "restarted"), Row(120, "node-1", "began"), Row(140, "node-1", "detected_down"),
        Row(160, "node-1", "detected_down")).ShouldBe(["node-1 f 100 140 110", "node-1 f 120 160 -"]);

    [Fact]
    public void Others_may_serve_its_layers_before_it_is_back()
    {
        Found(Row(100, "node-1", "began"), Placed(250, "node-1", "rehosted 0 on node-2, 3 on node-3"), Row(400, "node-1", "restarted"))
            .ShouldBe(["node-1 f 100 - 250"]);
        Found(Row(100, "node-1", "began"), Placed(250, "node-1", "rehosted 0 on node-2"),
            Placed(250, "node-1", "not rehosted: layer 3 (28 MB) fits on no survivor"),
            Row(400, "node-1", "restarted")).ShouldBe(["node-1 f 100 - 400"]);
    }

    [Fact]
    public void Without_its_weights_it_does_not_serve()
    {
        Found(Row(100, "node-1", "began"), Row(400, "node-1", "restarted"), Placed(400, "node-1", "lost layers 0 3"),
            Placed(460, "node-1", "restored layers 0 3 (neighbours)")).ShouldBe(["node-1 f 100 - 460"]);
        Found(Row(100, "node-1", "began"), Row(400, "node-1", "restarted"), Placed(400, "node-1", "lost layers 0 3"),
            Placed(460, "node-1", "restored layer 3 (copy)")).ShouldBe(["node-1 f 100 - -"]);
    }

    [Fact]
    public void A_worker_that_ends_by_itself_is_an_outage_without_a_fault() => Found(
        Process(0, "node-3", "absent"), Process(100, "node-1", "died (signal 9)"), Row(130, "node-1", "detected_down", ""),
        Process(400, "node-1", "respawned"), Process(600, "node-3", "joined"))
        .ShouldBe(["node-3  0 - 600", "node-1  100 130 400"]);

    [Fact]
    public void Pauses_slowdowns_and_cut_links_are_no_outages() => Found(
        new LedgerEntry(Sample.At(1), "f", "pause", "node-1", "began"), new LedgerEntry(Sample.At(2), "f", "slowdown", "node-1", "began"),
        new LedgerEntry(Sample.At(3), "f", "partition", "node-1 | rest", "began")).ShouldBeEmpty();

    [Fact]
    public void A_domain_is_out_while_all_of_its_nodes_are()
    {
        FailureDomain[] domains = [new("rack", ["node-1", "node-2"]), new("shelf", ["node-3"])];
        LedgerEntry[] rows =
        [
            Row(100, "node-1", "began"), Row(150, "node-1", "detected_down"), Row(200, "node-2", "began", "g"), Row(230, "node-2", "detected_down", "g"),
            Row(300, "node-2", "restarted", "g"), Row(350, "node-2", "began", "g"), Row(400, "node-1", "restarted"), Row(500, "node-3", "began"),
        ];
        Text(OutageFinder.Of(rows, domains)).ShouldBe(
            ["node-1 f 100 150 400", "node-2 g 200 230 300", "rack g 200 230 300", "node-2 g 350 - -", "rack g 350 - 400", "node-3 f 500 - -"]);
    }

    [Fact]
    public void A_domain_that_fails_as_one_has_one_outage() => Text(OutageFinder.Of(
        [Row(100, "node-1", "began"), Row(100, "node-2", "began"), Row(400, "node-1", "restarted"), Row(400, "node-2", "restarted")],
        [new FailureDomain("rack", ["node-1", "node-2"])])).ShouldBe(["node-1 f 100 - 400", "node-2 f 100 - 400", "rack f 100 - 400"]);

    /// <summary>What strikes every few milliseconds for a day makes very many outages; looking through all of them for each took minutes.</summary>
    [Fact]
    public void So_many_outages_are_found_as_well()
    {
        const int Days = 40_000;
        IEnumerable<LedgerEntry> One(int day) =>
        [
            Row((100.0 * day) + 0, "node-1", "began"), Row((100.0 * day) + 20, "node-2", "began"), Row((100.0 * day) + 40, "node-3", "began"),
            Row((100.0 * day) + 50, "node-1", "restarted"), Row((100.0 * day) + 60, "node-2", "restarted"), Row((100.0 * day) + 80, "node-3", "restarted"),
        ];
        IReadOnlyList<OutageRecord> outages = OutageFinder.Of([.. Enumerable.Range(0, Days).SelectMany(One)],
            [new FailureDomain("all", ["node-1", "node-2", "node-3"])]);
        outages.Count.ShouldBe(4 * Days);
        string[] last = Text([.. outages.TakeLast(4)]);
        last.ShouldBe(["node-1 f 3999900 - 3999950", "node-2 f 3999920 - 3999960", "node-3 f 3999940 - 3999980", "all f 3999940 - 3999950"]);
    }

    private static string[] Found(params LedgerEntry[] rows) => Text(OutageFinder.Of(rows, []));

    private static string[] Text(IReadOnlyList<OutageRecord> outages) => [.. outages.Select(one => FormattableString.Invariant(
        $"{one.Target} {one.Fault} {one.Down.TotalMilliseconds} {Or(one.Detected?.TotalMilliseconds)} {Or(one.Serving?.TotalMilliseconds)}"))];

    private static string Or(double? value) => value is { } number ? number.ToString(System.Globalization.CultureInfo.InvariantCulture) : "-";

    private static LedgerEntry Row(double at, string node, string effect, string fault = "f") => new(Sample.At(at), fault, "crash", node, effect);

    private static LedgerEntry Placed(double at, string node, string effect) => new(Sample.At(at), "", "placement", node, effect);

    private static LedgerEntry Process(double at, string node, string effect) => new(Sample.At(at), "", "process", node, effect);
}
