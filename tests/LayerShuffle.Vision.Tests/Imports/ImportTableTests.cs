using LayerShuffle.Vision.Files;
using LayerShuffle.Vision.Inference;
using LayerShuffle.Vision.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Vision.Tests.Imports;

/// <summary>What people have, layout by layout, is loaded as what it is: compared with an independent forward pass, image by image.</summary>
public sealed class ImportTableTests
{
    private const double Tolerance = 2e-5;
    private static readonly ScalarType[] Formats = [ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16, ScalarType.Float64];
    private static readonly string[] SevenClasses = ["ant", "bee", "cat", "dog", "eel", "fox", "gnu"];

    public static TheoryData<string, string> LayoutsAndArchitectures()
    {
        var rows = new TheoryData<string, string>();
        foreach (string layout in Layouts.All)
        {
            foreach (string architecture in (string[])["vit", "deit", "deit with teacher"])
                rows.Add(layout, architecture);
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(LayoutsAndArchitectures))]
    public void Every_layout_format_and_head_computes_what_the_checkpoint_computes(string layout, string architecture)
    {
        var plain = new PlainVit { Deit = architecture != "vit", Teacher = architecture == "deit with teacher" };
        foreach (ScalarType format in Formats)
        {
            foreach (string head in (string[])["its own", "none", "of another size"])
            {
                using var scope = NewDisposeScope();
                Dictionary<string, Tensor> weights = plain.Weights(7, format);
                using Models.Folder folder = Write(plain, layout, head == "none"
                    ? weights.Where(weight => !weight.Key.StartsWith("head", StringComparison.Ordinal)).ToDictionary() : weights);
                ModelLoadOptions options = head == "its own" ? new() : new() { AllowNewHead = true, Classes = SevenClasses, Seed = 3 };
                using VisionTransformer model = ModelFolder.Load(folder.Path, options).Model;
                if (head != "its own")
                    TakeNewHead(model, weights, plain);
                Agree(model, plain, weights, $"{layout}, {architecture}, {format}, head {head}");
            }
        }
    }

    [Theory]
    [InlineData("gelu")]
    [InlineData("gelu_new")]
    [InlineData("gelu_pytorch_tanh")]
    [InlineData("quick_gelu")]
    [InlineData("relu")]
    [InlineData("silu")]
    [InlineData("swish")]
    public void Every_activation_image_and_patch_computes_what_the_checkpoint_computes(string activation)
    {
        PlainVit[] models =
        [
            new() { Activation = activation },
            new() { Activation = activation, Image = (8, 12), Patch = (4, 2), Deit = true },
            new() { Activation = activation, Image = (12, 4), Channels = 1 },
            new() { Activation = activation, QkvBias = false, Patch = (2, 4), Eps = 1e-12 },
        ];
        foreach (PlainVit plain in models)
        {
            foreach (string layout in Layouts.All)
            {
                using var scope = NewDisposeScope();
                Dictionary<string, Tensor> weights = plain.Weights(11, ScalarType.Float32);
                using Models.Folder folder = Write(plain, layout, weights), again = new();
                (VisionTransformer model, Preprocessor preprocessor) = ModelFolder.Load(folder.Path);
                using (model)
                {
                    Agree(model, plain, weights, $"{plain} {layout}");
                    ModelFolder.Save(again.Path, model, preprocessor);
                }

                using VisionTransformer saved = ModelFolder.Load(again.Path).Model; // what we write says all of it, too
                Agree(saved, plain, weights, $"{plain} saved");
            }
        }
    }

    [Fact]
    public void The_reference_s_answers_come_from_its_weights_under_other_names()
    {
        using Golden.GoldenFolder golden = Golden.GoldenFolder.OpenFixture();
        foreach (bool prefixed in (bool[])[true, false])
        {
            using var scope = NewDisposeScope();
            using var folder = new Models.Folder();
            File.Copy(Path.Combine(golden.Directory, "config.json"), folder["config.json"]);
            SafeTensors.Write(folder["model.safetensors"],
                SafeTensors.Read(Path.Combine(golden.Directory, "model.safetensors"))
                .ToDictionary(tensor => Five(tensor.Key, prefixed), tensor => tensor.Value));
            using VisionTransformer model = ModelFolder.Load(folder.Path).Model;
            foreach (string order in golden.Orders)
            {
                using VitOutput output = model.Forward(golden.Tensors["pixel_values"], golden.Order(order));
                output.Logits.ShouldBeNear(golden.Tensors[$"order.{order}.logits"], 1e-4, order);
            }
        }
    }

    [Fact]
    public void What_classification_has_no_use_for_is_tolerated_and_named()
    {
        using var scope = NewDisposeScope();
        var plain = new PlainVit();
        Dictionary<string, Tensor> weights = plain.Weights(1, ScalarType.Float32), named = Layouts.Named("transformers 4", plain, weights);
        named["vit.embeddings.mask_token"] = zeros(1, 1, 12);
        named["vit.embeddings.position_ids"] = arange(5, dtype: int64);
        named["vit.pooler.dense.weight"] = zeros(12, 12);
        named["decoder.0.weight"] = zeros(48, 12, 1, 1);
        using Models.Folder folder = Write(plain, named);
        List<string> told = [];
        using VisionTransformer model = ModelFolder.Load(folder.Path, new() { Warn = told.Add }).Model;
        Agree(model, plain, weights, "with more");
        told.ShouldHaveSingleItem().ShouldEndWith("decoder.0.weight, vit.embeddings.mask_token, vit.embeddings.position_ids, vit.pooler.dense.weight");
    }

    [Theory]
    [InlineData("none", false, null, "has no head (classifier.weight, classifier.bias)")]
    [InlineData("none", false, 5, "Give the model's entry `training`")]
    [InlineData("its own", false, 7, "The model tells 5 classes apart, the data set has 7")]
    [InlineData("weight only", true, 5, "missing: classifier.bias")]
    public void A_head_that_is_not_there_or_does_not_fit_is_refused_without_training(string head, bool trained, int? classes, string expected)
    {
        using var scope = NewDisposeScope();
        var plain = new PlainVit();
        Dictionary<string, Tensor> named = Layouts.Named("transformers 4", plain, plain.Weights(1, ScalarType.Float32));
        if (head != "its own")
            named.Remove("classifier.bias");
        if (head == "none")
            named.Remove("classifier.weight");
        using Models.Folder folder = Write(plain, named);
        ModelLoadOptions options = new() { AllowNewHead = trained, Classes = classes is { } count ? [.. SevenClasses.Take(count)] : null };
        Should.Throw<ModelFormatException>(() => ModelFolder.Load(folder.Path, options)).Message.ShouldContain(expected);
        Should.Throw<ModelFormatException>(() => ModelFolder.Check(folder.Path, options)).Message.ShouldContain(expected);
    }

    [Theory]
    [MemberData(nameof(Models.All), MemberType = typeof(Models))]
    public void No_tensor_can_be_missing_and_none_is_one_too_many(ModelVariant variant, ModelArchitecture architecture)
    {
        using var scope = NewDisposeScope();
        using var folder = new Models.Folder();
        using VisionTransformer model = Models.Random(Models.Tiny(variant, architecture) with { NumHiddenLayers = 2 });
        ModelFolder.Save(folder.Path, model, Preprocessor.For(model.Config));
        IReadOnlyDictionary<string, Tensor> state = model.StateDictionary();
        foreach (string name in state.Keys)
        {
            SafeTensors.Write(folder["model.safetensors"], state.Where(tensor => tensor.Key != name).ToDictionary());
            Should.Throw<ModelFormatException>(() => ModelFolder.Check(folder.Path, new())).Message.ShouldContain(name);
        }

        foreach (string odd in (string[])["vit.encoder.layer.0.ls1.gamma", "fc_norm.weight", "blocks.0.attn.q_norm.weight",
            "vit.encoder.layer.2.layernorm_after.bias"])
        {
            SafeTensors.Write(folder["model.safetensors"], new Dictionary<string, Tensor>(state) { [odd] = zeros(12) });
            Should.Throw<ModelFormatException>(() => ModelFolder.Check(folder.Path, new())).Message.ShouldContain("unexpected: " + odd);
        }
    }

    [Fact]
    public void One_tensor_under_two_names_is_refused()
    {
        using var scope = NewDisposeScope();
        var plain = new PlainVit();
        Dictionary<string, Tensor> named = Layouts.Named("transformers 4", plain, plain.Weights(1, ScalarType.Float32));
        named["vit.layers.1.mlp.fc1.bias"] = zeros(20);
        using Models.Folder folder = Write(plain, named);
        Should.Throw<ModelFormatException>(() =>
            ModelFolder.Load(folder.Path)).Message.ShouldContain("vit.layers.1.mlp.fc1.bias and vit.encoder.layer.1.intermediate.dense.bias both are");
    }

    [Theory]
    [InlineData("pytorch_model.bin", "pytorch_model.bin alone")]
    [InlineData("pytorch_model.bin.index.json", "save_pretrained")]
    [InlineData("tf_model.h5", "tf_model.h5 alone")]
    public void Weights_in_another_format_are_recognised(string file, string expected)
    {
        using var folder = new Models.Folder();
        File.WriteAllText(folder["config.json"], new PlainVit().ConfigJson);
        File.WriteAllText(folder[file], "x");
        Should.Throw<ModelFormatException>(() => ModelFolder.Load(folder.Path)).Message.ShouldContain(expected);
    }

    [Theory]
    [InlineData("model.safetensors")]
    [InlineData("config.json")]
    [InlineData("model.safetensors.index.json")]
    public void Pointers_of_Git_LFS_are_recognised(string file)
    {
        using var scope = NewDisposeScope();
        var plain = new PlainVit();
        using Models.Folder folder = Write(plain, "timm", plain.Weights(1, ScalarType.Float32));
        if (file.EndsWith("index.json", StringComparison.Ordinal))
            File.Delete(folder["model.safetensors"]);
        File.WriteAllText(folder[file],
            "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n");
        Should.Throw<ModelFormatException>(() =>
            ModelFolder.Load(folder.Path)).Message.ShouldContain($"{file} is a Git LFS pointer, not the file itself. Run `git lfs pull`");
    }

    private static Models.Folder Write(PlainVit plain, string layout, Dictionary<string, Tensor> weights) =>
        Write(plain, Layouts.Named(layout, plain, weights));

    private static Models.Folder Write(PlainVit plain, Dictionary<string, Tensor> named)
    {
        var folder = new Models.Folder();
        File.WriteAllText(folder["config.json"], plain.ConfigJson);
        SafeTensors.Write(folder["model.safetensors"], named);
        return folder;
    }

    /// <summary>The new head's own numbers, put where the plain model looks for them.</summary>
    private static void TakeNewHead(VisionTransformer model, Dictionary<string, Tensor> weights, PlainVit plain)
    {
        model.Config.Id2Label.ShouldBe(SevenClasses);
        IReadOnlyDictionary<string, Tensor> state = model.StateDictionary();
        foreach ((string plainName, string name) in plain.Teacher ? [("head", "cls_classifier"), ("head2", "distillation_classifier")]
            : (IEnumerable<(string, string)>)[("head", "classifier")])
        {
            state[name + ".weight"].shape.ShouldBe([7, 12]);
            state[name + ".weight"].abs().max().ToSingle().ShouldBeGreaterThan(0);
            (weights[plainName + ".w"], weights[plainName + ".b"]) = (state[name + ".weight"].mul(1), state[name + ".bias"].mul(1));
        }
    }

    private static void Agree(VisionTransformer model, PlainVit plain, Dictionary<string, Tensor> weights, string what)
    {
        Tensor pixels = plain.Pixels(5), expected = plain.Forward(weights, pixels);
        using PredictOutput output = Predictor.Run(model, pixels, LayerOrder.Ascending(plain.Layers));
        Tensor actual = output.Logits.to(float64);
        actual.ShouldBeNear(expected, Tolerance, what);
        actual.argmax(1).eq(expected.argmax(1)).all().ToBoolean().ShouldBeTrue(what);
    }

    private static string Five(string name, bool prefixed)
    {
        foreach ((string four, string five) in ((string, string)[])
        [
            ("encoder.layer.", "layers."), ("attention.attention.query", "attention.q_proj"), ("attention.attention.key", "attention.k_proj"),
                ("attention.attention.value", "attention.v_proj"),
            ("attention.output.dense", "attention.o_proj"), ("intermediate.dense", "mlp.fc1"), ("output.dense", "mlp.fc2"),
        ])
        {
            name = name.Replace(four, five, StringComparison.Ordinal);
        }

        return prefixed ? name : name.Replace("vit.", "", StringComparison.Ordinal);
    }
}
