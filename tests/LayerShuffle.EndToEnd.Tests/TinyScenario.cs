namespace LayerShuffle.EndToEnd.Tests;

/// <summary>Scenarios of seconds.</summary>
internal static class TinyScenario
{
    /// <summary>Two trained models, 16 trials; loss, jitter, duplicates, reordering, a crash with restart, arbitrary orders and overlapping requests.</summary>
    public const string Trained = """
        name: tiny
        seed: 7
        threads: 1
        repeats: 2
        dataset: {kind: shapes, train: 256, test: 80}
        model:
          image_size: 32
          patch_size: 16
          hidden_size: 32
          num_hidden_layers: 3
          num_attention_heads: 2
          intermediate_size: 64
          training: {epochs: 3, batch_size: 16, learning_rate: 5e-3}
        models:
          plain: {variant: standard}
          shuffled: {variant: layershuffle-predict, init_from: plain}
        cluster: {nodes: 3, compute_time: 2ms}
        network:
          latency: {distribution: lognormal, mean: 5ms, stddev: 4ms}
          bandwidth: 50Mbps
          loss: 5%
          duplicate: 3%
          reorder: 5%
        faults: {outage: {kind: crash, nodes: {random: 1}, at: 60ms, restart_after: 100ms}}
        routing: {timeout: 30ms, retries: 1}
        workload: {requests: 40, images_per_request: 2, arrivals: {concurrency: 3}, deadline: 1s}
        conditions:
          in-order: {}
          any-order: {routing: {order: arbitrary}}
        sweep: {network.loss: [1%, 20%]}
        trace: all
        """;

    /// <summary>The network alone: every request takes exactly 4·2 + 5·5 = 33 ms.</summary>
    public const string Network = """
        name: wires
        model: {architecture: none, num_hidden_layers: 4, hidden_size: 32, image_size: 32, patch_size: 8}
        cluster: {nodes: 4, compute_time: 2ms}
        network: {latency: 5ms}
        routing: {timeout: 40ms}
        workload: {requests: 20}

        """;

    public const int Trials = 16, Epochs = 3;
}
