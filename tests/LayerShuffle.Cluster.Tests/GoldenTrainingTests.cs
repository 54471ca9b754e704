using LayerShuffle.Actors.Training;
using LayerShuffle.Vision.Files;
using LayerShuffle.Vision.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Tests;

/// <summary>One optimizer step through actors is the reference implementation's.</summary>
public class GoldenTrainingTests
{
    // Tiny tensors: a second thread only waits at barriers, and for ages where the machine is busy.
    public GoldenTrainingTests() => torch.set_num_threads(1);

    private const double LossTolerance = 1e-4, GradientTolerance = 1e-4, AfterStepTolerance = 1e-3;

    [Fact]
    public void The_losses_of_the_fixture_in_the_repository_are_reproduced()
    {
        using DisposeScope scope = NewDisposeScope();
        using GoldenFolder golden = GoldenFolder.OpenFixture();
        foreach (string order in golden.Orders)
        {
            using VisionTransformer model = ModelFolder.Load(golden.Directory).Model;
            using var harness = new TrainingHarness(model, new TrainingOptions());
            StepResult result = harness.Step(golden.Order(order), 1e-3, (golden.Tensors["pixel_values"], golden.Tensors["labels"]));
            result.TotalLoss.ShouldBe(golden.Loss(order, "train_loss")!.Value, LossTolerance, order);
            result.ClassLoss.ShouldBe(golden.Loss(order, "class_loss")!.Value, LossTolerance, order);
            result.PositionLoss!.Value.ShouldBe(golden.Loss(order, "position_loss")!.Value, LossTolerance, order);
        }
    }

    [Theory]
    [MemberData(nameof(GoldenFolder.Names), MemberType = typeof(GoldenFolder))]
    public void A_step_gives_the_reference_s_loss_gradients_and_logits(string folder)
    {
        using GoldenFolder golden = GoldenFolder.Open(folder);
        golden.Trainings.ShouldNotBeEmpty();
        foreach (string training in golden.Trainings)
            Check(golden, training);
    }

    private static void Check(GoldenFolder golden, string training)
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionTransformer model = ModelFolder.Load(golden.Directory).Model;
        using var harness = new TrainingHarness(model, new TrainingOptions { WeightDecay = 0.01, MaxGradNorm = 0 });
        Tensor pixels = golden.Tensors["pixel_values"];
        StepResult result = harness.Step(golden.Order(training), 1e-3, (pixels, golden.Tensors["labels"]));

        result.TotalLoss.ShouldBe(golden.TrainingLoss(training), LossTolerance, training);
        string prefix = $"train.{training}.grad.";
        int compared = 0;
        foreach ((string name, Tensor expected) in golden.Tensors.Where(tensor => tensor.Key.StartsWith(prefix, StringComparison.Ordinal)))
        {
            harness.Gradients[name[prefix.Length..]]!.ShouldBeNear(expected, GradientTolerance * expected.abs().max().item<float>(), name);
            compared++;
        }

        compared.ShouldBeGreaterThan(2);
        using VitOutput after = model.Forward(pixels, LayerOrder.Ascending(model.Config.NumHiddenLayers));
        after.Logits.ShouldBeNear(golden.Tensors[$"train.{training}.after_step.identity_logits"], AfterStepTolerance, training);
    }
}
