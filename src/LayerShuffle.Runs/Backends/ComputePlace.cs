using LayerShuffle.Cluster.Wall;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Scenarios.Specs;
using LayerShuffle.Supervision;

namespace LayerShuffle.Runs.Backends;

/// <summary>Where a training computes: with its settings it decides every bit of the weights, on one clock as on the other.</summary>
/// <param name="Device">The device: cpu, cuda:0.</param>
/// <param name="Threads">Computing threads of one layer.</param>
/// <param name="Processor">The kind of processor.</param>
internal sealed record ComputePlace(string Device, string Threads, string Processor)
{
    /// <summary>Everything in this process.</summary>
    public static ComputePlace Here(string device, int threads) =>
        new(device == "cuda" ? "cuda:0" : device, FormattableString.Invariant($"{threads}"), ProcessorKind.Name);

    /// <summary>What can be told before a cluster is there: its workers are this machine's.</summary>
    public static ComputePlace Foretold(Scenario scenario, string device)
    {
        if (scenario.Clock == ScenarioClock.Virtual)
            return Here(device, scenario.Threads);
        ClusterSpec spec = WallBackend.Widest(scenario);
        int threads = WallBackend.WorkerThreads(scenario);
        return Joint(Here(device, threads), spec.Nodes.Select(node => Here(node.Device ?? "cpu", threads)));
    }

    /// <summary>The nodes' processes together with the coordinator's.</summary>
    public static ComputePlace Of(NodeShares shares, string device, int threads) => Joint(
        Here(device, threads),
        shares.All.OrderBy(share => share.Node.Name, StringComparer.Ordinal).Select(share => new ComputePlace(
            share.Device, FormattableString.Invariant($"{share.Node.Capabilities.Threads ?? threads}"), share.Node.Capabilities.Processor
                ?? $"unknown ({share.Node.Capabilities.Machine})")));

    /// <summary>One place if all are equal; else all of them, because then it counts who hosts what.</summary>
    private static ComputePlace Joint(ComputePlace coordinator, IEnumerable<ComputePlace> nodes)
    {
        ComputePlace[] all = [coordinator, .. nodes];
        return new(One(place => place.Device), One(place => place.Threads), One(place => place.Processor));

        string One(Func<ComputePlace, string> part) => all.Select(part).Distinct().Count() == 1 ? part(coordinator) : string.Join(" / ", all.Select(part));
    }
}
