namespace LayerShuffle.Cli.Tests;

/// <summary>
/// Tests that train: one after the other, each with a store of trained models of its own, which the program finds by an environment variable.
/// </summary>
[CollectionDefinition(Name)]
public sealed class TrainedOnce
{
    public const string Name = "Trained once";

    /// <summary>Two tiny models, the second of which starts from the first; trials that take no time.</summary>
    public const string Scenario = """
        name: kept
        seed: 7
        threads: 1
        dataset: {kind: shapes, train: 96, test: 40}
        model:
          image_size: 32
          patch_size: 16
          hidden_size: 32
          num_hidden_layers: 3
          num_attention_heads: 2
          intermediate_size: 64
          training: {epochs: 2, batch_size: 16, learning_rate: 5e-3, micro_batches: 2, label_smoothing: 10%}
        models:
          plain: {variant: layerdrop}
          shuffled: {variant: layershuffle-predict, init_from: plain}
        cluster: {nodes: 3}
        workload: {requests: 4, images_per_request: 10}

        """;
}
