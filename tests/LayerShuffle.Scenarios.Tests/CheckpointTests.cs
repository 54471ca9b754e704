using System.Buffers.Binary;
using System.Text;
using LayerShuffle.Scenarios.Specs;

namespace LayerShuffle.Scenarios.Tests;

/// <summary>What <c>validate</c> finds out about a model that is imported, and what a scenario and a config.json make of it together.</summary>
public sealed class CheckpointTests : IDisposable
{
    private const string Tiny =
        "\"model_type\": \"vit\", \"image_size\": 8, \"patch_size\": 4, \"hidden_size\": 12, \"num_hidden_layers\": 2, \"num_attention_heads\": 3, "
            + "\"intermediate_size\": 20";
    private readonly string folder = Directory.CreateTempSubdirectory("layershuffle-checkpoint").FullName;

    public void Dispose() => Directory.Delete(folder, true);

    [Fact]
    public void Lists_nulls_and_absent_keys_mean_what_the_run_takes_them_for()
    {
        Config("\"model_type\": \"vit\", \"image_size\": [32, 32], \"patch_size\": null, \"hidden_size\": 96, \"qkv_bias\": false, \"layer_norm_eps\": 1e-6, "
            + "\"num_labels\": 10");
        VitConfig config = Some.Valid(Import("model: {num_hidden_layers: 8}\n")).Models[0].Config;
        config.ShouldBe(VitConfig.Parse(File.ReadAllBytes(Path.Combine(folder, "config.json")), "config.json"));
        (config.ImageSize, config.PatchSize, config.HiddenSize, config.NumHiddenLayers, config.QkvBias, config.LayerNormEps)
            .ShouldBe((32, 16, 96, 12, false, 1e-6));
    }

    [Fact]
    public void The_variant_of_a_checkpoint_is_its_own_unless_the_entry_says_otherwise()
    {
        Config(Tiny + ", \"architectures\": [\"PositionEncodingViTForImageClassification\"], \"num_labels\": 10");
        Some.Valid(Import("")).Models[0].Variant.ShouldBe("layershuffle-position");
        Some.Valid(Import("model: {variant: layershuffle}\n")).Models[0].Variant.ShouldBe("layershuffle-position");
        Some.Valid(Import("", "variant: standard")).Models[0].Variant.ShouldBe("standard");
        Config(Tiny + ", \"architectures\": [\"ViTForImageClassification\"], \"num_labels\": 10"); // an ordinary class leaves it open
        Some.Valid(Import("model: {variant: layershuffle}\n")).Models[0].Variant.ShouldBe("layershuffle");
    }

    [Fact]
    public void Tensors_of_another_variant_are_not_left_out_without_a_word()
    {
        Config(Tiny + ", \"architectures\": [\"PositionEncodingViTForImageClassification\"], \"num_labels\": 10");
        Weights(10, ("vit.encoder.embedding.weight", [2, 32]), ("vit.encoder.layer.0.projection.net.0.weight", [44]));
        Some.Warnings(Import("", "variant: standard")).ShouldHaveSingleItem()
            .ShouldContain("the variant standard has no place for 2 tensors of the checkpoint, which are left out: vit.encoder.embedding.weight, "
                + "vit.encoder.layer.0.projection.net.0.weight");
    }

    [Fact]
    public void The_entry_s_settings_of_training_come_first_then_config_json_then_the_shared_ones()
    {
        Config(Tiny + ", \"num_labels\": 10");
        (double, double) Loaded(string shared, string own)
        {
            VitConfig config = Some.Valid(Import(shared, own)).Models[0].Config;
            return (config.LayerDrop, config.PositionLossWeight);
        }

        Loaded("", "variant: layerdrop").ShouldBe((0.2, 1));
        Loaded("model: {layerdrop: 0.5, position_loss_weight: 3}\n", "variant: layerdrop").ShouldBe((0.5, 3));
        Loaded("model: {layerdrop: 0.5, position_loss_weight: 3}\n", "layerdrop: 0%, position_loss_weight: 0").ShouldBe((0, 0));
        Config(Tiny + ", \"num_labels\": 10, \"layerdrop\": 0.35");
        Loaded("model: {layerdrop: 0.5}\n", "variant: layerdrop").ShouldBe((0.35, 1));
        Loaded("model: {layerdrop: 0.5}\n", "layerdrop: 0.9").ShouldBe((0.9, 1));
    }

    [Fact]
    public void Sizes_beside_a_checkpoint_that_differ_are_warned_about_where_they_stand()
    {
        Config(Tiny + ", \"num_labels\": 10");
        string[] warnings = [.. Some.Warnings(Import("", "image_size: 32, hidden_size: 12, num_hidden_layers: 6"))
            .Where(warning => !warning.Contains("no weights", StringComparison.Ordinal))];
        warnings.Length.ShouldBe(2);
        warnings[0].ShouldContain("models.a.image_size: has no effect: config.json of the checkpoint says 8, and it wins");
        warnings[1].ShouldContain("models.a.num_hidden_layers: has no effect: config.json of the checkpoint says 2, and it wins");
        Some.Warnings(Import("model: {hidden_size: 24}\n"))
            .ShouldContain(warning => warning.Contains("model.hidden_size: has no effect: config.json of `a` says 12", StringComparison.Ordinal));
        // b has it
        Some.Warnings(Import("model: {hidden_size: 24}\n") + "  b: {}\n")
            .ShouldNotContain(warning => warning.Contains("hidden_size", StringComparison.Ordinal));
    }

    [Fact]
    public void What_config_json_overrules_and_what_nobody_applies_is_warned_about()
    {
        Config(Tiny
            + ", \"num_labels\": 10, \"layershuffle_variant\": \"layerdrop\", \"layerdrop\": 0.35, \"hidden_dropout_prob\": 0.1, "
            + "\"attention_probs_dropout_prob\": 0.0");
        string[] warnings = Some.Warnings(Import("model: {layerdrop: 0.5, variant: layershuffle}\n", "training: {epochs: 1}"));
        warnings.ShouldContain(warning => warning.Contains("model.layerdrop: has no effect on `a`: config.json of its checkpoint says 0.35",
            StringComparison.Ordinal));
        warnings.ShouldContain(warning => warning.Contains("model.variant: has no effect on `a`: config.json of its checkpoint says layerdrop",
            StringComparison.Ordinal));
        warnings.ShouldContain(warning => warning.Contains("hidden_dropout_prob 0.1 in config.json is not applied", StringComparison.Ordinal));
        warnings.Length.ShouldBe(4); // and that there are no weights
        Some.Warnings(Import("model: {layerdrop: 0.5, variant: layershuffle}\n", "variant: layerdrop, layerdrop: 0.5")).Length.ShouldBe(1);
    }

    [Fact]
    public void A_model_that_starts_from_an_imported_one_takes_over_all_that_it_is()
    {
        Config(Tiny + ", \"qkv_bias\": false, \"layer_norm_eps\": 0.001, \"hidden_act\": \"quick_gelu\", \"num_labels\": 10, \"num_channels\": 3");
        Scenario scenario = Some.Valid(Import("model: {hidden_size: 96}\n")
            + "  c: {variant: layerdrop, init_from: b, layerdrop: 0.4}\n  b: {variant: layershuffle, init_from: a, training: {epochs: 1}}\n");
        VitConfig imported = scenario.Models[0].Config;
        imported.HiddenSize.ShouldBe(12);
        scenario.Models[1].Config.ShouldBe(imported with { Variant = ModelVariant.LayerDrop, LayerDrop = 0.4 });
        scenario.Models[2].Config.ShouldBe(imported with { Variant = ModelVariant.LayerShuffle });
        Some.Mistakes(Import("") + "  b: {init_from: a, hidden_size: 24}\n").ShouldHaveSingleItem()
            .ShouldContain("models.b.hidden_size: model `a`, from whose weights this one starts, has 12");
    }

    [Theory]
    [InlineData("\"hidden_act\": \"mish\"", "", "hidden_act in config.json is mish")]
    [InlineData("\"num_channels\": 2", "", "takes images of 2 channels, the data set has 3")]
    [InlineData("\"image_size\": [8, 12]", "", "takes images of 8×12 pixels, the data set draws squares")]
    [InlineData("\"hidden_size\": 13", "", "hidden_size 13 is not a multiple of num_attention_heads 3")]
    [InlineData("\"architectures\": [\"SwinForImageClassification\"]", "", "describes a SwinForImageClassification")]
    [InlineData("\"layer_norm_eps\": 0", "", "layer_norm_eps must be a positive number")]
    [InlineData("\"layerdrop\": 1.0", "", "layerdrop must be at least 0 and less than 1")]
    [InlineData("\"num_labels\": 10", "variant: layerdrop, layerdrop: 100%", "models.a.layerdrop: layerdrop must be at least 0 and less than 1")]
    public void What_the_run_would_fail_at_is_found_in_config_json(string changed, string own, string expected)
    {
        string key = changed[..changed.IndexOf(':', StringComparison.Ordinal)];
        string[] kept = [.. (Tiny + ", \"num_labels\": 10").Split(", ").Where(member => !member.StartsWith(key + ":", StringComparison.Ordinal))];
        Config(string.Join(", ", kept) + ", " + changed);
        Some.Mistakes(Import("", own)).ShouldHaveSingleItem().ShouldContain(expected);
    }

    [Fact]
    public void What_the_run_would_fail_at_is_found_in_the_weights()
    {
        Config(Tiny + ", \"num_labels\": 10");
        Weights(10);
        Some.Load(Import("")).Warnings.ShouldBeEmpty();
        Some.Valid(Import(""));
        Config(Tiny + ", \"num_labels\": 1000");
        Weights(1000);
        Some.Mistakes(Import("")).ShouldHaveSingleItem().ShouldContain("The model tells 1000 classes apart, the data set has 10");
        Some.Valid(Import("", "training: {epochs: 1}"));
        Some.Warnings(Import("", "training: {epochs: 1}")).ShouldHaveSingleItem()
            .ShouldContain("the checkpoint's head is for 1000 classes: a new one for 10 classes takes its place");
        Weights(0);
        Some.Mistakes(Import("")).ShouldHaveSingleItem().ShouldContain("has no head (classifier.weight, classifier.bias): it is a backbone");
        Some.Warnings(Import("", "training: {epochs: 1}")).ShouldHaveSingleItem()
            .ShouldContain("the checkpoint has no head: a new one for 10 classes is drawn");
        Config(Tiny.Replace("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3", StringComparison.Ordinal) + ", \"num_labels\": 10");
        Weights(10);
        Some.Mistakes(Import("")).ShouldHaveSingleItem().ShouldContain("missing: vit.encoder.layer.2.attention.attention.query.weight");
    }

    [Fact]
    public void Weights_that_cannot_be_read_are_mistakes_and_absent_ones_a_warning()
    {
        Config(Tiny + ", \"num_labels\": 10");
        Some.Warnings(Import("")).ShouldHaveSingleItem().ShouldContain("the run will need them");
        File.WriteAllText(Path.Combine(folder, "pytorch_model.bin"), "x");
        Some.Mistakes(Import("")).ShouldHaveSingleItem().ShouldContain("pytorch_model.bin alone");
        File.WriteAllText(Path.Combine(folder, "model.safetensors"), "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n");
        Some.Mistakes(Import("")).ShouldHaveSingleItem().ShouldContain("git lfs pull");
    }

    [Theory]
    [InlineData("model: {layerdrop: 100%}\n", "model.layerdrop: layerdrop must be at least 0 and less than 1")]
    [InlineData("models: {m: {variant: layerdrop, layerdrop: 100%}}\n", "models.m.layerdrop: layerdrop must be at least 0 and less than 1")]
    [InlineData("model: {intermediate_size: 500000}\n", "model.intermediate_size: intermediate_size is 500000, but must lie between 1 and 262144")]
    [InlineData("model: {hidden_size: 65536, num_attention_heads: 1}\n", "model.hidden_size: These sizes make a model of")]
    public void A_described_model_is_judged_as_the_run_judges_it(string text, string expected) =>
        Some.Mistakes(Some.Minimal + text).ShouldHaveSingleItem().ShouldContain(expected);

    [Fact]
    public void What_the_origin_alone_has_is_not_left_out_without_a_word() =>
        Some.Warnings(Some.Minimal + "models: {a: {variant: layershuffle-predict}, b: {init_from: a}}\n").ShouldHaveSingleItem()
            .ShouldContain("what only layershuffle-predict has of the weights of `a` is left out: this model is standard");

    [Fact]
    public void Images_of_another_size_are_taken_where_training_follows()
    {
        Config(Tiny + ", \"num_labels\": 10");
        Weights(10);
        string wider = Import("", "image_size: 16, training: {epochs: 1}");
        VitConfig config = Some.Valid(wider).Models[0].Config;
        (config.ImageHeight, config.ImageWidth).ShouldBe((16, 16));
        Some.Warnings(wider).ShouldHaveSingleItem().ShouldContain("its position embeddings are interpolated from 2×2 patches to 4×4");
        Some.Warnings(Import("", "image_size: 8, training: {epochs: 1}")).ShouldBeEmpty();
        Some.Warnings(Import("model: {image_size: 16}\n", "training: {epochs: 1}")).ShouldHaveSingleItem().ShouldContain("and it wins");
        Some.Warnings(Import("", "image_size: 16")).ShouldHaveSingleItem().ShouldContain("has no effect: config.json of the checkpoint says 8, and it wins");
        Some.Mistakes(Import("", "image_size: 18, training: {epochs: 1}")).ShouldHaveSingleItem()
            .ShouldContain("image_size 18 is not a multiple of patch_size 4");
    }

    private string Import(string shared, string own = "") =>
        $"{Some.Minimal}{shared}models:\n  a: {{checkpoint: {folder}{(own.Length > 0 ? ", " + own : "")}}}\n";

    private void Config(string members) => File.WriteAllText(Path.Combine(folder, "config.json"), "{" + members + "}");

    /// <summary>The header of a tiny ViT's weights with so many classes (none: without a head), and zeros behind it.</summary>
    private void Weights(int classes, params (string Name, long[] Shape)[] more)
    {
        List<(string Name, long[] Shape)> tensors =
        [
            ("vit.embeddings.cls_token", [1, 1, 12]), ("vit.embeddings.position_embeddings", [1, 5, 12]),
                ("vit.embeddings.patch_embeddings.projection.weight", [12, 3, 4, 4]),
            ("vit.embeddings.patch_embeddings.projection.bias", [12]), ("vit.layernorm.weight", [12]), ("vit.layernorm.bias", [12]), .. more,
        ];
        for (int layer = 0; layer < 2; layer++)
        {
            foreach ((string map, long outputs, long inputs) in ((string, long, long)[])
            [
                ("attention.attention.query", 12, 12), ("attention.attention.key", 12, 12), ("attention.attention.value", 12, 12),
                    ("attention.output.dense", 12, 12),
                ("intermediate.dense", 20, 12), ("output.dense", 12, 20), ("layernorm_before", 12, 0), ("layernorm_after", 12, 0),
            ])
            {
                tensors.Add(($"vit.encoder.layer.{layer}.{map}.weight", inputs == 0 ? [outputs] : [outputs, inputs]));
                tensors.Add(($"vit.encoder.layer.{layer}.{map}.bias", [outputs]));
            }
        }

        if (classes > 0)
            tensors.AddRange([("classifier.weight", [classes, 12]), ("classifier.bias", [classes])]);
        long offset = 0;
        List<string> members = [];
        foreach ((string name, long[] shape) in tensors)
        {
            long length = 4 * shape.Aggregate(1L, (product, side) => product * side);
            members.Add($"\"{name}\": {{\"dtype\": \"F32\", \"shape\": [{string.Join(", ", shape)}], \"data_offsets\": [{offset}, {offset + length}]}}");
            offset += length;
        }

        byte[] json = Encoding.UTF8.GetBytes("{" + string.Join(", ", members) + "}"), file = new byte[8 + json.Length + offset];
        BinaryPrimitives.WriteInt64LittleEndian(file, json.Length);
        json.CopyTo(file, 8);
        File.WriteAllBytes(Path.Combine(folder, "model.safetensors"), file);
    }
}
