using System.Text.Json;
using CsCheck;
using LayerShuffle.Actors.Models;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Distributions;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Time;
using LayerShuffle.Core.Trials;
using LayerShuffle.Core.Workloads;
using LayerShuffle.Simulation;
using static LayerShuffle.Cluster.Tests.TrialBuilder;

namespace LayerShuffle.Cluster.Tests;

/// <summary>What holds for every request of any trial, whatever happens to network and nodes.</summary>
public sealed class HopCourierPropertyTests : IDisposable
{
    private static readonly int Samples = LongTests.AreWanted ? 1_000 : 60;

    private static readonly Gen<LinkConditions> Links = Gen.Select(
        Gen.Double[0, 0.4], Gen.Double[0, 0.3], Gen.Double[0, 0.3], Gen.Double[0, 10], Gen.Double[0, 6], Gen.Int[0, 3],
        (loss, duplicate, reorder, mean, deviation, flags) => new LinkConditions(
            new DelayDistribution(DelayKind.Normal, Ms(mean), Ms(deviation), default, null), flags == 3 ? 500_000 : null, loss, duplicate, 0.05, reorder,
            (flags & 1) != 0, (flags & 2) != 0));

    private static readonly Gen<RoutingSpec> Routings = Gen.Select(
        Gen.Int[0, 2], Gen.Int[0, 2], Gen.Double[-20, 60], Gen.Int[0, 3], Gen.Int[0, 5], Gen.Int[1, 2], Gen.Double[-40, 40],
        (order, pruned, timeout, retries, failure, replicas, detection) => new RoutingSpec
        {
            Order = order == 0 ? OrderKind.Sequential : order == 1 ? OrderKind.Arbitrary : OrderKind.Opportunistic,
            Copies = (CopyChoice)(Math.Abs((int)timeout) % 3),
            Avoid = detection is > -20 and < 20 ? new AvoidSpec(1 + retries, Ms(20 + (2 * Math.Abs(detection)))) : null,
            Prune = pruned == 0 ? null : new PruneSpec(pruned, PruneChoice.Random, null, PerTrial: pruned == 1),
            Timeout = timeout < 1 ? null : Ms(timeout),
            Retries = retries,
            OnFailure = (OnFailure)Math.Min(failure, 3),
            Backoff = failure % 2 == 0 ? null : new BackoffSpec(1 + (retries / 2.0), timeout < 20 ? null : Ms(2 * timeout), detection < 10 ? 0 : 0.3),
            Pin = pruned == 2 ? new PinSpec(retries, 1) : null,
            Replicas = replicas,
            Detection = detection < 0 ? null : Ms(detection),
            Hedge = Math.Abs((int)(timeout * 7)) % 3 == 0 ? new HedgeSpec(retries == 0 ? null : Ms(1 + (4 * retries)), 0.75) : null,
            Redundancy = Math.Abs((int)(timeout * 5)) % 4 == 0 ? new RedundancySpec(2, CombineKind.First, default) : null,
            Parallel = pruned == 1 && order < 2 && failure != 2 && Math.Abs((int)timeout) % 3 != 1 ? 1 + retries : 1,
            Phi = detection is < -10 and > -25 ? new PhiSpec(4, Ms(10), Ms(-detection), 20, Ms(2)) : null,
        });

    private static readonly Gen<WorkloadSpec> Workloads = Gen.Select(
        Gen.Int[1, 30], Gen.Int[0, 2], Gen.Int[1, 6], Gen.Double[5, 400], Gen.Double[20, 2500],
        (requests, kind, concurrency, rate, deadline) => new WorkloadSpec(requests, 1, new ArrivalSpec((ArrivalKind)kind, concurrency, rate), Ms(deadline)));

    private static readonly Gen<(int Node, double At, double Lasts)[]> Strikes =
        Gen.Select(Gen.Int[0, 7], Gen.Double[0, 400], Gen.Double[-100, 300], (node, at, lasts) => (node, at, lasts)).Array[0, 5];

    private static readonly Gen<TrialSpec> Specs = Gen.Select(Links, Routings, Workloads, Gen.Int[1, 8], Gen.Double[0, 6], Strikes, Strikes, Gen.Long,
        MakeSpec);

    private readonly VirtualActorSystem system = new();

    [Fact]
    public void Every_trial_keeps_its_promises() => Specs.Sample(
        spec =>
        {
            TrialRecord trial = Run(spec); // throws if the events run out with requests open
            trial.Requests.Select(r => r.Request).ShouldBe(Enumerable.Range(0, spec.Workload.Requests!.Value));
            foreach (RequestRecord request in trial.Requests)
                Check(request, spec);
            trial.Ledger.Select(entry => entry.Time).ShouldBeInOrder();
            trial.Retries.ShouldBeGreaterThanOrEqualTo(trial.Requests.Sum(r => (long)(r.Retries ?? 0)));
            Story(Run(spec)).ShouldBe(Story(trial));
        },
        iter: Samples, threads: 1);

    public void Dispose() => system.Dispose();

    private static void Check(RequestRecord request, TrialSpec spec)
    {
        if (request.Outcome != RequestOutcome.Completed)
        {
            (request.Order ?? request.Skipped).ShouldBeNull();
            request.Latency.ShouldBeNull();
            if (spec.Routing.OnFailure != OnFailure.Fail)
                request.Outcome.ShouldBe(RequestOutcome.DeadlineExceeded);
            return;
        }

        request.Order!.Concat(request.Skipped!).Concat(request.Pruned).Order().ShouldBe(Enumerable.Range(0, Layers));
        if (spec.Routing.OnFailure is OnFailure.Fail or OnFailure.Wait)
            request.Skipped.ShouldBeEmpty();
        request.Latency!.Value.ShouldBeInRange(Duration.Zero, spec.Workload.Deadline);
    }

    private static TrialSpec MakeSpec(
        LinkConditions link, RoutingSpec routing, WorkloadSpec workload, int nodes, double computeMs, (int Node, double At, double Lasts)[] crashes,
        (int Node, double At, double Lasts)[] cuts, long seed)
    {
        string[] names = [.. Enumerable.Range(1, nodes).Select(i => $"node-{i}")];
        List<FaultSpec> faults =
            [.. crashes.Select((c, i) => new CrashFault($"crash-{i}", Ms(c.At), NodeSelector.Of(names[c.Node % nodes]), c.Lasts < 0 ? null : Ms(c.Lasts)))];
        foreach (((int node, double at, double lasts), int i) in cuts.Take(2).Select((cut, i) => (cut, i)))
        {
            string[] others = [ClusterSpec.Coordinator, .. names.Where(name => name != names[node % nodes])];
            faults.Add(new PartitionFault($"cut-{i}", Ms(at), [[names[node % nodes]], others], lasts < 0 ? null : Ms(lasts)));
        }

        TrialSpec spec = Spec(link, routing with { Replicas = Math.Min(routing.Replicas, nodes) }, computeMs, nodes: nodes, faults: faults, seed: seed);
        return spec with { Workload = workload };
    }

    private static string Story(TrialRecord trial) => JsonSerializer.Serialize(trial);

    private TrialRecord Run(TrialSpec spec) => Runner(system).Run(spec, new SizesOnlyModel(Layers, Tokens, Hidden), 1000);
}
