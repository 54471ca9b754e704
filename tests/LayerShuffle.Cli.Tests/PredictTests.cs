using LayerShuffle.Runs.Failures;
using LayerShuffle.Vision.Files;
using LayerShuffle.Vision.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Cli.Tests;

public class PredictTests
{
    [Theory]
    [InlineData(null, 3)]
    [InlineData("2,0", 2)]
    public void Predict_writes_what_the_plain_model_computes(string? order, int executed)
    {
        using var cli = new Cli();
        using DisposeScope scope = NewDisposeScope();
        var config = new VitConfig
        {
            Variant = ModelVariant.LayerShufflePredict,
            ImageSize = 8,
            PatchSize = 4,
            HiddenSize = 12,
            NumHiddenLayers = 3,
            NumAttentionHeads = 3,
            IntermediateSize = 24
        };
        using VisionTransformer model = VisionTransformer.Create(config, 3);
        ModelFolder.Save(cli.At("model"), model, Preprocessor.For(config));
        Tensor pixels = linspace(-1, 1, 2 * 3 * 8 * 8).reshape(2, 3, 8, 8);
        SafeTensors.Write(cli.At("x.safetensors"), new Dictionary<string, Tensor> { ["pixel_values"] = pixels });

        string[] args = ["predict", "--model", cli.At("model"), "--input", cli.At("x.safetensors"), "--output", cli.At("y.safetensors")];
        cli.Run(order is null ? args : [.. args, "--order", order]).ShouldBe(ExitCodes.Done, cli.Error);

        IReadOnlyDictionary<string, Tensor> written = SafeTensors.Read(cli.At("y.safetensors"));
        written.Keys.Order().ShouldBe(["cls_delta_norm", "cls_states", "logits", "position_logits"]);
        written["cls_states"].shape.ShouldBe([executed + 1, 2, 12]);
        written["cls_delta_norm"].shape.ShouldBe([executed, 2]);
        written["position_logits"].shape.ShouldBe([executed * 2, 3]);
        using VitOutput expected = model.Forward(pixels, order is null ? [0, 1, 2] : [2, 0]);
        written["logits"].allclose(expected.Logits, 1e-5, 1e-6).ShouldBeTrue();
    }

    [Theory]
    [InlineData("0,9")]
    [InlineData("1,1")]
    [InlineData("a")]
    public void A_bad_order_is_a_sentence(string order)
    {
        using var cli = new Cli();
        var config = new VitConfig { ImageSize = 8, PatchSize = 4, HiddenSize = 12, NumHiddenLayers = 3, NumAttentionHeads = 3, IntermediateSize = 24 };
        using VisionTransformer model = VisionTransformer.Create(config, 3);
        ModelFolder.Save(cli.At("model"), model, Preprocessor.For(config));
        using Tensor pixels = zeros(1, 3, 8, 8);
        SafeTensors.Write(cli.At("x.safetensors"), new Dictionary<string, Tensor> { ["pixel_values"] = pixels });
        cli.Run("predict", "--model", cli.At("model"), "--input", cli.At("x.safetensors"), "--output", cli.At("y.safetensors"), "--order", order)
            .ShouldBeOneOf(ExitCodes.Invalid, ExitCodes.RunFailed);
        cli.Error.ShouldStartWith("Error:");
    }
}
