using LayerShuffle.Core.Seeds;

namespace LayerShuffle.Core.Routing;

/// <summary>The way a request sets out on.</summary>
/// <param name="Order">The layer ids in execution order.</param>
/// <param name="Pruned">The layer ids left out on purpose, ascending.</param>
public sealed record PlannedRoute(int[] Order, int[] Pruned);

/// <summary>
/// Plans the order of every request: a pure function of (seed, repeat, request, number of layers), so that all models and policies meet the same orders.
/// </summary>
public sealed class RoutePlanner
{
    private readonly RoutingSpec routing;
    private readonly int layers;
    private readonly SeedTree orderSeed, pruneSeed;
    private readonly int[] listed; // the layers that take part before pruning, in order

    /// <summary>A planner for a trial.</summary>
    /// <param name="routing">Order and pruning.</param>
    /// <param name="layers">Number of layers.</param>
    /// <param name="trialSeed">The node (seed, repeat) of the seed tree.</param>
    /// <exception cref="ArgumentException">An explicit order or pruning names a layer twice or one that does not exist, or more layers are pruned than there
    /// are.</exception>
    public RoutePlanner(RoutingSpec routing, int layers, SeedTree trialSeed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(layers);
        this.routing = routing;
        this.layers = layers;
        orderSeed = trialSeed.Child("order");
        pruneSeed = trialSeed.Child("prune");
        listed = routing.Order == OrderKind.Explicit
            ? [.. routing.ExplicitOrder ?? throw new ArgumentException("An explicit order lists the layers, and this one lists none.", nameof(routing))]
            : [.. Enumerable.Range(0, layers)];
        Check(listed, "routing.order");
        if (routing.Pin is { } pin && pin.First + pin.Last > layers)
            throw new ArgumentException($"routing.pin pins {pin.First + pin.Last} layers, but there are {layers}.", nameof(routing));
        if (routing.Prune is not { } prune)
            return;
        if (prune.Choose == PruneChoice.Explicit)
            Check(prune.Ids ?? throw new ArgumentException("An explicit pruning lists the layers, and this one lists none.", nameof(routing)), "routing.prune");
        else if (prune.Layers < 0 || prune.Layers > listed.Length)
            throw new ArgumentException($"routing.prune leaves out {prune.Layers} layers, but the order has {listed.Length}.", nameof(routing));
    }

    /// <summary>The route of a request.</summary>
    public PlannedRoute Plan(int request)
    {
        var keep = new bool[layers];
        foreach (int layer in listed)
            keep[layer] = true;
        foreach (int layer in Prune(request))
            keep[layer] = false;
        int[] order = routing.Order == OrderKind.Arbitrary ? Pinned(orderSeed.Child(request).Child(layers).Stream().Permutation(layers)) : listed;
        return new([.. order.Where(layer => keep[layer])], [.. Enumerable.Range(0, layers).Where(layer => !keep[layer])]);
    }

    /// <summary>The layers between the pinned ones stay in the order that is drawn without pins.</summary>
    private int[] Pinned(int[] drawn) => routing.Pin is not { } pin ? drawn
        : [.. Enumerable.Range(0, pin.First), .. drawn.Where(layer => layer >= pin.First && layer < layers - pin.Last),
            .. Enumerable.Range(layers - pin.Last, pin.Last)];

    private IEnumerable<int> Prune(int request) => routing.Prune switch
    {
        null => [],
        { Choose: PruneChoice.Explicit, Ids: { } ids } => ids,
        { Choose: PruneChoice.First } prune => listed.Order().Take(prune.Layers),
        { Choose: PruneChoice.Last } prune => listed.OrderDescending().Take(prune.Layers),
        { } prune => RandomRanking(prune.PerTrial ? pruneSeed.Child("trial") : pruneSeed.Child(request)).Take(prune.Layers),
    };

    /// <summary>A ranking of all layers, of which the first few are pruned: those of a smaller number are among those of a greater one.</summary>
    private IEnumerable<int> RandomRanking(SeedTree seed) => seed.Child(layers).Stream().Permutation(layers).Where(listed.Contains);

    private void Check(IReadOnlyList<int> ids, string key)
    {
        var seen = new bool[layers];
        foreach (int id in ids)
        {
            if (id < 0 || id >= layers)
                throw new ArgumentException($"{key} names layer {id}, but the layers are 0 to {layers - 1}.", nameof(ids));
            if (seen[id])
                throw new ArgumentException($"{key} names layer {id} twice.", nameof(ids));
            seen[id] = true;
        }
    }
}
