using LayerShuffle.Vision.Inference;
using LayerShuffle.Vision.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Vision.Tests.Model;

public sealed class VisionTransformerTests
{
    [Theory]
    [MemberData(nameof(Models.All), MemberType = typeof(Models))]
    public void A_seed_decides_the_weights(ModelVariant variant, ModelArchitecture architecture)
    {
        using var scope = NewDisposeScope();
        VitConfig config = Models.Tiny(variant, architecture);
        using VisionTransformer one = VisionTransformer.Create(config, 3), same = VisionTransformer.Create(config, 3),
            other = VisionTransformer.Create(config, 4);
        IReadOnlyDictionary<string, Tensor> first = one.StateDictionary(), second = same.StateDictionary(), third = other.StateDictionary();
        foreach ((string name, Tensor value) in first)
        {
            value.ShouldEqualBitwise(second[name], name);
            bool random = value.std(unbiased: false).ToDouble() > 0;
            (Tensors.Distance(value, third[name]) > 0).ShouldBe(random, name);
        }

        config.ParameterCount.ShouldBe(one.parameters().Sum(parameter => parameter.numel()));
        first.Values.Sum(value => value.numel()).ShouldBe(config.ParameterCount);
    }

    [Fact]
    public void The_initializer_range_is_the_deviation_of_every_random_weight()
    {
        using var scope = NewDisposeScope();
        VitConfig config = Models.Tiny(ModelVariant.LayerShufflePosition);
        using VisionTransformer narrow = VisionTransformer.Create(config with { InitializerRange = 0.0625 }, 3),
            wide = VisionTransformer.Create(config with { InitializerRange = 0.125 }, 3);
        IReadOnlyDictionary<string, Tensor> half = narrow.StateDictionary(), whole = wide.StateDictionary();
        whole["vit.encoder.layer.0.attention.attention.key.weight"].std().ToDouble().ShouldBe(0.125, 0.03);
        foreach ((string name, Tensor value) in whole)
        {
            bool random = value.std(unbiased: false).ToDouble() > 0;
            value.ShouldEqualBitwise(random ? half[name] * 2 : half[name], name); // powers of two: exact
        }

        foreach (double impossible in new[] { 0, -0.02, 1.5, double.NaN })
            Should.Throw<ModelFormatException>(() => (config with { InitializerRange = impossible }).Validate()).Message.ShouldContain("initializer_range");
    }

    [Fact]
    public void Weights_start_as_the_reference_draws_them()
    {
        using var scope = NewDisposeScope();
        VitConfig config = new() { Variant = ModelVariant.LayerShufflePosition };
        using VisionTransformer vit = VisionTransformer.Create(config, 0),
            deit = VisionTransformer.Create(config with { Architecture = ModelArchitecture.Deit }, 0);
        IReadOnlyDictionary<string, Tensor> state = vit.StateDictionary(), deitState = deit.StateDictionary();

        state["vit.encoder.layer.7.attention.attention.key.weight"].std().ToDouble().ShouldBe(0.02, 0.001);
        state["vit.embeddings.patch_embeddings.projection.weight"].std().ToDouble().ShouldBe(0.02, 0.001);
        state["vit.embeddings.position_embeddings"].std().ToDouble().ShouldBe(0.02, 0.001);
        state["vit.embeddings.cls_token"].std().ToDouble().ShouldBe(0.02, 0.006);
        state["vit.encoder.layer.0.projection.net.1.weight"].std().ToDouble().ShouldBe(0.02, 0.001);
        state["vit.encoder.layer.0.projection.net.0.weight"].ShouldBeNear(ones(128), 0, "norm");
        state["vit.encoder.embedding.weight"].count_nonzero().ToInt64().ShouldBe(0);
        state["classifier.bias"].count_nonzero().ToInt64().ShouldBe(0);
        deitState["deit.embeddings.cls_token"].count_nonzero().ToInt64().ShouldBe(0);
        deitState["deit.embeddings.distillation_token"].count_nonzero().ToInt64().ShouldBe(0);
        deitState["deit.embeddings.position_embeddings"].count_nonzero().ToInt64().ShouldBe(0);
        deitState["deit.embeddings.patch_embeddings.projection.weight"].std().ToDouble().ShouldBe(0.02, 0.001);
    }

    [Fact]
    public void Variants_of_one_seed_start_from_the_same_shared_weights()
    {
        using var scope = NewDisposeScope();
        using VisionTransformer standard = VisionTransformer.Create(Models.Tiny(), 1),
            telling = VisionTransformer.Create(Models.Tiny(ModelVariant.LayerShufflePredict), 1);
        IReadOnlyDictionary<string, Tensor> other = telling.StateDictionary();
        foreach ((string name, Tensor value) in standard.StateDictionary())
            value.ShouldEqualBitwise(other[name], name);
    }

    [Fact]
    public void The_logits_of_the_two_heads_of_a_distilled_DeiT_are_averaged()
    {
        using var scope = NewDisposeScope();
        VitConfig plain = Models.Tiny(architecture: ModelArchitecture.Deit), distilled = plain with { Teacher = true };
        using VisionTransformer model = Models.Random(distilled);
        using ClassificationHead onClass = new(plain), onDistillation = new(plain);
        SplitState<Tensor> state = HuggingFaceNames.Split(model.StateDictionary(), ModelArchitecture.Deit);
        void Load(ClassificationHead head, string classifier) => head.LoadState(
            new Dictionary<string, Tensor>
            {
                ["layernorm.weight"] = state.Head["layernorm.weight"],
                ["layernorm.bias"] = state.Head["layernorm.bias"],
                ["classifier.weight"] = state.Head[classifier + ".weight"],
                ["classifier.bias"] = state.Head[classifier + ".bias"],
            },
            "test");
        Load(onClass, "cls_classifier");
        Load(onDistillation, "distillation_classifier");

        VitOutput output = model.Forward(Models.Pixels(distilled), LayerOrder.Ascending(4), collectStates: true);
        Tensor last = output.HiddenStates![^1]; // [b, n, d]: class token, distillation token, patches
        Tensor expected = (onClass.Forward(last) + onDistillation.Forward(last.narrow(1, 1, 1))) / 2;
        output.Logits.ShouldBeNear(expected, 1e-6, "averaged logits");
        Tensors.Distance(output.Logits, onClass.Forward(last)).ShouldBeGreaterThan(1e-3);
    }

    [Theory]
    [MemberData(nameof(Models.All), MemberType = typeof(Models))]
    public void Parts_hold_the_model_s_tensors_under_relative_names(ModelVariant variant, ModelArchitecture architecture)
    {
        using var scope = NewDisposeScope();
        VitConfig config = Models.Tiny(variant, architecture);
        using VisionTransformer whole = Models.Random(config), empty = new(config);
        SplitState<Tensor> split = HuggingFaceNames.Split(whole.StateDictionary(), architecture);
        empty.Embeddings.LoadState(split.Embeddings, "test");
        foreach ((int id, IReadOnlyDictionary<string, Tensor> layer) in split.Layers)
            empty.Layers[id].LoadState(layer, "test");
        empty.Head.LoadState(split.Head, "test");

        IReadOnlyDictionary<string, Tensor> copied = empty.StateDictionary();
        foreach ((string name, Tensor value) in whole.StateDictionary())
            value.ShouldEqualBitwise(copied[name], name);
        split.Layers[2].Keys.ShouldBe(whole.Layers[2].StateDictionary().Keys);
    }

    [Fact]
    public void Every_tensor_that_does_not_fit_is_named()
    {
        using var scope = NewDisposeScope();
        using VisionTransformer model = Models.Random(Models.Tiny());
        Dictionary<string, Tensor> state = model.StateDictionary().ToDictionary(tensor => tensor.Key, tensor => tensor.Value.clone());
        state.Remove("vit.layernorm.bias");
        state.Remove("vit.encoder.layer.1.attention.attention.query.bias");
        state["surprise"] = zeros(1);
        state["classifier.weight"] = zeros(2, 3);
        state["classifier.bias"] = zeros(5, dtype: int64);

        string message = Should.Throw<ModelFormatException>(() => model.LoadState(state, "weights.bin")).Message;
        message.ShouldContain("weights.bin");
        message.ShouldContain("missing: vit.encoder.layer.1.attention.attention.query.bias, vit.layernorm.bias");
        message.ShouldContain("unexpected: surprise");
        message.ShouldContain("classifier.weight is [2, 3] instead of [5, 12]");
        message.ShouldContain("classifier.bias holds Int64");
    }

    [Fact]
    public void Weights_pass_between_variants_only_when_that_is_asked_for()
    {
        using var scope = NewDisposeScope();
        foreach (ModelVariant from in Enum.GetValues<ModelVariant>())
        {
            foreach (ModelVariant to in Enum.GetValues<ModelVariant>())
            {
                using VisionTransformer source = Models.Random(Models.Tiny(from), 1), target = Models.Random(Models.Tiny(to), 2);
                IReadOnlyDictionary<string, Tensor> weights = source.StateDictionary();
                static int Kind(ModelVariant variant) => variant switch
                {
                    ModelVariant.LayerShufflePosition => 1,
                    ModelVariant.LayerShufflePredict => 2,
                    _ => 0
                };
                if (Kind(from) != Kind(to))
                    Should.Throw<ModelFormatException>(() => target.LoadState(weights, "source"));
                target.LoadState(weights, "source", allowMissingVariantTensors: true);
                foreach ((string name, Tensor value) in target.StateDictionary())
                {
                    if (weights.TryGetValue(name, out Tensor? expected))
                        value.ShouldEqualBitwise(expected, name);
                }
            }
        }
    }

    [Fact]
    public void Impossible_shapes_are_refused_with_every_reason()
    {
        string message = Should.Throw<ModelFormatException>(
            () => new VisionTransformer(Models.Tiny() with { HiddenSize = 10, ImageSize = 9, LayerDrop = 1, Teacher = true, Id2Label = ["a"] })).Message;
        message.ShouldContain("hidden_size 10 is not a multiple of num_attention_heads 3");
        message.ShouldContain("image_size 9 is not a multiple of patch_size 4");
        message.ShouldContain("layerdrop");
        message.ShouldContain("Only a DeiT");
        message.ShouldContain("1 names of classes for 5 classes");
        Should.Throw<ModelFormatException>(() => (Models.Tiny() with { NumHiddenLayers = 0, NumLabels = -1 })
            .Validate()).Message.ShouldContain("num_hidden_layers is 0");
        Should.Throw<ModelFormatException>(() => (Models.Tiny() with { HiddenSize = 65535, IntermediateSize = 262144, NumHiddenLayers = 4096 })
            .Validate()).Message.ShouldContain("parameters");
        Should.Throw<ModelFormatException>(() => (Models.Tiny() with { LayerNormEps = double.NaN }).Validate());
    }

    [Fact]
    public void Without_biases_of_queries_keys_and_values_there_are_no_such_tensors()
    {
        using var scope = NewDisposeScope();
        VitConfig config = Models.Tiny() with { QkvBias = false };
        using VisionTransformer model = Models.Random(config);
        model.StateDictionary().Keys.ShouldNotContain(name => name.Contains("query.bias"));
        config.ParameterCount.ShouldBe(model.parameters().Sum(parameter => parameter.numel()));
        model.Forward(Models.Pixels(config), [1, 0]).Logits.shape.ShouldBe([3, 5]);
    }

    [Fact]
    public void Moving_a_model_keeps_its_weights()
    {
        using var scope = NewDisposeScope();
        using VisionTransformer model = Models.Random(Models.Tiny());
        Tensor pixels = Models.Pixels(model.Config);
        Tensor before = model.Forward(pixels, [2, 1]).Logits;
        VisionTransformer moved = model.To(CPU);
        moved.ShouldBeSameAs(model);
        model.Forward(pixels, [2, 1]).Logits.ShouldEqualBitwise(before, "logits");
    }

    [Theory]
    [MemberData(nameof(Models.All), MemberType = typeof(Models))]
    public void Parameters_replaced_by_a_move_are_those_that_compute(ModelVariant variant, ModelArchitecture architecture)
    {
        using var scope = NewDisposeScope();
        using VisionTransformer model = Models.Random(Models.Tiny(variant, architecture));
        Tensor pixels = Models.Pixels(model.Config);
        Tensor before = model.Forward(pixels, [2, 1]).Logits;
        model.to(float64);
        model.StateDictionary().Values.ShouldAllBe(tensor => tensor.dtype == float64);
        Tensor after = model.Forward(pixels.to(float64), [2, 1]).Logits;
        after.dtype.ShouldBe(float64);
        after.to(float32).ShouldBeNear(before, 1e-5, "logits");
        Predictor.Run(model, pixels, [2, 1]).Logits.ShouldBeNear(after, 1e-12, "prediction");
    }

    [Fact]
    public void A_position_variant_s_layer_must_be_told_its_position()
    {
        using var scope = NewDisposeScope();
        using var layer = new EncoderLayer(Models.Tiny(ModelVariant.LayerShufflePosition));
        Should.Throw<ArgumentNullException>(() => layer.Forward(zeros(1, 5, 12)));
        using var plain = new EncoderLayer(Models.Tiny());
        Should.Throw<InvalidOperationException>(() => plain.PredictPosition(zeros(1, 5, 12)));
    }
}
