namespace LayerShuffle.Cluster.Processes;

/// <summary>The one line that a local supervisor gets on its standard input, which then stays open for as long as the coordinator lives.</summary>
/// <param name="Secret">The cluster's secret, if there is one. It travels here and nowhere else: command lines can be read by everyone.</param>
public sealed record LocalStart(byte[]? Secret);
