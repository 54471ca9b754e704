using LayerShuffle.Cluster.Wall;

namespace LayerShuffle.Cluster.Messages;

/// <summary>To a worker: host fresh trainable layers, whose states follow. An earlier training's layers are dropped.</summary>
/// <param name="Training">Number of the training.</param>
/// <param name="Config">The model's <c>config.json</c>.</param>
/// <param name="LearningRate">AdamW's learning rate.</param>
/// <param name="WeightDecay">AdamW's weight decay.</param>
/// <param name="Layers">Layer ids to host afresh.</param>
/// <param name="Hosts">The endpoint that hosts each layer, by id; 0 for nobody.</param>
/// <param name="Peers">All endpoints that are up.</param>
public sealed record HostTraining(int Training, string Config, double LearningRate, double WeightDecay, int[] Layers, int[] Hosts, PeerAddress[] Peers);
