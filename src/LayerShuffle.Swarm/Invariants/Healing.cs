using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Trials;
using LayerShuffle.Swarm.Books;

namespace LayerShuffle.Swarm.Invariants;

/// <summary>
/// Who holds an activation has a custodian behind it: where nothing is lost, one death at most costs no request its answer. And where nothing is lost for good,
/// what is asked of a cluster after its last fault has ended is answered. Judged where the deadline leaves room for all that could be in the way.
/// </summary>
internal static class Healing
{
    public static IEnumerable<string> Broken(TrialBook book)
    {
        TrialSpec spec = book.Planned.Spec;
        if (spec.Routing is not { OnFailure: OnFailure.Skip, Timeout: not null } || !spec.Routing.IsPlain()
            || !book.Conditions().All(Lossless) || book.IsTraced() || book.LosesWeights()
            || spec.Cluster.SharesRates || Needs(book) is not { } needs
            || needs > spec.Workload.Deadline.Nanoseconds)
            yield break;
        bool oneDeath = spec.Faults.All(fault => fault is OutageFault or SlowdownFault or MemoryFault or ByzantineFault)
            && spec.Cluster.Nodes.Sum(node => book.Down(node.Name).Count) <= 1;
        long? healed = spec.Workload.HealAfter?.Nanoseconds ?? spec.Faults.Aggregate((long?)0,
            (latest, fault) => latest is null || End(fault) is not { } end ? null : Math.Max(latest.Value, end));
        foreach (RequestRow request in book.Requests.Where(request => !request.Completed))
        {
            if (oneDeath)
                yield return $"at most one node died once and nothing was lost, and still it was not answered: {request}";
            else if (request.Submitted > healed)
                yield return FormattableString.Invariant($"all faults ended at {healed / 1e6} ms, before it was submitted, and still it was not answered: ")
                    + request;
        }
    }

    private static bool Lossless(LinkConditions link) => link is { Loss: 0, LossChain: null, LoseFirst: 0, Corrupt: 0, Queue: null, Packets: null };

    /// <summary>When a fault is over; null: never.</summary>
    private static long? End(FaultSpec fault) => !fault.IsOnce() ? null : fault.At.Nanoseconds + fault switch
    {
        CrashFault crash => crash.RestartAfter?.Nanoseconds,
        PauseFault pause => pause.For?.Nanoseconds,
        MemoryFault or ByzantineFault => 0, // answers are wrong, and come
        SlowdownFault => 0, // slow is not broken; what it costs is in the time that is needed
        PartitionFault partition => partition.HealAfter?.Nanoseconds,
        LinkFault link => link.For?.Nanoseconds,
        _ => null,
    };

    /// <summary>
    /// A time within which everything is done, whatever order it comes in: every request's layers one after the other, some times over, and all that is waited
    /// for; null where draws have no bound.
    /// </summary>
    private static long? Needs(TrialBook book)
    {
        TrialSpec spec = book.Planned.Spec;
        if (spec.Faults.Any(fault => fault is SlowdownFault && !fault.IsOnce())
            || spec.Cluster.Nodes.Any(node => node.Resident is not null || node.SlowStart is not null))
            return null;
        double compute = 0, slowest = spec.Faults.OfType<SlowdownFault>().Aggregate(1.0, (factor, fault) => factor * Math.Max(1, fault.Factor));
        foreach (var node in spec.Cluster.Nodes)
        {
            if (node.ComputeTime(spec.Workload.ImagesPerRequest) is not { } asked)
                return null;
            compute = Math.Max(compute, asked * node.Slowdown * slowest);
        }

        double crossing = 0;
        foreach (LinkConditions link in book.Conditions())
        {
            if (link.Latency.MostEver() is not { } most)
                return null;
            crossing = Math.Max(crossing, most + (link.TransmissionSeconds(book.Bytes(spec.Workload.ImagesPerRequest)) * 1e9));
        }

        int layers = book.Planned.Model.NumHiddenLayers, sendings = spec.Routing.Retries + 2;
        double waits = Math.Max(spec.Routing.Timeout!.Value.Nanoseconds, spec.Routing.Detection?.Nanoseconds ?? 0);
        double work = (compute + crossing) * layers * book.Requests.Count * sendings;
        return (long)Math.Min((3 * work) + ((layers + 2) * sendings * (waits + (2 * crossing))), long.MaxValue / 2.0);
    }
}
