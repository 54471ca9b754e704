using System.Text.Json.Nodes;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Datasets;
using LayerShuffle.Datasets.Loading;
using LayerShuffle.Runs.Failures;
using LayerShuffle.Vision.Files;
using LayerShuffle.Vision.Model;
using static TorchSharp.torch;

namespace LayerShuffle.Cli.Tests;

/// <summary>A model that comes from a Hugging Face folder keeps its settings, and takes the scenario's, all the way to the folder that a run writes.</summary>
[Collection(TrainedOnce.Name)]
public sealed class ImportedModelTests : IDisposable
{
    private const string Data =
        "name: imports\nthreads: 1\ndataset: {kind: shapes, train: 40, test: 10}\nmodel: {training: {epochs: 1, batch_size: 10, learning_rate: "
            + "0.01}}\nworkload: {requests: 2}\n";

    private static readonly VitConfig Small = new()
    {
        ImageSize = 16,
        PatchSize = 8,
        HiddenSize = 12,
        NumHiddenLayers = 4,
        NumAttentionHeads = 3,
        IntermediateSize = 24,
        NumLabels = 10,
        Id2Label = DatasetLoader.Load(new() { Kind = DatasetKind.Shapes, Train = 10, Test = 10, ImageSize = 16 }, SeedTree.Root(0)).Train.ClassNames,
    };

    private readonly Cli cli = new();

    public ImportedModelTests() => Environment.SetEnvironmentVariable("LAYERSHUFFLE_CACHE", cli.At("cache"));

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("LAYERSHUFFLE_CACHE", null);
        cli.Dispose();
    }

    [Fact]
    public void Refining_a_folder_honours_the_settings_of_training()
    {
        Folder("vit", Small);
        Run("""
            models:
              standard: {checkpoint: vit, training: {}}
              d0: {checkpoint: vit, variant: layerdrop, layerdrop: 0%, training: {}}
              d2: {checkpoint: vit, variant: layerdrop, layerdrop: 0.2, training: {}}
              d9: {checkpoint: vit, variant: layerdrop, layerdrop: 0.9, training: {}}
              p0: {checkpoint: vit, variant: layershuffle-predict, position_loss_weight: 0, training: {}}
              p9: {checkpoint: vit, variant: layershuffle-predict, position_loss_weight: 9, training: {}}
            """);
        (Saved("d0")["layerdrop"]!.GetValue<double>(), Saved("d2")["layerdrop"]!.GetValue<double>(), Saved("d9")["layerdrop"]!.GetValue<double>())
            .ShouldBe((0, 0.2, 0.9));
        (Saved("p0")["position_loss_weight"]!.GetValue<double>(), Saved("p9")["position_loss_weight"]!.GetValue<double>()).ShouldBe((0, 9));
        Weights("d0").ShouldBe(Weights("standard")); // what drops nothing is the ordinary training
        new[] { "d0", "d2", "d9", "p0", "p9" }.Select(name => Convert.ToHexString(Weights(name))).Distinct().Count().ShouldBe(5);
    }

    [Fact]
    public void A_variant_that_config_json_names_is_kept_with_all_its_tensors()
    {
        Folder("told", Small with { Variant = ModelVariant.LayerShufflePosition });
        Run("models: {told: {checkpoint: told}}\n");
        Saved("told")["architectures"]![0]!.GetValue<string>().ShouldBe("PositionEncodingViTForImageClassification");
        Weights("told").ShouldBe(File.ReadAllBytes(cli.At("told/model.safetensors")));
        Run("models: {told: {checkpoint: told, variant: standard}}\n");
        cli.Error.ShouldContain("the variant standard has no place for 17 tensors of the checkpoint, which are left out: vit.encoder.embedding.weight, ");
    }

    [Fact]
    public void What_starts_from_an_imported_model_is_what_that_model_is()
    {
        Folder("odd", Small with { QkvBias = false, LayerNormEps = 0.001, HiddenAct = HiddenActivation.QuickGelu, Architecture = ModelArchitecture.Deit });
        Run("models: {odd: {checkpoint: odd}, refined: {variant: layershuffle, init_from: odd}}\n");
        JsonObject saved = Saved("refined");
        saved["architectures"]![0]!.GetValue<string>().ShouldBe("ShufflingDeiTForImageClassification");
        saved["hidden_act"]!.GetValue<string>().ShouldBe("quick_gelu");
        saved["qkv_bias"]!.GetValue<bool>().ShouldBeFalse();
        saved["layer_norm_eps"]!.GetValue<double>().ShouldBe(0.001);
        (saved["image_size"]!.GetValue<int>(), saved["hidden_size"]!.GetValue<int>(), saved["num_hidden_layers"]!.GetValue<int>()).ShouldBe((16, 12, 4));
        Weights("refined").ShouldNotBe(Weights("odd"));
    }

    [Fact]
    public void A_backbone_is_given_a_head_by_training_and_refused_without()
    {
        using (NewDisposeScope())
        {
            Folder("backbone", Small with { NumLabels = 2, Id2Label = null });
            string file = cli.At("backbone/model.safetensors");
            SafeTensors.Write(file,
                SafeTensors.Read(file).Where(tensor => !tensor.Key.StartsWith("classifier", StringComparison.Ordinal))
                .ToDictionary(tensor => tensor.Key["vit.".Length..], tensor => tensor.Value));
        }

        string alone = cli.Write("alone.yaml", Data + "models: {m: {checkpoint: backbone}}\n");
        cli.Run("validate", alone).ShouldBe(ExitCodes.Invalid);
        cli.Error.ShouldContain("has no head (classifier.weight, classifier.bias): it is a backbone");
        cli.Run("run", alone, "--output", cli.At("never")).ShouldBe(ExitCodes.Invalid);
        Run("models: {m: {checkpoint: backbone, training: {}}}\n");
        cli.Error.ShouldContain("m: the checkpoint has no head: a new one for 10 classes is drawn");
        Saved("m")["id2label"]!.AsObject().Select(label => label.Value!.GetValue<string>()).ShouldBe(Small.Id2Label!);
    }

    private void Folder(string name, VitConfig config)
    {
        using VisionTransformer model = VisionTransformer.Create(config, 4);
        ModelFolder.Save(cli.At(name), model, Preprocessor.For(config));
    }

    private void Run(string models)
    {
        if (Directory.Exists(cli.At("out")))
            Directory.Delete(cli.At("out"), true);
        cli.Run("run", cli.Write("s.yaml", Data + models), "--output", cli.At("out")).ShouldBe(ExitCodes.Done, cli.Error);
    }

    private JsonObject Saved(string model) => JsonNode.Parse(File.ReadAllText(cli.At($"out/models/{model}/config.json")))!.AsObject();

    private byte[] Weights(string model) => File.ReadAllBytes(cli.At($"out/models/{model}/model.safetensors"));
}
