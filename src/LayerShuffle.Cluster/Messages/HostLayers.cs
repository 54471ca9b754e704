namespace LayerShuffle.Cluster.Messages;

/// <summary>To a worker that has the blobs: host these layers of a model.</summary>
/// <param name="Model">Key of the model.</param>
/// <param name="Config">The blob of the model's <c>config.json</c>, by hash.</param>
/// <param name="Positions">The blob of the table of position embeddings, by hash; empty where the variant has none.</param>
/// <param name="Layers">Layer ids.</param>
/// <param name="Weights">Their weights' blobs, by hash, in the same order.</param>
public sealed record HostLayers(string Model, string Config, string Positions, int[] Layers, string[] Weights);
