using LayerShuffle.Actors.Training;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Simulation;
using LayerShuffle.Vision.Model;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Tests.Training;

/// <summary>Trains tiny models on the virtual clock, in every way that people train.</summary>
internal static class RecipeBench
{
    public const int Images = 40;

    /// <summary>Everything at once that a checkpoint has to bring back.</summary>
    public static TrainingOptions Everything { get; } = new()
    {
        Epochs = 3,
        BatchSize = 8,
        LearningRate = 5e-3,
        Mixup = 0.8,
        Cutmix = 1,
        Ema = 0.9,
        Accumulation = 2, // 3 steps an epoch, the last of one batch
        KeepBest = true,
        LabelSmoothing = 0.1,
        CheckpointEpochs = 100, // but for the last, none that nobody's being stopped makes
    };

    public static (IReadOnlyList<TrainingRecord> Records, byte[] Weights) Train(TrainingOptions options, ModelVariant variant = ModelVariant.LayerShuffle,
        string? checkpoints = null, CancellationTokenSource? stop = null, int stopAfter = int.MaxValue, long weightSeed = 5, bool validated = true)
    {
        VitConfig config = TinyModels.Config(variant);
        using VisionTransformer model = VisionTransformer.Create(config, weightSeed);
        (Tensor pixels, Tensor labels) = TinyModels.Images(config, Images);
        (Tensor heldPixels, Tensor heldLabels) = TinyModels.Images(config, 20, seed: 4);
        using (pixels)
        using (labels)
        using (heldPixels)
        using (heldLabels)
        {
            var set = new ImageSet(pixels, labels);
            var job = new TrainingJob("model", 0, model, options, set, set, SeedTree.Root(11), checkpoints)
            {
                Validation = validated ? new ImageSet(heldPixels, heldLabels) : null,
            };
            using var system = new VirtualActorSystem();
            return (new VirtualTrainer(system).Train(job, null, (done, _) =>
            {
                if (done == stopAfter)
                    stop!.Cancel();
            }, stop?.Token ?? CancellationToken.None), model.Bytes());
        }
    }
}
