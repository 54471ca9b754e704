using CsCheck;
using LayerShuffle.Actors.Models;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Damages;
using LayerShuffle.Core.Distributions;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Trials;
using LayerShuffle.Core.Workloads;
using LayerShuffle.Simulation;
using static LayerShuffle.Cluster.Tests.TrialBuilder;

namespace LayerShuffle.Cluster.Tests;

/// <summary>
/// The books of random trials, recomputed from their rows alone: under every kind of fault, and under each alone, where more can be recomputed exactly.
/// </summary>
public sealed class BookTests : IDisposable
{
    private static readonly Gen<LinkConditions> Plain = Gen.Select(
        Gen.Double[-0.3, 0.4], Gen.Double[-0.3, 0.3], Gen.Double[-0.3, 0.3], Gen.Double[-0.3, 0.3], Gen.Double[0, 10], Gen.Double[0, 6], Gen.Int[0, 7],
        (loss, duplicate, corrupt, reorder, mean, deviation, flags) => new LinkConditions(
            new DelayDistribution(DelayKind.Normal, Ms(mean), Ms(deviation), default, null), (flags & 3) == 3 ? 400_000 : null, Math.Max(0, loss),
                Math.Max(0, duplicate), Math.Max(0, corrupt), Math.Max(0, reorder),
            (flags & 1) != 0, (flags & 4) != 0));

    private static readonly Gen<LinkConditions> Links = Gen.Select(Plain, Reaching, (link, reaches) => reaches(link));

    /// <summary>What reaches back from message to message, in half of the cases.</summary>
    private static Gen<Func<LinkConditions, LinkConditions>> Reaching => Gen.Select(Gen.Int[0, 12], Gen.Double[0.05, 0.9], Gen.Int[1, 3],
        (kind, share, count) => (Func<LinkConditions, LinkConditions>)(link => kind switch
        {
            0 => link with { Latency = link.Latency with { Correlation = share } },
            1 => link with { Loss = share / 2, LossChain = new(LossKind.GilbertElliott) { P = share / 2, R = share, LossBad = 0.8 } },
            2 => link with { Loss = 0.2, LossChain = new(LossKind.Markov) { P13 = share / 9, P31 = 0.3, P32 = 0.1, P23 = share, P14 = 0.02 } },
            3 => link with { LoseFirst = count },
            4 => link with { ReorderPattern = new(share, count) },
            6 => link with { Packets = new(500, (MissingPackets)count) },
            7 => link with { Loss = share / 9, Packets = new(1000, MissingPackets.Zero) },
            8 => link with { Checksum = false },
            5 => link with { BandwidthBytesPerSecond = 400_000, Queue = new(null, count, (QueueDrop)(count % 2)) },
            _ => link,
        }));

    private static readonly Gen<RoutingSpec> Routings = Gen.Select(
        Gen.Int[0, 2], Gen.Double[-40, 60], Gen.Int[0, 3], Gen.Int[0, 3], Gen.Int[1, 2], Gen.Double[-40, 40],
        (order, timeout, retries, fail, replicas, detection) => new RoutingSpec
        {
            Order = order == 0 ? OrderKind.Sequential : order == 1 ? OrderKind.Arbitrary : OrderKind.Opportunistic,
            Copies = (CopyChoice)(Math.Abs((int)timeout) % 3),
            Avoid = detection is > -20 and < 20 ? new AvoidSpec(1 + retries, Ms(20 + (2 * Math.Abs(detection)))) : null,
            Timeout = timeout < 2 ? null : Ms(timeout),
            Retries = retries,
            OnFailure = (OnFailure)fail,
            Replicas = replicas,
            Detection = detection < 0 ? null : Ms(detection),
            Hedge = Math.Abs((int)(timeout * 7)) % 3 == 0 ? new HedgeSpec(retries == 0 ? null : Ms(1 + (4 * retries)), 0.75) : null,
            Redundancy = Math.Abs((int)(timeout * 5)) % 4 == 0 ? new RedundancySpec(2, CombineKind.First, default) : null,
            Phi = detection is < -10 and > -25 ? new PhiSpec(4, Ms(10), Ms(-detection), 20, Ms(2)) : null,
        });

    private static readonly Gen<WorkloadSpec> Workloads = Gen.Select(
        Gen.Int[1, 40], Gen.Int[0, 2], Gen.Int[1, 6], Gen.Double[5, 400], Gen.Double[60, 2500],
        (requests, kind, concurrency, rate, deadline) => new WorkloadSpec(requests, 1, new ArrivalSpec((ArrivalKind)kind, concurrency, rate), Ms(deadline)));

    private static readonly Gen<(int Node, double At, double Lasts)[]> Strikes =
        Gen.Select(Gen.Int[0, 7], Gen.Double[0, 400], Gen.Double[-60, 200], (node, at, lasts) => (node, at, lasts)).Array[0, 4];

    private static readonly int Times = LongTests.AreWanted ? 10 : 1;
    private readonly VirtualActorSystem system = new();

    [Theory]
    [InlineData("crashes", 40)]
    [InlineData("pauses", 20)]
    [InlineData("cuts", 20)]
    [InlineData("links", 20)]
    [InlineData("nothing", 20)]
    [InlineData("everything", 50)]
    public void The_books_can_be_recomputed_from_the_rows(string kinds, int trials)
    {
        trials *= Times;
        int exact = 0;
        Gen.Select(Links, Routings, Workloads, Gen.Int[1, 8], Gen.Double[0, 6], Strikes, Strikes, Gen.Long,
            (link, routing, workload, nodes, compute, first, second, seed) =>
            MakeSpec(kinds, link, routing, workload, nodes, compute, first, second, seed)).Sample(
            spec =>
            {
                TrialRecord trial = Runner(system).Run(spec, new SizesOnlyModel(Layers, Tokens, Hidden), 1000);
                var checker = new BookChecker(spec, trial, Tokens * Hidden * sizeof(float));
                checker.Check();
                exact += checker.Exact;
            },
            iter: trials, threads: 1);
        exact.ShouldBeGreaterThan(trials);
    }

    public void Dispose() => system.Dispose();

    private static TrialSpec MakeSpec(
        string kinds, LinkConditions link, RoutingSpec routing, WorkloadSpec workload, int nodes, double computeMs, (int Node, double At, double Lasts)[] first,
            (int Node, double At, double Lasts)[] second,
        long seed)
    {
        string[] names = [.. Enumerable.Range(1, nodes).Select(i => $"node-{i}")];
        string Name(int node) => names[node % nodes];
        List<FaultSpec> faults = [];
        bool all = kinds == "everything";
        foreach (((int node, double at, double lasts), int i) in first.Select((strike, i) => (strike, i)))
        {
            if (all || kinds == "crashes")
                faults.Add(new CrashFault($"crash-{i}", Ms(at), NodeSelector.Of(Name(node)), lasts < 0 ? null : Ms(lasts)));
            if (kinds == "links" || (all && i == 0))
                faults.Add(new LinkFault($"link-{i}", Ms(at), ["all"], [Name(node)],
                    new LinkPatch { Loss = 0.3, Latency = DelayDistribution.Constant(Ms(Math.Abs(lasts))), Bandwidth = i % 2 == 0 ? 300_000 : null },
                    Ms(Math.Abs(lasts) + 1)));
        }

        foreach (((int node, double at, double lasts), int i) in second.Select((strike, i) => (strike, i)))
        {
            if (all || kinds == "pauses")
                faults.Add(new PauseFault($"pause-{i}", Ms(at), NodeSelector.Of(Name(node)), lasts < 0 ? null : Ms(lasts + 1)));
            if ((all && i == 0) || kinds == "cuts")
                faults.Add(new PartitionFault($"cut-{i}", Ms(at), [[Name(node)], [ClusterSpec.Coordinator, .. names.Where(name => name != Name(node))]],
                    lasts < 0 ? null : Ms(lasts)));
        }

        TrialSpec spec = Spec(link, routing with { Replicas = Math.Min(routing.Replicas, nodes) }, computeMs, nodes: nodes, faults: faults, seed: seed);
        return spec with { Workload = workload };
    }
}
