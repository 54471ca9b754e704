namespace LayerShuffle.Cluster.Messages;

/// <summary>Layers are hosted elsewhere from now on.</summary>
/// <param name="Trial">Number of the trial's run.</param>
/// <param name="Layers">Layer ids.</param>
/// <param name="Endpoints">Who hosts each; 0: whom the placement says.</param>
public sealed record LayersMoved(int Trial, int[] Layers, int[] Endpoints);
