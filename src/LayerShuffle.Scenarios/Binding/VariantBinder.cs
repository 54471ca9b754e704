using LayerShuffle.Network.Clusters;
using LayerShuffle.Network.Routing;

namespace LayerShuffle.Scenarios;

/// <summary>Turns the merged sections of one condition, sweep point and policy into what a cluster must know, and says what does not fit together.</summary>
/// <param name="mistakes">Where mistakes go.</param>
/// <param name="models">The models whose sizes are known.</param>
internal sealed class VariantBinder(MistakeList mistakes, IReadOnlyList<ModelSpec> models)
{
    private readonly LayerChecker layers = new(mistakes, models);

    public TrialVariant Bind(VariantPoint point)
    {
        ClusterBinder clusters = new(mistakes);
        MapNode? cluster = point.Merged.Map("cluster");
        IReadOnlyList<NodeSpec> nodes = clusters.Nodes(cluster);
        EndpointChecker endpoints = new(mistakes, nodes);
        NetworkBinder network = new(mistakes, endpoints);
        RoutingSpec routing = new RoutingBinder(mistakes, layers).Bind(point.Merged.Map("routing"), nodes.Count);
        return new TrialVariant
        {
            Condition = point.DisplayName,
            BaseCondition = point.Condition,
            Policy = point.Policy,
            SweepValues = point.SweepValues,
            Network = network.Bind(point.Merged.Map("network")),
            Faults = new FaultBinder(mistakes, endpoints, network).Bind(point.Merged.Map("faults")),
            Cluster = clusters.Bind(cluster, nodes, clusters.Placement(cluster, endpoints, layers, routing.Replicas)),
            Routing = routing,
            Workload = new WorkloadBinder(mistakes).Bind(point.Merged.Map("workload")),
        };
    }
}
