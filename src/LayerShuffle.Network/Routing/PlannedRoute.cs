namespace LayerShuffle.Network.Routing;

/// <summary>The way a request sets out on.</summary>
/// <param name="Order">The layer ids in execution order.</param>
/// <param name="Pruned">The layer ids left out on purpose, ascending.</param>
public sealed record PlannedRoute(int[] Order, int[] Pruned);
