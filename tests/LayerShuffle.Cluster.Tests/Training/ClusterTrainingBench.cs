using Akka.Actor;
using LayerShuffle.Actors.Training;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Simulation;
using LayerShuffle.Vision.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Tests.Training;

/// <summary>Small trainings, on the virtual clock or over hosts in a real actor system, on one thread each.</summary>
internal sealed class ClusterTrainingBench : IAsyncDisposable
{
    public const int Hosts = 4;
    private const string Quiet = "akka { loggers = [], stdout-loglevel = OFF, loglevel = OFF, log-dead-letters = off }";
    private readonly ActorSystem system = ActorSystem.Create("training", Quiet);
    private readonly VirtualActorSystem evaluation = new();
    private readonly Tensor pixels, labels;
    private readonly VitConfig config;
    private readonly TrainingOptions options;
    private readonly int images;

    public ClusterTrainingBench(VitConfig config, TrainingOptions options, int images = 64, ClusterTrainerOptions? timeouts = null)
    {
        torch.set_num_threads(1); // tiny tensors: a second thread only waits at barriers, and for ages where the machine is busy
        (this.config, this.options, this.images) = (config, options, images);
        (pixels, labels) = TinyModels.Images(config, images);
        UndeliveredTensors.Watch(system);
        Cluster = new LocalTrainingCluster(system, config, options, Hosts);
        Trainer = new ClusterTrainer(
            system, Cluster, new ModelEvaluator(evaluation, 1), timeouts ?? new ClusterTrainerOptions { Threads = 1 }, TimeProvider.System,
                line => { lock (Log) Log.Add(line); });
        Trainer.Restored += Restorations.Add;
    }

    /// <summary>Where the cluster's training lives.</summary>
    public ActorSystem System => system;

    /// <summary>Where the virtual training lives.</summary>
    public ActorSystem VirtualSystem => evaluation.System;

    public LocalTrainingCluster Cluster { get; }

    public ClusterTrainer Trainer { get; }

    public List<string> Log { get; } = [];

    public List<LayerRestoration> Restorations { get; } = [];

    public int TotalSteps => options.Epochs * ((images + options.BatchSize - 1) / options.BatchSize);

    /// <summary>One training on the virtual clock, whose bench goes with it.</summary>
    public static async Task<(IReadOnlyList<TrainingRecord> Records, byte[] Weights)> VirtuallyAsync(VitConfig config, TrainingOptions options)
    {
        await using var bench = new ClusterTrainingBench(config, options);
        return bench.TrainVirtually();
    }

    public async Task<(IReadOnlyList<TrainingRecord> Records, byte[] Weights)> TrainAsync(
        string? checkpoints = null, Action<int, int>? stepDone = null, CancellationToken cancellation = default, long weightSeed = 5)
    {
        using VisionTransformer model = VisionTransformer.Create(config, weightSeed);
        Task<IReadOnlyList<TrainingRecord>> training = Trainer.TrainAsync(Job(model, checkpoints), null, stepDone, cancellation);
        return (await training.WaitAsync(TimeSpan.FromMinutes(1)), model.Bytes());
    }

    public (IReadOnlyList<TrainingRecord> Records, byte[] Weights) TrainVirtually(
        string? checkpoints = null, Action<int, int>? stepDone = null, CancellationToken cancellation = default, long weightSeed = 5)
    {
        torch.set_num_threads(1);
        using VisionTransformer model = VisionTransformer.Create(config, weightSeed);
        return (new VirtualTrainer(evaluation).Train(Job(model, checkpoints), null, stepDone, cancellation), model.Bytes());
    }

    /// <summary>How often AdamW stepped, by layer, and for the coordinator's part last: from a checkpoint.</summary>
    public (long[] Steps, byte[] Weights) Read(string checkpoints)
    {
        using VisionTransformer model = VisionTransformer.Create(config, 77);
        using var parts = new TrainingParts(model, options);
        TrainingCheckpoint.Resume(Job(model, checkpoints), parts);
        return ([.. parts.Layers.Append(parts.Coordinator).Select(part => part.StepCounts.Distinct().ShouldHaveSingleItem())], model.Bytes());
    }

    public async ValueTask DisposeAsync()
    {
        await Cluster.StopAsync();
        await system.Terminate();
        evaluation.Dispose();
        pixels.Dispose();
        labels.Dispose();
    }

    private TrainingJob Job(VisionTransformer model, string? checkpoints)
    {
        var set = new ImageSet(pixels, labels);
        return new TrainingJob("model", 0, model, options, set, set, SeedTree.Root(11), checkpoints);
    }
}
