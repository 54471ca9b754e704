using LayerShuffle.Actors.Training;
using LayerShuffle.Vision.Model;
using LayerShuffle.Vision.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Tests;

/// <summary>Training through actors, where the graph is cut at every hop, is training of the uncut model.</summary>
public class TrainingGradientTests
{
    // Tiny tensors: a second thread only waits at barriers, and for ages where the machine is busy.
    public TrainingGradientTests() => torch.set_num_threads(1);

    private const double Smoothing = 0.05;
    private static readonly TrainingOptions Options = new() { MaxGradNorm = 0, LabelSmoothing = Smoothing };

    [Theory]
    [MemberData(nameof(TinyModels.All), MemberType = typeof(TinyModels))]
    public void Gradients_equal_the_uncut_ones_bitwise(ModelVariant variant, ModelArchitecture architecture)
    {
        VitConfig config = TinyModels.Config(variant, architecture, layers: 4);
        int[][] orders = variant == ModelVariant.LayerDrop ? [[0, 1, 2, 3], [1, 3], []] : [[2, 0, 3, 1], [3, 1], [0, 1, 2, 3]];
        foreach (int[] order in orders)
        {
            using DisposeScope scope = NewDisposeScope();
            using VisionTransformer uncut = TinyModels.Random(config), cut = TinyModels.Random(config);
            (Tensor pixels, Tensor labels) = TinyModels.Images(config, 6);
            VitOutput output = uncut.Forward(pixels, order);
            Tensor loss = VitLoss.Total(output, labels, config, Smoothing);
            loss.backward();

            using var harness = new TrainingHarness(cut, Options);
            StepResult result = harness.Step(order, 1e-3, (pixels, labels));
            harness.Gradients.ShouldEqualBitwise(uncut.Gradients());
            result.TotalLoss.ShouldBe(loss.item<float>(), 1e-6);
            result.ClassLoss.ShouldBe(VitLoss.ClassLoss(output.Logits, labels, Smoothing).item<float>(), 1e-7);
            result.PositionLoss.HasValue.ShouldBe(variant == ModelVariant.LayerShufflePredict);
            double norm = Math.Sqrt(uncut.Gradients().Values.Sum(g => g is null ? 0.0 : g.square().sum().item<float>()));
            result.GradientNorm.ShouldBe(norm, 1e-5 * norm);
        }
    }

    [Theory]
    [MemberData(nameof(TinyModels.All), MemberType = typeof(TinyModels))]
    public void Micro_batches_add_up_to_the_batch(ModelVariant variant, ModelArchitecture architecture)
    {
        VitConfig config = TinyModels.Config(variant, architecture);
        int[] order = variant == ModelVariant.LayerDrop ? [0, 2] : [2, 0, 1];
        using DisposeScope scope = NewDisposeScope();
        using VisionTransformer whole = TinyModels.Random(config), parts = TinyModels.Random(config), cut = TinyModels.Random(config);
        (Tensor pixels, Tensor labels) = TinyModels.Images(config, 8);
        (Tensor, Tensor)[] micro = [.. pixels.chunk(4).Zip(labels.chunk(4))];
        Tensor loss = VitLoss.Total(whole.Forward(pixels, order), labels, config, Smoothing);
        loss.backward();
        foreach ((Tensor some, Tensor theirs) in micro)
            (VitLoss.Total(parts.Forward(some, order), theirs, config, Smoothing) * 0.25).backward();

        using var harness = new TrainingHarness(cut, Options);
        StepResult result = harness.Step(order, 1e-3, micro);
        harness.Gradients.ShouldEqualBitwise(parts.Gradients());
        ShouldBeNear(harness.Gradients, whole.Gradients());
        result.TotalLoss.ShouldBe(loss.item<float>(), 1e-6);
    }

    [Fact]
    public void Micro_batches_of_different_sizes_count_by_their_images()
    {
        VitConfig config = TinyModels.Config(ModelVariant.LayerShufflePredict);
        int[] order = [1, 2, 0];
        using DisposeScope scope = NewDisposeScope();
        using VisionTransformer whole = TinyModels.Random(config), cut = TinyModels.Random(config);
        (Tensor pixels, Tensor labels) = TinyModels.Images(config, 7);
        VitLoss.Total(whole.Forward(pixels, order), labels, config, Smoothing).backward();
        using var harness = new TrainingHarness(cut, Options);
        harness.Step(order, 1e-3, [.. pixels.chunk(4).Zip(labels.chunk(4))]);
        ShouldBeNear(harness.Gradients, whole.Gradients());
    }

    [Fact]
    public void A_step_is_that_of_one_optimizer_over_the_uncut_model_with_clipped_gradients()
    {
        VitConfig config = TinyModels.Config();
        int[] order = [1, 2, 0];
        const double maxNorm = 0.1;
        using DisposeScope scope = NewDisposeScope();
        using VisionTransformer uncut = TinyModels.Random(config), cut = TinyModels.Random(config);
        (Tensor pixels, Tensor labels) = TinyModels.Images(config, 8);
        using var optimizer = optim.AdamW(uncut.parameters(), lr: 1e-2, weight_decay: 0.05);
        using var harness = new TrainingHarness(cut, new TrainingOptions { MaxGradNorm = maxNorm });
        for (int step = 0; step < 3; step++)
        {
            uncut.zero_grad();
            VitLoss.Total(uncut.Forward(pixels, order), labels, config).backward();
            double norm = nn.utils.clip_grad_norm_(uncut.parameters(), maxNorm);
            norm.ShouldBeGreaterThan(maxNorm);
            optimizer.step();
            harness.Step(order, 1e-2, (pixels, labels)).GradientNorm.ShouldBe(norm, 1e-4 * norm);
        }

        foreach ((string name, Tensor expected) in uncut.StateDictionary().Where(t => !t.Key.EndsWith(".key.bias", StringComparison.Ordinal)))
            cut.StateDictionary()[name].ShouldBeNear(expected, 1e-4, name);
    }

    [Fact]
    public void Layers_that_were_left_out_are_not_touched_by_the_step()
    {
        VitConfig config = TinyModels.Config(ModelVariant.LayerDrop, layers: 4);
        using DisposeScope scope = NewDisposeScope();
        using VisionTransformer model = TinyModels.Random(config);
        (Tensor pixels, Tensor labels) = TinyModels.Images(config, 6);
        using var harness = new TrainingHarness(model, new TrainingOptions { WeightDecay = 0.5 });
        harness.Step([0, 1, 2, 3], 1e-2, (pixels, labels)); // now all have momentum
        byte[][] before = [.. model.Layers.Select(layer => layer.Bytes())];
        harness.Step([0, 2], 1e-2, (pixels, labels));
        model.Layers.Select((layer, i) => layer.Bytes().SequenceEqual(before[i])).ShouldBe([false, true, false, true]);
    }

    /// <summary>But for the key biases, whose true gradient is 0.</summary>
    private static void ShouldBeNear(IReadOnlyDictionary<string, Tensor?> actual, IReadOnlyDictionary<string, Tensor?> expected)
    {
        foreach ((string name, Tensor? gradient) in expected.Where(g => !g.Key.EndsWith(".key.bias", StringComparison.Ordinal)))
        {
            (actual[name] is null).ShouldBe(gradient is null, name);
            if (gradient is not null)
                actual[name]!.ShouldBeNear(gradient, 1e-5 * gradient.abs().max().item<float>(), name);
        }
    }
}
