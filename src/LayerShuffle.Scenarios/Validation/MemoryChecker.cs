using LayerShuffle.Core.Clusters;
using LayerShuffle.Scenarios.Overlays;
using LayerShuffle.Scenarios.Specs;
using LayerShuffle.Scenarios.Syntax;

namespace LayerShuffle.Scenarios.Validation;

/// <summary>Says which layers do not fit into the memory that the scenario gives its nodes.</summary>
/// <param name="mistakes">Where mistakes go.</param>
/// <param name="models">The models whose sizes are known.</param>
/// <param name="isWall">Whether nodes are processes: what the scenario leaves open is known only when they have joined, and training is spread over
/// them.</param>
internal sealed class MemoryChecker(MistakeList mistakes, IReadOnlyList<ModelSpec> models, bool isWall)
{
    private const long MostTries = 50_000_000; // of finding a node for a copy: what takes longer is left to the run
    private (VariantPoint Point, TrialVariant Variant)? widest; // the first with most nodes: training is placed by it

    /// <summary>Checks a condition, sweep point and policy.</summary>
    public void Variant(VariantPoint point, TrialVariant variant)
    {
        if (widest is not { } before || variant.Cluster.Nodes.Count > before.Variant.Cluster.Nodes.Count)
            widest = (point, variant);
        foreach (ModelSpec model in models)
            Check(point, variant.Cluster, model, variant.Routing.Replicas, model.LayerBytes, $" (model `{model.Name}`)");
        MapNode? cluster = point.Merged.Map("cluster");
        foreach (MapNode place in (cluster?.Map("nodes")?.Entries ?? []).Select(entry => entry.Value as MapNode).Append(cluster).OfType<MapNode>())
        {
            if (place.Map("resident") is { } resident && Read.Size(resident, "limit") is { } limit && models.FirstOrDefault(model => model.LayerBytes > limit)
                is { } large)
                mistakes.Add(resident.Get("limit")!, $"{DataSize.Text(limit)} of memory, and a layer of model `{large.Name}` takes "
                    + DataSize.Text(large.LayerBytes), "memory for a layer at least");
        }
    }

    /// <summary>Checks the training of every model, once all variants are known.</summary>
    public void Training()
    {
        if (!isWall || widest is not { } place)
            return;
        ClusterSpec cluster = place.Variant.Cluster;
        cluster = cluster with { Placement = cluster.Placement.FirstCopies(cluster.Nodes) };
        foreach (ModelSpec model in models.Where(model => model.Training is not null))
        {
            Check(place.Point, cluster, model, 1, Rehosting.TrainingCost * model.LayerBytes,
                $" (training model `{model.Name}` takes {Rehosting.TrainingCost} times its weights)");
        }
    }

    private void Check(VariantPoint point, ClusterSpec cluster, ModelSpec model, int replicas, long layerBytes, string what)
    {
        if (cluster.Nodes.All(node => node.MemoryBytes is null) || (long)model.NumHiddenLayers * replicas * cluster.Nodes.Count > MostTries)
            return;
        bool byCapacity = cluster.Placement.Kind == PlacementKind.Capacity;
        if (byCapacity && isWall && replicas > 1 && cluster.Nodes.Any(node => node.Capacity is null))
            return; // whether all copies fit depends on where the first ones go
        MapNode? map = point.Merged.Map("cluster");
        try
        {
            Placement placement = Placement.Compute(cluster, model.NumHiddenLayers, replicas, byCapacity ? layerBytes : null);
            foreach ((int node, PlacementException mistake) in byCapacity ? [] : placement.Overfull(cluster, layerBytes))
            {
                ScenarioNode place = map!.Map("nodes")!.Map(cluster.Nodes[node].Name)!.Get("memory")!;
                mistakes.Add(place, mistake.Problem + what, mistake.Remedy);
            }
        }
        catch (PlacementException mistake)
        {
            mistakes.Add(map!.Get("placement")!, mistake.Problem + what, mistake.Remedy);
        }
        catch (ArgumentException)
        {
            // what is wrong with the placement itself has been said
        }
    }
}
