using System.Globalization;
using LayerShuffle.Vision.Files;
using LayerShuffle.Vision.Inference;
using LayerShuffle.Vision.Model;
using LayerShuffle.Vision.Tests.Imports;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Vision.Tests.Files;

/// <summary>timm's own config.json: a name instead of sizes.</summary>
public sealed class TimmConfigTests
{
    private const string Pretrained = """
        "pretrained_cfg": {"tag": "augreg", "input_size": [3, 224, 224], "interpolation": "bicubic", "crop_pct": 0.9, "crop_mode": "center",
            "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5], "num_classes": 1000}
        """;

    [Theory]
    [InlineData("vit_tiny_patch16_224", 192, 12, 3, 768, 16, 224)]
    [InlineData("vit_tiny_patch16_224.augreg_in21k_ft_in1k", 192, 12, 3, 768, 16, 224)]
    [InlineData("vit_small_patch32_384", 384, 12, 6, 1536, 32, 384)]
    [InlineData("vit_base_patch8_224", 768, 12, 12, 3072, 8, 224)]
    [InlineData("vit_base_patch16_224_in21k", 768, 12, 12, 3072, 16, 224)]
    [InlineData("vit_large_patch14_224", 1024, 24, 16, 4096, 14, 224)]
    [InlineData("vit_huge_patch14_224", 1280, 32, 16, 5120, 14, 224)]
    [InlineData("vit_giant_patch14_224", 1408, 40, 16, 6144, 14, 224)]
    [InlineData("vit_gigantic_patch14_224", 1664, 48, 16, 8192, 14, 224)]
    [InlineData("deit_tiny_patch16_224", 192, 12, 3, 768, 16, 224)]
    [InlineData("deit_base_patch16_384", 768, 12, 12, 3072, 16, 384)]
    public void A_name_gives_the_sizes(string architecture, int width, int layers, int heads, int wide, int patch, int image)
    {
        VitConfig config = VitConfig.Parse(
            Bytes($$"""{"architecture": "{{architecture}}", "num_classes": 1000, "num_features": {{width}}, "global_pool": "token"}"""), "config.json");
        (config.HiddenSize, config.NumHiddenLayers, config.NumAttentionHeads, config.IntermediateSize, config.PatchSize, config.ImageSize)
            .ShouldBe((width, layers, heads, wide, patch, image));
        (config.Architecture, config.Teacher, config.LayerNormEps, config.NumLabels, config.NumChannels, config.QkvBias)
            .ShouldBe((ModelArchitecture.Vit, false, 1e-6, 1000, 3, true));
    }

    [Fact]
    public void A_distilled_one_has_two_heads_and_miil_no_biases()
    {
        VitConfig config = VitConfig.Parse(
            Bytes("""{"architecture": "deit_small_distilled_patch16_224", "num_classes": 7, "label_names": ["a", "b", "c", "d", "e", "f", "g"]}"""),
            "config.json");
        (config.Architecture, config.Teacher, config.HiddenSize, config.NumLabels).ShouldBe((ModelArchitecture.Deit, true, 384, 7));
        config.Id2Label.ShouldBe(["a", "b", "c", "d", "e", "f", "g"]);
        VitConfig.Parse(Bytes("""{"architecture": "vit_base_patch16_224_miil", "num_classes": 7}"""), "config.json").QkvBias.ShouldBeFalse();
    }

    [Theory]
    [InlineData("""{"architecture": "swin_tiny_patch4_window7_224", "num_classes": 1000, "num_features": 768, PRE}""",
        "swin_tiny_patch4_window7_224, which is not among those that are known here (vit_tiny_patchN_SIZE")]
    [InlineData("""{"architecture": "vit_base_patch14_dinov2", "num_classes": 1000, "num_features": 768, PRE}""",
        "\"model_type\": \"vit\", \"image_size\": 224, \"patch_size\": …, \"hidden_size\": 768")]
    [InlineData("""{"architecture": "deit3_small_patch16_224", "num_classes": 11}""", "\"layer_norm_eps\": 1e-6, \"num_labels\": 11")]
    [InlineData("""{"architecture": "vit_small_distilled_patch16_224", "num_classes": 11}""", "not among those that are known here")]
    [InlineData("""{"architecture": "deit_large_patch16_224", "num_classes": 11}""", "not among those that are known here")]
    [InlineData("""{"num_classes": 11, PRE}""", "config.json is timm's and has no architecture")]
    [InlineData("""{"architecture": "vit_tiny_patch16_224", "num_classes": 11, "global_pool": "avg"}""", "tokens are pooled (global_pool avg)")]
    [InlineData("""{"architecture": "vit_tiny_patch16_224", "num_classes": 11, "model_args": {"init_values": 1e-5}}""",
        "changes init_values of its architecture to 1e-5")]
    [InlineData("""{"architecture": "vit_tiny_patch16_224", "num_classes": 11, "model_args": {"class_token": false}}""",
        "changes class_token of its architecture to false")]
    [InlineData("""{"architecture": "vit_tiny_patch16_224", "num_classes": 11, "model_args": {"img_size": 100}}""",
        "image_size 100 is not a multiple of patch_size 16")]
    [InlineData("""{"architecture": "vit_tiny_patch16_224", "num_classes": 11, "label_names": ["a"]}""", "There are 1 names of classes for 11 classes")]
    [InlineData("""{"architecture": "vit_tiny_patch16_224", "num_classes": 11, "pretrained_cfg": {"input_size": [3, 0.5, 3]}}""",
        "input_size in pretrained_cfg of config.json must be")]
    public void What_is_not_known_is_refused_with_what_to_write(string json, string message) =>
        Should.Throw<ModelFormatException>(() => VitConfig.Parse(Bytes(json.Replace("PRE", Pretrained.Trim(), StringComparison.Ordinal)),
            "config.json")).Message.ShouldContain(message);

    [Theory]
    [InlineData(false, 3)]
    [InlineData(true, 3)]
    [InlineData(false, 1)]
    public void A_folder_of_timm_s_computes_what_its_weights_compute(bool distilled, int channels)
    {
        using DisposeScope scope = NewDisposeScope();
        var plain = new PlainVit { Deit = distilled, Teacher = distilled, Image = (8, 12), Patch = (4, 4), Channels = channels, Eps = 1e-6 };
        Dictionary<string, Tensor> weights = plain.Weights(3, ScalarType.Float32);
        using var folder = new Models.Folder();
        SafeTensors.Write(folder["model.safetensors"], Layouts.Named("timm", plain, weights));
        File.WriteAllText(folder["config.json"], $$$"""
            {"architecture": "{{{(distilled ? "deit_tiny_distilled" : "vit_tiny")}}}_patch16_224", "num_classes": 5, "num_features": 12, "global_pool": "token",
             "model_args": {"img_size": [8, 12], "patch_size": 4, "in_chans": {{{channels}}}, "embed_dim": 12, "depth": 3, "num_heads": 3,
                 "mlp_ratio": {{{(20 / 12.0).ToString(CultureInfo.InvariantCulture)}}}, "drop_path_rate": 0.0, "init_values": null},
             "pretrained_cfg": {"input_size": [{{{channels}}}, 8, 12], "interpolation": "bilinear", "crop_pct": 0.8,
                 "mean": {{{(channels == 1 ? "[0.1]" : "[0.1, 0.2, 0.3]")}}}, "std": {{{(channels == 1 ? "[0.4]" : "[0.4, 0.5, 0.6]")}}}}}
            """);
        (VisionTransformer model, Preprocessor preprocessor) = ModelFolder.Load(folder.Path);
        using (model)
        {
            Tensor pixels = plain.Pixels(5);
            using PredictOutput output = Predictor.Run(model, pixels, LayerOrder.Ascending(3));
            output.Logits.to(float64).ShouldBeNear(plain.Forward(weights, pixels), 2e-5, "timm");
        }

        // timm: each side ÷ crop_pct, rounded down, is covered, and the middle is cut out of that.
        preprocessor.Size.ShouldBe(new PixelSize(10, 15, null) { Covered = true });
        (preprocessor.CropSize, preprocessor.CropRoundsToEven, preprocessor.Resample).ShouldBe((new PixelSize(8, 12, null), true, 2));
        preprocessor.ImageMean.ShouldBe(channels == 1 ? [0.1] : [0.1, 0.2, 0.3]);

        using var saved = new Models.Folder();
        using VisionTransformer again = ModelFolder.Load(folder.Path).Model;
        ModelFolder.Save(saved.Path, again, preprocessor);
        (ModelFolder.LoadConfig(saved.Path) with { Id2Label = null }).ShouldBe(again.Config with { Id2Label = null });
        Preprocessor read = ModelFolder.LoadPreprocessor(saved.Path, again.Config);
        (read.Size, read.CropSize, read.CropRoundsToEven, read.Resample, read.DoCenterCrop).ShouldBe((preprocessor.Size, preprocessor.CropSize, true, 2, true));
    }

    [Theory]
    [InlineData("{\"a\": 1,}", "config.json is not valid JSON in line 1, byte 9: ")]
    [InlineData("{\n  \"a\": 1\n  \"b\": 2\n}", "config.json is not valid JSON in line 3, byte 3: ")]
    public void Broken_JSON_is_shown_where_it_breaks(string json, string message)
    {
        string said = Should.Throw<ModelFormatException>(() => VitConfig.Parse(Bytes(json), "config.json")).Message;
        said.ShouldStartWith(message);
        said.ShouldNotContain("LineNumber");
        said.ShouldNotContain("reader");
        said.ShouldEndWith(".");
    }

    [Fact]
    public void An_older_file_has_everything_at_the_top()
    {
        using var folder = new Models.Folder();
        File.WriteAllText(folder["config.json"], """
            {"architecture": "vit_tiny_patch16_224", "num_classes": 2, "input_size": [3, 64, 64], "interpolation": "lanczos", "crop_pct": 1.0,
             "mean": [0.1, 0.2, 0.3], "std": [0.4, 0.5, 0.6], "labels": ["cat", "dog"]}
            """);
        VitConfig config = ModelFolder.LoadConfig(folder.Path);
        (config.ImageSize, config.PatchSize).ShouldBe((64, 16));
        config.Id2Label.ShouldBe(["cat", "dog"]);
        Preprocessor preprocessor = ModelFolder.LoadPreprocessor(folder.Path, config);
        (preprocessor.Size, preprocessor.Resample).ShouldBe((PixelSize.Shortest(64), 1));
    }

    private static byte[] Bytes(string json) => System.Text.Encoding.UTF8.GetBytes(json);
}
