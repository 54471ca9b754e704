using LayerShuffle.Core.Seeds;
using LayerShuffle.Datasets;
using LayerShuffle.Datasets.Loading;
using LayerShuffle.Runs.Failures;
using LayerShuffle.Vision.Files;
using LayerShuffle.Vision.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Cli.Tests;

/// <summary>
/// A model of the size that people have: DeiT-B with both heads (12 layers of width 768, 197 tokens and one for distillation, 86 million weights).
/// </summary>
[Collection(TrainedOnce.Name)]
public sealed class FullSizeModelTests : IDisposable
{
    private readonly Cli cli = new();

    public FullSizeModelTests() => Environment.SetEnvironmentVariable("LAYERSHUFFLE_CACHE", cli.At("cache"));

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("LAYERSHUFFLE_CACHE", null);
        cli.Dispose();
    }

    [Fact]
    public void It_loads_runs_is_refined_by_a_step_and_comes_back_as_it_went()
    {
        Assert.SkipUnless(LongTests.AreWanted, "Takes a minute and gigabytes: set LAYERSHUFFLE_LONG=1.");
        using DisposeScope scope = NewDisposeScope();
        VitConfig config = Base;
        using (VisionTransformer drawn = VisionTransformer.Create(config, 7))
            ModelFolder.Save(cli.At("deit-b"), drawn, Preprocessor.For(config));
        string scenario = cli.Write("full.yaml", """
            name: full
            dataset: {kind: shapes, train: 4, test: 4}
            models:
              as-it-is: {checkpoint: deit-b}
              refined: {checkpoint: deit-b, variant: layershuffle, training: {epochs: 1, batch_size: 4, learning_rate: 1e-5, augmentation: none}}
            cluster: {nodes: 3}
            routing: {order: arbitrary}
            workload: {requests: 1, images_per_request: 2}
            """);
        cli.Run("run", scenario, "--output", cli.At("out")).ShouldBe(ExitCodes.Done, cli.Error);

        (VisionTransformer before, _) = ModelFolder.Load(cli.At("deit-b"));
        (VisionTransformer kept, _) = ModelFolder.Load(cli.At("out/models/as-it-is"));
        (VisionTransformer after, _) = ModelFolder.Load(cli.At("out/models/refined"));
        using (before)
        using (kept)
        using (after)
        {
            after.Config.Teacher.ShouldBeTrue();
            after.named_parameters().Sum(part => part.parameter.numel()).ShouldBe(before.named_parameters().Sum(part => part.parameter.numel()));
            Tensor pixels = randn([1, 3, 224, 224], generator: new Generator(5));
            int[] order = [.. Enumerable.Range(0, 12)];
            Tensor logits = before.Forward(pixels, order).Logits;
            kept.Forward(pixels, order).Logits.allclose(logits, 0, 0).ShouldBeTrue();
            after.Forward(pixels, order).Logits.allclose(logits, 0, 0).ShouldBeFalse("a step was taken");

            // The first step of AdamW moves every weight by the learning rate, whatever its gradient; decay comes to much less.
            (Tensor was, Tensor became) = (before.Layers[3].state_dict().First().Value, after.Layers[3].state_dict().First().Value);
            (became - was).abs().max().item<float>().ShouldBeInRange(0.5e-5f, 1.1e-5f);

            ModelFolder.Save(cli.At("again"), after, ModelFolder.LoadPreprocessor(cli.At("out/models/refined"), after.Config));
            File.ReadAllBytes(cli.At("again/model.safetensors")).AsSpan().SequenceEqual(File.ReadAllBytes(cli.At("out/models/refined/model.safetensors")))
                .ShouldBeTrue();
        }
    }

    private static VitConfig Base => new()
    {
        Architecture = ModelArchitecture.Deit,
        Teacher = true,
        ImageSize = 224,
        PatchSize = 16,
        HiddenSize = 768,
        NumHiddenLayers = 12,
        NumAttentionHeads = 12,
        IntermediateSize = 3072,
        NumLabels = 10,
        Id2Label = DatasetLoader.Load(new() { Kind = DatasetKind.Shapes, Train = 10, Test = 10, ImageSize = 16 }, SeedTree.Root(0)).Train.ClassNames,
    };
}
