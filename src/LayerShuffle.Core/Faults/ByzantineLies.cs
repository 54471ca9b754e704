namespace LayerShuffle.Core.Faults;

/// <summary>What byzantine nodes need besides their own layers.</summary>
public static class ByzantineLies
{
    /// <summary>The layer that answers in a layer's stead: the next one, and after the last the first.</summary>
    public static int OtherLayer(int layer, int layers) => (layer + 1) % layers;

    /// <summary>Layers that a node has to hold besides its own to be able to answer as its faults have it.</summary>
    /// <param name="timeline">All faults of the trial.</param>
    /// <param name="node">The node.</param>
    /// <param name="own">The layers that it hosts.</param>
    /// <param name="layers">How many layers there are.</param>
    public static IReadOnlyList<int> Others(IReadOnlyList<FaultEvent> timeline, int node, IReadOnlyList<int> own, int layers) =>
        timeline.Any(strike => strike.Fault is ByzantineFault { Answer: ByzantineAnswer.OtherLayer } && strike.Targets.Contains(node))
            ? [.. own.Select(layer => OtherLayer(layer, layers)).Except(own).Distinct().Order()] : [];

    /// <summary>Whether a node answers with the weights of the checkpoint before at some time.</summary>
    public static bool IsStale(IReadOnlyList<FaultEvent> timeline, int node) =>
        timeline.Any(strike => strike.Fault is ByzantineFault { Answer: ByzantineAnswer.Stale } && strike.Targets.Contains(node));
}
