namespace LayerShuffle.EndToEnd.Tests.Wall;

/// <summary>Scenarios on the wall clock.</summary>
internal static class WallScenario
{
    /// <summary>Two nodes and the network alone.</summary>
    public const string Wires = """
        name: wires
        clock: wall
        model: {architecture: none, num_hidden_layers: 3, hidden_size: 32, image_size: 32, patch_size: 8}
        cluster: {nodes: 2, compute_time: 2ms}
        network: {latency: 5ms}
        workload: {requests: 10}

        """;

    /// <summary>Four nodes with a model that learns something in seconds, and trials of seconds.</summary>
    public static string Text(
        string training, string models = "shuffled: {variant: layershuffle-position}",
            string workload = "requests: 120, arrivals: {concurrency: 4}, deadline: 20s", int nodes = 4, int images = 960,
        string rest = "conditions: {ideal: {}}") => $$"""
        name: cluster
        seed: 7
        clock: wall
        threads: 1
        dataset: {kind: shapes, train: {{images}}, test: 80}
        model:
          image_size: 32
          patch_size: 16
          hidden_size: 32
          num_hidden_layers: 4
          num_attention_heads: 2
          intermediate_size: 64
          initializer_range: 0.1
          training: { {{training}} }
        models: { {{models}} }
        cluster: {nodes: {{nodes}}, compute_time: 2ms}
        network: {latency: 40ms}
        routing: {order: arbitrary, timeout: 400ms, retries: 1, on_failure: skip}
        workload: { {{workload}} }
        trace: all
        {{rest}}

        """;
}
