namespace LayerShuffle.Cluster.Training;

/// <summary>To the training coordinator: these layers are gone. A step in their hands is abandoned, but for one that is being committed: the others finish it.</summary>
/// <param name="Layers">Layer ids.</param>
public sealed record LoseLayers(IReadOnlyList<int> Layers);
