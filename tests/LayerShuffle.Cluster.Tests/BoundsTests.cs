using LayerShuffle.Actors.Models;
using LayerShuffle.Actors.Tracing;
using LayerShuffle.Cluster.Tests.Serialization;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Trials;
using LayerShuffle.Core.Workloads;
using LayerShuffle.Simulation;
using static LayerShuffle.Cluster.Tests.TrialBuilder;

namespace LayerShuffle.Cluster.Tests;

/// <summary>Memory goes by nodes, by links in use and by requests in flight: not by all links, nor by all requests.</summary>
[Collection(AloneCollection.Name)]
public class BoundsTests
{
    private static readonly RoutingSpec Skip = new() { Order = OrderKind.Arbitrary, Retries = 1, Timeout = Ms(15) };

    private static IReadOnlyList<FaultSpec> Trouble =>
    [
        new CrashFault("a", Ms(500), NodeSelector.Of("node-1", "node-3"), Ms(150)),
        new PartitionFault("b", Ms(900), [["node-1", "node-2"], ["node-4", "coordinator"]], Ms(200)),
        new PauseFault("c", Ms(1300), NodeSelector.Of("node-2"), Ms(200)),
        new CrashFault("d", Ms(1350), NodeSelector.Of("node-2"), Ms(100)),
        new PauseFault("e", Ms(1700), NodeSelector.Of("node-4"), Ms(250)),
    ];

    private static TrialSpec Rough(int requests, int trace = int.MaxValue) => Spec(
        Link(4, 0.15, duplicate: 0.15, reorder: 0.2) with { Corrupt = 0.1 }, Skip, 3, requests, nodes: 4, deadlineMs: 150, trace: trace, faults: Trouble,
        arrivals: new ArrivalSpec(ArrivalKind.Poisson, 0, 100));

    [Fact]
    public void Ten_thousand_nodes_hold_what_a_few_requests_use()
    {
        using var system = new VirtualActorSystem();
        var model = new SizesOnlyModel(12, Tokens, Hidden);
        TrialSpec spec = Spec(Link(5), Skip, 1, requests: 5, nodes: 10_000,
            faults: [new PartitionFault("cut", Ms(20), [["node-1"], ["node-2", "node-3"]], null)]);
        long before = GC.GetTotalMemory(forceFullCollection: true), held = 0;
        TrialRecord trial = new VirtualTrialRunner(system).Run(spec, model, 1000, outcome =>
        {
            if (outcome.Request == 4)
                held = GC.GetTotalMemory(forceFullCollection: true) - before;
        });
        trial.Links.Count.ShouldBeInRange(13, 5 * 26);
        trial.Links.ShouldAllBe(link => link.MessagesSent + link.ControlMessages > 0);
        held.ShouldBeLessThan(200_000_000); // 20 kB a node; two bytes for each link would be as much
    }

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(20)]
    [InlineData(0)]
    public void Rows_that_come_while_the_trial_runs_are_those_of_its_end(int trace)
    {
        TrialSpec spec = Rough(300, trace);
        TrialRecord whole = Run(spec, null);
        var rows = new Rows();
        TrialRecord rest = Run(spec, rows);
        rest.Requests.ShouldBeEmpty();
        rest.Hops.ShouldBeEmpty();
        rows.Requests.Select(Text).ShouldBe(whole.Requests.Select(Text));
        rows.Hops.ShouldBe(whole.Hops);
        rest.ResultsSuperseded.ShouldBe(whole.ResultsSuperseded);
        whole.ResultsSuperseded.ShouldBeGreaterThan(0);
        if (trace > 20)
            rows.HopsBeforeRequest(250).ShouldBeGreaterThan(whole.Hops.Count / 2, "most requests are settled long before the trial ends");
    }

    [Fact]
    public void Ten_times_the_requests_hold_no_more_memory()
    {
        using var system = new VirtualActorSystem();
        Held(system, 1000); // whatever is made once
        long few = Held(system, 2000), many = Held(system, 20_000);
        (many - few).ShouldBeLessThan(1_500_000); // 18,000 more requests; their outcomes alone, kept, were 5,000,000, their hops 30,000,000
    }

    [Fact]
    public void A_request_s_traced_attempts_are_bounded_and_a_row_says_so()
    {
        // node-1 can be reached, but its answers are cut off: the result is sent again every 5 ms until the deadline.
        var stubborn = new RoutingSpec { OnFailure = OnFailure.Skip, Retries = 0, Timeout = Ms(5) };
        var mute = new LinkFault("mute", Ms(0), ["node-1"], ["coordinator"], new LinkPatch { Loss = 1 }, null);
        TrialSpec spec = Spec(Link(1), stubborn, requests: 2, nodes: 1, deadlineMs: 10_000, concurrency: 2, faults: [mute]);
        TrialRecord trial = Run(spec, null);
        trial.Retries.ShouldBeGreaterThan(2 * TraceRecorder.MostAttempts);
        foreach (IGrouping<int, HopRecord> hops in trial.Hops.GroupBy(hop => hop.Request))
        {
            hops.Count().ShouldBe(TraceRecorder.MostAttempts + 1);
            HopRecord last = hops.Last();
            (last.Fate, last.From, last.To, last.Delivered, last.Acked).ShouldBe(("not_traced", "node-1", "coordinator", null, null));
            last.Sent.ShouldBe(hops.ElementAt(TraceRecorder.MostAttempts - 1).Sent + Ms(5));
            hops.Count(hop => hop.Fate == "not_traced").ShouldBe(1);
            hops.Take(TraceRecorder.MostAttempts).Where(hop => hop.Layer is null).ShouldAllBe(hop => hop.Fate == "lost");
        }
    }

    private static TrialRecord Run(TrialSpec spec, ITrialRows? rows)
    {
        using var system = new VirtualActorSystem();
        return new VirtualTrialRunner(system) { Wire = WireCopy.Of }.Run(spec, new SizesOnlyModel(Layers, Tokens, Hidden), 1000, rows: rows);
    }

    private static long Held(VirtualActorSystem system, int requests)
    {
        long before = GC.GetTotalMemory(forceFullCollection: true), held = 0;
        TrialSpec spec = Rough(requests) with { Faults = [] };
        int ended = 0;
        new VirtualTrialRunner(system).Run(spec, new SizesOnlyModel(Layers, Tokens, Hidden), 1000, _ =>
        {
            if (++ended == requests - 1)
                held = GC.GetTotalMemory(forceFullCollection: true) - before;
        }, rows: new Nothing());
        return held;
    }

    private static string Text(RequestRecord request) => string.Join(
        ' ', request.Request, request.FirstImage, request.Outcome, request.Submitted, request.Latency, request.Retries, string.Join(',', request.Order ?? []),
            string.Join(',', request.Skipped ?? []));

    private sealed class Rows : ITrialRows
    {
        private readonly List<int> hopsBefore = [];

        public List<RequestRecord> Requests { get; } = [];

        public List<HopRecord> Hops { get; } = [];

        public int HopsBeforeRequest(int request) => hopsBefore[request];

        public void Add(RequestRecord request)
        {
            request.Request.ShouldBe(Requests.Count);
            Requests.Add(request);
            hopsBefore.Add(Hops.Count);
        }

        public void Add(HopRecord hop) => Hops.Add(hop);
    }

    private sealed class Nothing : ITrialRows
    {
        public void Add(RequestRecord request)
        {
        }

        public void Add(HopRecord hop)
        {
        }
    }
}
