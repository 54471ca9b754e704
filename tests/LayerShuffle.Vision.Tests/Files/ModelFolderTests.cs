using System.Text.Json.Nodes;
using LayerShuffle.Vision.Files;
using LayerShuffle.Vision.Model;
using static TorchSharp.torch;

namespace LayerShuffle.Vision.Tests.Files;

public sealed class ModelFolderTests
{
    private static readonly string[] FileNames = ["config.json", "model.safetensors", "preprocessor_config.json"];

    [Theory]
    [MemberData(nameof(Models.All), MemberType = typeof(Models))]
    public void A_model_saved_and_loaded_is_saved_again_byte_for_byte(ModelVariant variant, ModelArchitecture architecture)
    {
        VitConfig config = Models.Tiny(variant, architecture) with
        {
            LayerDrop = 0.35,
            InitializerRange = 0.125,
            PositionLossWeight = 0.5,
            Id2Label = ["ä", "b", "c", "b", "e"]
        };
        using Models.Folder one = new(), two = new();
        Save(one, config, new Preprocessor { CropSize = new(null, null, 8), ImageMean = [0.1, 0.2, 0.3], Resample = 3 });
        (VisionTransformer model, Preprocessor preprocessor) = ModelFolder.Load(one.Path);
        using (model)
        {
            ModelFolder.Save(two.Path, model, preprocessor);
            model.Config.Variant.ShouldBe(variant);
            model.Config.Architecture.ShouldBe(architecture);
            model.Config.Id2Label.ShouldBe(config.Id2Label);
            model.Config.InitializerRange.ShouldBe(0.125);
            if (variant == ModelVariant.LayerDrop)
                model.Config.LayerDrop.ShouldBe(0.35);
            if (variant == ModelVariant.LayerShufflePredict)
                model.Config.PositionLossWeight.ShouldBe(0.5);
        }

        JsonNode.Parse(File.ReadAllText(one["config.json"]))!["initializer_range"]!.GetValue<double>().ShouldBe(0.125);
        foreach (string name in FileNames)
            File.ReadAllBytes(two[name]).ShouldBe(File.ReadAllBytes(one[name]), name);
        Directory.GetFiles(two.Path).Length.ShouldBe(FileNames.Length);
    }

    [Theory]
    [InlineData(ModelVariant.Standard, false, "ViTForImageClassification")]
    [InlineData(ModelVariant.LayerDrop, false, "ViTForImageClassification")]
    [InlineData(ModelVariant.LayerShuffle, false, "ShufflingViTForImageClassification")]
    [InlineData(ModelVariant.LayerShufflePosition, false, "PositionEncodingViTForImageClassification")]
    [InlineData(ModelVariant.LayerShufflePredict, false, "PositionPredictingViTForImageClassification")]
    [InlineData(ModelVariant.Standard, true, "DeiTForImageClassificationWithTeacher")]
    [InlineData(ModelVariant.LayerShuffle, true, "DeiTForImageClassificationWithTeacher")]
    public void The_class_in_config_json_names_the_variant(ModelVariant variant, bool teacher, string expected)
    {
        VitConfig config = Models.Tiny(variant, teacher ? ModelArchitecture.Deit : ModelArchitecture.Vit) with { Teacher = teacher };
        using var folder = new Models.Folder();
        Save(folder, config);
        JsonNode.Parse(File.ReadAllText(folder["config.json"]))!["architectures"]![0]!.GetValue<string>().ShouldBe(expected);
        VitConfig loaded = ModelFolder.LoadConfig(folder.Path);
        loaded.Variant.ShouldBe(variant);
        loaded.Teacher.ShouldBe(teacher);
        loaded.Id2Label!.Count.ShouldBe(5);
    }

    [Fact]
    public void Shards_make_one_model_and_must_agree_with_their_index()
    {
        using var scope = NewDisposeScope();
        using var folder = new Models.Folder();
        VisionTransformer original = Save(folder, Models.Tiny());
        IReadOnlyDictionary<string, Tensor> state = original.StateDictionary();
        Dictionary<string, string> map = Shard(folder, state);

        using (VisionTransformer model = ModelFolder.Load(folder.Path).Model)
        {
            IReadOnlyDictionary<string, Tensor> loaded = model.StateDictionary();
            foreach ((string name, Tensor value) in state)
                value.ShouldEqualBitwise(loaded[name], name);
        }

        string first = state.Keys.First();
        Refuses(folder, map, first, null).ShouldContain("does not look for there");
        Refuses(folder, map, first, "b.safetensors").ShouldContain("does not look for there");
        Refuses(folder, map, "ghost", "b.safetensors").ShouldContain("ghost");
        Refuses(folder, map, "ghost", "c.safetensors").ShouldContain("cannot be read");
    }

    [Theory]
    [InlineData("../a.safetensors")]
    [InlineData("/etc/a.safetensors")]
    [InlineData("sub\\a.safetensors")]
    [InlineData("c:a.safetensors")]
    [InlineData("..")]
    [InlineData("")]
    [InlineData(".safetensors")]
    [InlineData("model.bin")]
    public void A_shard_s_name_cannot_leave_the_folder(string shard)
    {
        using var scope = NewDisposeScope();
        using var folder = new Models.Folder();
        VisionTransformer model = Save(folder, Models.Tiny());
        Dictionary<string, string> map = Shard(folder, model.StateDictionary());
        Refuses(folder, map, map.Keys.First(), shard).ShouldContain("plain names");
    }

    [Theory]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    public void Half_precision_weights_are_widened(ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var folder = new Models.Folder();
        VisionTransformer original = Save(folder, Models.Tiny(ModelVariant.LayerShufflePosition));
        Dictionary<string, Tensor> halves = original.StateDictionary().ToDictionary(tensor => tensor.Key, tensor => tensor.Value.to(type));
        SafeTensors.Write(folder["model.safetensors"], halves);
        using VisionTransformer model = ModelFolder.Load(folder.Path).Model;
        foreach ((string name, Tensor value) in model.StateDictionary())
        {
            value.dtype.ShouldBe(float32);
            value.ShouldEqualBitwise(halves[name].to(float32), name);
        }
    }

    [Fact]
    public void A_standard_checkpoint_can_be_loaded_as_another_variant()
    {
        using var scope = NewDisposeScope();
        using var folder = new Models.Folder();
        Save(folder, Models.Tiny());
        using VisionTransformer shuffled = ModelFolder.Load(folder.Path, new() { ForceVariant = ModelVariant.LayerShuffle }).Model;
        shuffled.Config.Variant.ShouldBe(ModelVariant.LayerShuffle);
        Should.Throw<ModelFormatException>(() => ModelFolder.Load(folder.Path,
            new() { ForceVariant = ModelVariant.LayerShufflePredict })).Message.ShouldContain("position_mlp");
        using VisionTransformer predicting =
            ModelFolder.Load(folder.Path, new() { ForceVariant = ModelVariant.LayerShufflePredict, AllowMissingVariantTensors = true, Seed = 9 }).Model;
        using VisionTransformer fresh = VisionTransformer.Create(predicting.Config, 9);
        const string Net = "vit.encoder.layer.2.position_mlp.net.1.weight", Shared = "vit.encoder.layer.2.output.dense.weight";
        predicting.StateDictionary()[Net].ShouldEqualBitwise(fresh.StateDictionary()[Net], Net);
        predicting.StateDictionary()[Shared].ShouldEqualBitwise(shuffled.StateDictionary()[Shared], Shared);
    }

    [Fact]
    public void A_pooler_is_passed_over_and_a_folder_without_preprocessor_has_a_default_one()
    {
        using var scope = NewDisposeScope();
        using var folder = new Models.Folder();
        VisionTransformer original = Save(folder, Models.Tiny());
        SafeTensors.Write(folder["model.safetensors"],
            new Dictionary<string, Tensor>(original.StateDictionary()) { ["vit.pooler.dense.weight"] = zeros(12, 12) });
        File.Delete(folder["preprocessor_config.json"]);
        (VisionTransformer model, Preprocessor preprocessor) = ModelFolder.Load(folder.Path);
        model.Dispose();
        (preprocessor.Size, preprocessor.CropSize, preprocessor.DoCenterCrop, preprocessor.Stated)
            .ShouldBe((PixelSize.Shortest(8), PixelSize.Square(8), true, false));
        preprocessor.ImageStd.ShouldBe([0.5, 0.5, 0.5]);
    }

    [Theory]
    [InlineData("architectures", """["BertModel"]""", "BertModel")]
    [InlineData("architectures", """[]""", "name of the model's class")]
    [InlineData("architectures", """["DeiTForImageClassification"]""", "contradicts")]
    [InlineData("model_type", "\"swin\"", "swin")]
    [InlineData("hidden_act", "\"mish\"", "hidden_act in config.json is mish; supported are gelu, ")]
    [InlineData("hidden_size", "\"12\"", "hidden_size in config.json must be a whole number")]
    [InlineData("hidden_size", "12.5", "whole number")]
    [InlineData("hidden_size", "13", "not a multiple")]
    [InlineData("hidden_size", "6000", "describes a model of")]
    [InlineData("num_hidden_layers", "-1", "between 1 and")]
    [InlineData("num_hidden_layers", "5", "vit.encoder.layer.4.layernorm_after.bias")]
    [InlineData("num_hidden_layers", "3", "unexpected: vit.encoder.layer.3.")]
    [InlineData("image_size", "[8, 12]", "position_embeddings is [1, 5, 12] instead of [1, 7, 12]")]
    [InlineData("image_size", "[8, 12, 4]", "a height and a width")]
    [InlineData("image_size", "[8, 10]", "image_size 8×10 is not a multiple of patch_size 4")]
    [InlineData("layerdrop", "1", "layerdrop must be")]
    [InlineData("image_size", "12", "position_embeddings is [1, 5, 12] instead of [1, 10, 12]")]
    [InlineData("layer_norm_eps", "1e999", "layer_norm_eps")]
    [InlineData("qkv_bias", "1", "true or false")]
    [InlineData("id2label", """{"0": "a", "2": "b"}""", "keys 0 to 1")]
    [InlineData("id2label", """{}""", "at least one class")]
    [InlineData("id2label", """{"0": 3}""", "names")]
    [InlineData("layershuffle_variant", "\"odd\"", "name of a variant")]
    public void Mistakes_in_config_json_are_named(string key, string value, string expected)
    {
        using var folder = new Models.Folder();
        Save(folder, Models.Tiny()).Dispose();
        Edit(folder["config.json"], key, value);
        Should.Throw<ModelFormatException>(() => ModelFolder.Load(folder.Path)).Message.ShouldContain(expected);
    }

    [Theory]
    [InlineData("size", "12", null)]
    [InlineData("size", """{"shortest_edge": 12}""", null)]
    [InlineData("size", """{"height": 12}""", "shortest_edge")]
    [InlineData("size", "0", "number of pixels")]
    [InlineData("image_mean", "[1]", "3 numbers")]
    [InlineData("image_std", "[1, 0, 1]", "positive")]
    [InlineData("image_std", "[1, \"1\", 1]", "list of numbers")]
    [InlineData("resample", "9", "filter")]
    [InlineData("do_resize", "\"yes\"", "true or false")]
    public void Preprocessors_are_read_in_old_and_new_style_or_refused(string key, string value, string? expected)
    {
        using var folder = new Models.Folder();
        Save(folder, Models.Tiny()).Dispose();
        Edit(folder["preprocessor_config.json"], key, value);
        if (expected is null)
        {
            (VisionTransformer model, Preprocessor preprocessor) = ModelFolder.Load(folder.Path);
            model.Dispose();
            (preprocessor.Size.ShortestEdge ?? preprocessor.Size.Height).ShouldBe(12);
        }
        else
        {
            Should.Throw<ModelFormatException>(() => ModelFolder.Load(folder.Path)).Message.ShouldContain(expected);
        }
    }

    [Theory]
    [MemberData(nameof(Models.All), MemberType = typeof(Models))]
    public void A_description_comes_back_from_its_bytes_as_it_went(ModelVariant variant, ModelArchitecture architecture)
    {
        foreach (HiddenActivation activation in Enum.GetValues<HiddenActivation>())
        {
            VitConfig config = Models.Tiny(variant, architecture) with
            {
                HiddenAct = activation,
                ImageHeight = 12,
                ImageWidth = 8,
                PatchHeight = 2,
                PatchWidth = 4,
                NumChannels = 1,
                QkvBias = false,
                LayerNormEps = 3e-7,
                InitializerRange = 0.25,
                Teacher = architecture == ModelArchitecture.Deit,
                LayerDrop = variant == ModelVariant.LayerDrop ? 0.7 : 0.2,
                PositionLossWeight = variant == ModelVariant.LayerShufflePredict ? 9 : 1,
                PositionEmbeddingSize = variant == ModelVariant.LayerShufflePosition ? 6 : 32,
            };
            VitConfig back = VitConfig.Parse(config.ToJson(), "config.json");
            (back with { Id2Label = null }).ShouldBe(config);
        }
    }

    [Fact]
    public void Lists_of_two_equal_sides_are_a_square_and_nulls_are_absent()
    {
        using var folder = new Models.Folder();
        File.WriteAllText(folder["config.json"],
            """{"model_type": "vit", "image_size": [32, 32], "patch_size": [8], "hidden_size": null, "num_hidden_layers": null, "hidden_act": null}""");
        VitConfig config = ModelFolder.LoadConfig(folder.Path);
        (config.ImageHeight, config.ImageWidth, config.PatchHeight, config.PatchWidth, config.HiddenSize, config.NumHiddenLayers)
            .ShouldBe((32, 32, 8, 8, 768, 12));
    }

    [Fact]
    public void Absent_keys_have_the_defaults_of_Hugging_Face()
    {
        using var folder = new Models.Folder();
        File.WriteAllText(folder["config.json"], """{"model_type": "vit", "architectures": null}""");
        VitConfig config = ModelFolder.LoadConfig(folder.Path);
        (config.HiddenSize, config.NumHiddenLayers, config.ImageSize, config.PatchSize, config.NumLabels).ShouldBe((768, 12, 224, 16, 2));
        config.Variant.ShouldBe(ModelVariant.Standard);
        config.ParameterCount.ShouldBe(85_800_194); // ViT-B/16 with two classes
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"model_type\": \"vit\", \"model_type\": \"vit\"}")]
    [InlineData("{\"a\": [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}")]
    [InlineData("{\"id2label\": {\"\\ud800\": \"a\"}, \"model_type\": \"vit\"}")]
    [InlineData("{}")]
    public void Broken_config_files_are_refused(string json)
    {
        using var folder = new Models.Folder();
        File.WriteAllText(folder["config.json"], json);
        Should.Throw<ModelFormatException>(() => ModelFolder.Load(folder.Path));
    }

    [Fact]
    public void A_folder_without_config_or_weights_is_refused()
    {
        using var folder = new Models.Folder();
        Should.Throw<ModelFormatException>(() => ModelFolder.Load(folder["nowhere"])).Message.ShouldContain("no config.json");
        Save(folder, Models.Tiny()).Dispose();
        File.Delete(folder["model.safetensors"]);
        Should.Throw<ModelFormatException>(() => ModelFolder.Load(folder.Path)).Message.ShouldContain("no weights");
    }

    private static VisionTransformer Save(Models.Folder folder, VitConfig config, Preprocessor? preprocessor = null)
    {
        VisionTransformer model = Models.Random(config);
        ModelFolder.Save(folder.Path, model, preprocessor ?? Preprocessor.For(config));
        return model;
    }

    private static void Edit(string path, string key, string value)
    {
        // As text: some of the values are beyond what a JSON writer would write.
        JsonObject json = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        json[key] = "@value@";
        File.WriteAllText(path, json.ToJsonString().Replace("\"@value@\"", value));
    }

    private static Dictionary<string, string> Shard(Models.Folder folder, IReadOnlyDictionary<string, Tensor> state)
    {
        File.Delete(folder["model.safetensors"]);
        string[] shards = ["a.safetensors", "b.safetensors"];
        List<string> names = [.. state.Keys];
        Dictionary<string, string> map = names.ToDictionary(name => name, name => shards[names.IndexOf(name) % 2]);
        foreach (string shard in shards)
            SafeTensors.Write(folder[shard], state.Where(tensor => map[tensor.Key] == shard).ToDictionary());
        WriteIndex(folder, map);
        return map;
    }

    private static string Refuses(Models.Folder folder, Dictionary<string, string> map, string name, string? shard)
    {
        var changed = new Dictionary<string, string>(map);
        changed.Remove(name);
        if (shard is not null)
            changed[name] = shard;
        WriteIndex(folder, changed);
        return Should.Throw<ModelFormatException>(() => ModelFolder.Load(folder.Path)).Message;
    }

    private static void WriteIndex(Models.Folder folder, Dictionary<string, string> map) =>
        File.WriteAllText(folder["model.safetensors.index.json"], new JsonObject
        {
            ["metadata"] = new JsonObject(),
            ["weight_map"] = new JsonObject(map.Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)JsonValue.Create(entry.Value)))),
        }.ToJsonString());
}
