using LayerShuffle.Vision.Inference;
using LayerShuffle.Vision.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Vision.Tests.Inference;

[Collection(nameof(HandleCounting))]
public sealed class PredictorTests
{
    [Theory]
    [MemberData(nameof(Models.All), MemberType = typeof(Models))]
    public void Inference_agrees_with_the_training_pass_and_leaks_nothing(ModelVariant variant, ModelArchitecture architecture)
    {
        VitConfig config = Models.Tiny(variant, architecture);
        using VisionTransformer model = Models.Random(config);
        using Tensor pixels = Models.Pixels(config);
        int[] order = [3, 0, 2];
        Predictor.Run(model, pixels, order).Dispose();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using (PredictOutput predicted = Predictor.Run(model, pixels, order))
        using (VitOutput output = model.Forward(pixels, order, collectStates: true))
        {
            predicted.Logits.ShouldBeNear(output.Logits, 1e-5, "logits");
            predicted.ClsStates.shape.ShouldBe([4, 3, 12]);
            predicted.ClsDeltaNorm.shape.ShouldBe([3, 3]);
            predicted.PositionLogits?.shape.ShouldBe([9, 4]);
            (predicted.PositionLogits is not null).ShouldBe(variant == ModelVariant.LayerShufflePredict);
            predicted.ToDictionary().Keys.ShouldContain("cls_delta_norm");
            predicted.Logits.requires_grad.ShouldBeFalse();
        }

        using (VitOutput output = model.Forward(pixels, order))
            output.HiddenStates.ShouldBeNull();
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.ShouldBe(before);
    }

    [Fact]
    public void An_empty_order_leaves_the_embeddings_to_the_head()
    {
        using var scope = NewDisposeScope();
        using VisionTransformer model = Models.Random(Models.Tiny(ModelVariant.LayerShufflePredict));
        PredictOutput output = Predictor.Run(model, Models.Pixels(model.Config), []);
        output.Logits.shape.ShouldBe([3, 5]);
        output.ClsStates.shape.ShouldBe([1, 3, 12]);
        output.ClsDeltaNorm.shape.ShouldBe([0, 3]);
        output.PositionLogits!.shape.ShouldBe([0, 4]);
    }

    [Theory]
    [InlineData("1,1", "layer 1 twice")]
    [InlineData("0,4", "layer 4, but the model's layers are 0 to 3")]
    [InlineData("-1", "layer -1")]
    public void Impossible_orders_are_refused(string order, string expected)
    {
        using var scope = NewDisposeScope();
        using VisionTransformer model = Models.Random(Models.Tiny());
        int[] ids = [.. order.Split(',').Select(int.Parse)];
        Should.Throw<ModelFormatException>(() => Predictor.Run(model, Models.Pixels(model.Config), ids)).Message.ShouldContain(expected);
        Should.Throw<ModelFormatException>(() => model.Forward(Models.Pixels(model.Config), ids));
    }

    [Fact]
    public void Images_that_do_not_fit_are_refused()
    {
        using var scope = NewDisposeScope();
        using VisionTransformer model = Models.Random(Models.Tiny());
        string Refuse(Tensor pixels) => Should.Throw<ModelFormatException>(() => Predictor.Run(model, pixels, [0])).Message;
        Refuse(zeros(3, 8, 8)).ShouldContain("four dimensions");
        Refuse(zeros(1, 1, 8, 8)).ShouldContain("1 channels");
        Refuse(zeros(1, 3, 8, 12)).ShouldContain("8×12");
        Refuse(zeros([0, 3, 8, 8])).ShouldContain("no images");
        Refuse(zeros([1, 3, 8, 8], dtype: uint8)).ShouldContain("floating-point");
        Predictor.Run(model, zeros([1, 3, 8, 8], dtype: float64), [0]).Logits.dtype.ShouldBe(float32);
    }
}

[CollectionDefinition(nameof(HandleCounting), DisableParallelization = true)]
public sealed class HandleCounting;
