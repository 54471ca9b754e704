namespace LayerShuffle.Vision.Training;

/// <summary>LayerDrop (arXiv 1909.11556): in training each layer is kept with probability 1 − p; those kept run in ascending order, without rescaling.</summary>
public static class LayerDropOrder
{
    /// <summary>The layers to run.</summary>
    /// <param name="draws">A uniform draw in [0, 1) for every layer.</param>
    /// <param name="layerDrop">p, the probability of leaving a layer out.</param>
    public static IReadOnlyList<int> Keep(IReadOnlyList<double> draws, double layerDrop) =>
        [.. Enumerable.Range(0, draws.Count).Where(layer => draws[layer] >= layerDrop)];
}
