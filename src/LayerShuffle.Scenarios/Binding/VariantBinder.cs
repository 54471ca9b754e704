using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Routing;
using LayerShuffle.Scenarios.Overlays;
using LayerShuffle.Scenarios.Specs;
using LayerShuffle.Scenarios.Syntax;

namespace LayerShuffle.Scenarios.Binding;

/// <summary>Turns the merged sections of one condition, sweep point and policy into what a cluster must know, and says what does not fit together.</summary>
/// <param name="mistakes">Where mistakes go.</param>
/// <param name="models">The models whose sizes are known.</param>
internal sealed class VariantBinder(MistakeList mistakes, IReadOnlyList<ModelSpec> models)
{
    private readonly LayerChecker layers = new(mistakes, models);

    // Points that follow one another mostly share these: what thousands of them come to is kept once.
    private MapNode? boundCluster, boundNetwork;
    private IReadOnlyList<NodeSpec> nodes = [];
    private IReadOnlyList<FailureDomain> domains = [];
    private EndpointChecker? endpoints;
    private NetworkSpec? network;

    public TrialVariant Bind(VariantPoint point)
    {
        ClusterBinder clusters = new(mistakes);
        MapNode? cluster = point.Merged.Map("cluster"), links = point.Merged.Map("network");
        if (endpoints is null || !ReferenceEquals(cluster, boundCluster))
        {
            (boundCluster, nodes) = (cluster, clusters.Nodes(cluster));
            domains = clusters.Domains(cluster, nodes);
            (endpoints, network) = (new EndpointChecker(mistakes, nodes, domains), null);
        }

        NetworkBinder binder = new(mistakes, endpoints);
        if (network is null || !ReferenceEquals(links, boundNetwork))
            (boundNetwork, network) = (links, binder.Bind(links));
        RoutingSpec routing = new RoutingBinder(mistakes, layers).Bind(point.Merged.Map("routing"), nodes.Count);
        if (routing.Parallel > 1 && network.NanGuard)
            mistakes.Add(links!.Get("nan_guard")!, "a layer that runs beside others hands nothing on unchanged: what it adds is summed",
                "false, or `routing.parallel: 1`");
        return new TrialVariant
        {
            Condition = point.DisplayName,
            BaseCondition = point.Condition,
            Policy = point.Policy,
            SweepValues = point.SweepValues,
            Network = network,
            Faults = new FaultBinder(mistakes, endpoints, binder).Bind(point.Merged.Map("faults")),
            Cluster = clusters.Bind(cluster, nodes, domains, clusters.Placement(cluster, endpoints, layers, routing.Replicas)),
            Routing = routing,
            Workload = new WorkloadBinder(mistakes).Bind(point.Merged.Map("workload")),
            Reliability = new ReliabilityBinder(mistakes).Bind(point.Merged.Map("reliability"), nodes, domains, routing),
        };
    }
}
