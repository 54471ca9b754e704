using LayerShuffle.Actors.Training;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Simulation;
using LayerShuffle.Vision.Model;
using LayerShuffle.Vision.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerShuffle.Benchmarks;

/// <summary>
/// What it costs to train through actors: the graph cut at every hop, an optimizer for every part, messages. Every step is followed at once by a step of a twin
/// model on the same images in the same order, in a plain training loop.
/// </summary>
internal static class TrainingBenchmark
{
    private const int BatchSize = 64;

    public static void Run(BenchmarkOptions options, TextWriter output)
    {
        MarkdownTable table = MarkdownTable.OfRatios("actors", "loop");
        table.Add($"12 layers, width 192, batch {BatchSize}", Compare(BenchmarkModels.Tiny, options.Pick(20, 2)));
        table.Add($"6 layers, width 64, batch {BatchSize}", Compare(BenchmarkModels.Small, options.Pick(300, 10)));
        table.Print(output);
    }

    private static Alternating Compare(VitConfig config, int steps)
    {
        int warm = 1 + steps / 10;
        var training = new TrainingOptions { Epochs = 1, BatchSize = BatchSize };
        using VisionTransformer model = VisionTransformer.Create(config, 1), twin = VisionTransformer.Create(config, 1);
        using AdamW optimizer = optim.AdamW(twin.parameters(), training.LearningRate, weight_decay: training.WeightDecay);
        using var images = new RandomImages(config, 2 * BatchSize, (steps + warm) * BatchSize);
        using var few = new RandomImages(config, 2); // the accuracy of the epoch is no part of this
        using var system = new VirtualActorSystem();
        SeedTree luck = SeedTree.Root(1);
        var job = new TrainingJob("model", 0, model, training, images, few, luck, null);
        var times = new Alternating();
        long mark = Alternating.Mark();
        new VirtualTrainer(system).Train(job, null, (done, total) =>
        {
            double actors = Alternating.SecondsSince(mark);
            mark = Alternating.Mark();
            int[] order = TrainingOrder.Draw(config, luck.Child("order").Child(done - 1));
            Step(twin, optimizer, images.Batch(done - 1, BatchSize), order, training, training.LearningRateAt(done - 1, total));
            double loop = Alternating.SecondsSince(mark);
            if (done > warm)
                times.Add(actors, loop);
            mark = Alternating.Mark();
        });
        return times;
    }

    private static void Step(
        VisionTransformer model, AdamW optimizer, (Tensor PixelValues, Tensor Labels) batch, int[] order, TrainingOptions training, double learningRate)
    {
        using DisposeScope scope = NewDisposeScope();
        using Tensor pixels = batch.PixelValues, labels = batch.Labels;
        optimizer.zero_grad();
        using VitOutput output = model.Forward(pixels, order);
        Tensor loss = VitLoss.Total(output, labels, model.Config, training.LabelSmoothing);
        loss.backward();
        nn.utils.clip_grad_norm_(model.parameters(), training.MaxGradNorm);
        foreach (var group in optimizer.ParamGroups)
            group.LearningRate = learningRate;
        optimizer.step();
        _ = loss.item<float>();
    }
}
