using LayerShuffle.Core.Routing;
using LayerShuffle.Scenarios.Syntax;

namespace LayerShuffle.Scenarios.Binding;

/// <summary>Routing with its policy applied.</summary>
/// <param name="mistakes">Where mistakes go.</param>
/// <param name="layers">The layers there are.</param>
internal sealed class RoutingBinder(MistakeList mistakes, LayerChecker layers)
{
    public RoutingSpec Bind(MapNode? routing, int nodes)
    {
        SequenceNode? order = routing?.Get("order") as SequenceNode;
        layers.CheckIds(order);
        int replicas = Math.Max(1, Read.Integer(routing, "replicas", 1));
        if (nodes > 0 && replicas > nodes)
            mistakes.Add(routing!.Get("replicas")!, $"{replicas} replicas on {nodes} node{(nodes == 1 ? "" : "s")}",
                "at most as many replicas as nodes: two copies never lie on one");
        return new RoutingSpec
        {
            Order = order is not null ? OrderKind.Explicit : Read.Text(routing, "order") == "arbitrary" ? OrderKind.Arbitrary : OrderKind.Sequential,
            ExplicitOrder = order is null ? null : [.. Read.Integers(order).Select(id => id.Value)],
            Prune = Prune(routing?.Map("prune"), order),
            Timeout = Read.Duration(routing, "timeout"),
            Retries = Read.Integer(routing, "retries", 2),
            OnFailure = Read.Text(routing, "on_failure") == "fail" ? OnFailure.Fail : OnFailure.Skip,
            Replicas = replicas,
            Detection = Read.Duration(routing, "detection"),
        };
    }

    private PruneSpec? Prune(MapNode? prune, SequenceNode? order)
    {
        if (prune is null)
            return null;
        SequenceNode? ids = prune.Get("choose") as SequenceNode;
        int? given = Read.Integer(prune, "layers");
        int count = given ?? ids?.Items.Count ?? 0;
        if (ids is not null)
            CheckListed(prune, ids, given, order);
        if ((order?.Items.Count ?? layers.Smallest?.NumHiddenLayers) is { } all && count >= all && count > 0)
            mistakes.Add(prune.Get("layers") ?? prune, $"{count} pruned layers of {all} leave none", $"at most {all - 1}");
        PruneChoice choice = ids is not null ? PruneChoice.Explicit : Read.Text(prune, "choose") switch
        {
            "first" => PruneChoice.First,
            "last" => PruneChoice.Last,
            _ => PruneChoice.Random,
        };
        return count == 0 ? null : new PruneSpec(count, choice, ids is null ? null : [.. Read.Integers(ids).Select(id => id.Value)],
            Read.Text(prune, "per") == "trial");
    }

    private void CheckListed(MapNode prune, SequenceNode ids, int? given, SequenceNode? order)
    {
        layers.CheckIds(ids);
        if (given is { } count && count != ids.Items.Count)
            mistakes.Add(prune.Get("layers")!, $"`layers` says {count} where `choose` lists {ids.Items.Count}", "the two to agree, or `layers` left out");
        if (order is null)
            return;
        HashSet<int> visited = [.. Read.Integers(order).Select(id => id.Value)];
        foreach ((ScalarNode node, int id) in Read.Integers(ids).Where(id => !visited.Contains(id.Value)))
            mistakes.Add(node, $"layer {id} is not in `routing.order`", "layers that the order visits");
    }
}
