namespace LayerShuffle.Core.Faults;

/// <summary>What byzantine nodes need besides their own layers.</summary>
public static class ByzantineLies
{
    /// <summary>The layer that answers in a layer's stead: the next one, and after the last the first.</summary>
    public static int OtherLayer(int layer, int layers) => (layer + 1) % layers;

    /// <summary>Layers that a node has to hold besides its own to be able to answer as faults may have it.</summary>
    /// <param name="faults">All faults of the trial.</param>
    /// <param name="node">The node.</param>
    /// <param name="own">The layers that it hosts.</param>
    /// <param name="layers">How many layers there are.</param>
    public static IReadOnlyList<int> Others(IReadOnlyList<FaultSpec> faults, string node, IReadOnlyList<int> own, int layers) =>
        MayAnswer(faults, node, ByzantineAnswer.OtherLayer) ? [.. own.Select(layer => OtherLayer(layer, layers)).Except(own).Distinct().Order()] : [];

    /// <summary>Whether a fault may have a node answer in a way: whom it strikes may be drawn at each strike.</summary>
    public static bool MayAnswer(IReadOnlyList<FaultSpec> faults, string node, ByzantineAnswer answer) =>
        faults.OfType<ByzantineFault>().Any(fault => fault.Answer == answer && fault.Nodes.Names?.Contains(node) != false);
}
