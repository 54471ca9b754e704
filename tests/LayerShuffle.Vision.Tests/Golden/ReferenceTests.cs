using LayerShuffle.Vision.Files;
using LayerShuffle.Vision.Inference;
using LayerShuffle.Vision.Model;
using LayerShuffle.Vision.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Vision.Tests.Golden;

/// <summary>The model computes what the paper's reference implementation computes.</summary>
public sealed class ReferenceTests
{
    private const double LogitTolerance = 1e-4, StateTolerance = 3e-4, GradientTolerance = 1e-4, AfterStepTolerance = 1e-3;

    public static TheoryData<string> Folders => [.. GoldenFolder.Names];

    [Fact]
    public void The_fixture_in_the_repository_is_reproduced()
    {
        using GoldenFolder golden = GoldenFolder.OpenFixture();
        CheckOrders(golden);
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Every_order_gives_the_reference_s_outputs_and_losses(string folder)
    {
        using GoldenFolder golden = GoldenFolder.Open(folder);
        CheckOrders(golden);
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Training_gives_the_reference_s_gradients_and_step(string folder)
    {
        using GoldenFolder golden = GoldenFolder.Open(folder);
        golden.Trainings.ShouldNotBeEmpty();
        foreach (string training in golden.Trainings)
            CheckTraining(golden, training);
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void A_loaded_model_is_saved_byte_for_byte(string folder)
    {
        using GoldenFolder golden = GoldenFolder.Open(folder);
        using var to = new Models.Folder();
        (VisionTransformer model, Preprocessor preprocessor) = ModelFolder.Load(golden.Directory);
        using (model)
            ModelFolder.Save(to.Path, model, preprocessor);
        File.ReadAllBytes(to["model.safetensors"]).ShouldBe(File.ReadAllBytes(Path.Combine(golden.Directory, "model.safetensors")));
        (ModelFolder.LoadConfig(to.Path) with { Id2Label = null }).ShouldBe(ModelFolder.LoadConfig(golden.Directory) with { Id2Label = null });
    }

    private static void CheckOrders(GoldenFolder golden)
    {
        using var scope = NewDisposeScope();
        using VisionTransformer model = ModelFolder.Load(golden.Directory).Model;
        golden.Orders.Count().ShouldBe(7);
        foreach (string name in golden.Orders)
        {
            int[] order = golden.Order(name);
            Tensor pixels = golden.Tensors["pixel_values"], labels = golden.Tensors["labels"];
            void Compare(string key, Tensor actual, double tolerance)
            {
                if (golden.Tensors.TryGetValue($"order.{name}.{key}", out Tensor? expected))
                    actual.ShouldBeNear(expected, tolerance, $"{key} of {name}");
            }

            using PredictOutput predicted = Predictor.Run(model, pixels, order);
            Compare("logits", predicted.Logits, LogitTolerance);
            Compare("cls_states", predicted.ClsStates, StateTolerance);
            Compare("cls_delta_norm", predicted.ClsDeltaNorm, StateTolerance);
            if (predicted.PositionLogits is not null)
                Compare("position_logits", predicted.PositionLogits, LogitTolerance);

            using VitOutput output = model.Forward(pixels, order, collectStates: true);
            Compare("logits", output.Logits, LogitTolerance);
            Compare("hidden_states", stack([.. output.HiddenStates!.Select(state => state.narrow(0, 0, 1))]), StateTolerance);
            CheckLosses(golden, name, output, labels, model.Config);
        }
    }

    private static void CheckLosses(GoldenFolder golden, string order, VitOutput output, Tensor labels, VitConfig config)
    {
        VitLoss.Total(output, labels, config).ToDouble().ShouldBe(golden.Loss(order, "train_loss")!.Value, LogitTolerance);
        VitLoss.ClassLoss(output.Logits, labels).ToDouble().ShouldBe(golden.Loss(order, "class_loss")!.Value, LogitTolerance);
        if (golden.Loss(order, "position_loss") is { } expected)
            output.PositionLogits!.Select((logits, i) => VitLoss.PositionLoss(logits, i).ToDouble()).Average().ShouldBe(expected, LogitTolerance);
    }

    private static void CheckTraining(GoldenFolder golden, string training)
    {
        using var scope = NewDisposeScope();
        using VisionTransformer model = ModelFolder.Load(golden.Directory).Model;
        using var optimizer = optim.AdamW(model.parameters(), lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay: 0.01);
        Tensor pixels = golden.Tensors["pixel_values"], labels = golden.Tensors["labels"];
        using (VitOutput output = model.Forward(pixels, golden.Order(training)))
            VitLoss.Total(output, labels, model.Config).backward();

        IReadOnlyDictionary<string, Tensor?> gradients = model.Gradients();
        string prefix = $"train.{training}.grad.";
        int compared = 0;
        foreach ((string name, Tensor expected) in golden.Tensors.Where(tensor => tensor.Key.StartsWith(prefix, StringComparison.Ordinal)))
        {
            gradients[name[prefix.Length..]]!.ShouldBeNear(expected, GradientTolerance * expected.abs().max().ToDouble(), name);
            compared++;
        }

        compared.ShouldBeGreaterThan(2);
        foreach ((string name, double norm) in golden.GradientNorms(training).Where(norm => !norm.Key.EndsWith(".key.bias", StringComparison.Ordinal)))
        {
            if (double.IsNaN(norm))
                gradients[name].ShouldBeNull(name);
            else
                linalg.vector_norm(gradients[name]!).ToDouble().ShouldBe(norm, 1e-3 * norm + 1e-6, name);
        }

        optimizer.step();
        using PredictOutput after = Predictor.Run(model, pixels, LayerOrder.Ascending(model.Config.NumHiddenLayers));
        after.Logits.ShouldBeNear(golden.Tensors[$"train.{training}.after_step.identity_logits"], AfterStepTolerance, "logits after the step");
    }
}
