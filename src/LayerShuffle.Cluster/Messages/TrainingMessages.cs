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

/// <summary>A worker hosts the trainable layers it was asked to.</summary>
/// <param name="Training">Number of the training.</param>
/// <param name="Endpoint">The worker.</param>
/// <param name="Incarnation">Its incarnation.</param>
public sealed record TrainingHosted(int Training, int Endpoint, int Incarnation);

/// <summary>A training message without tensors on its way to another process.</summary>
/// <param name="Training">Number of the training.</param>
/// <param name="Layer">The layer it is for; −1 for the training coordinator.</param>
/// <param name="Message">The message.</param>
public sealed record ToTraining(int Training, int Layer, object Message)
{
    /// <summary>Stands for the training coordinator instead of a layer.</summary>
    public const int Coordinator = -1;
}
