using LayerShuffle.Vision.Model;
using LayerShuffle.Vision.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Vision.Tests.Training;

/// <summary>Training through a graph that is cut before and after every layer, as actors do it, is training of the uncut model, to the last bit.</summary>
public sealed class CutGraphTests
{
    private const double Smoothing = 0.05;

    [Theory]
    [MemberData(nameof(Models.All), MemberType = typeof(Models))]
    public void Gradients_through_a_graph_cut_at_every_layer_equal_the_uncut_ones_bitwise(ModelVariant variant, ModelArchitecture architecture)
    {
        VitConfig tiny = Models.Tiny(variant, architecture) with { PositionLossWeight = 0.7 };
        int[][] orders = [[2, 0, 3, 1], [3, 1], [0, 1, 2, 3]];
        Compare(tiny, orders);
    }

    [Theory]
    [MemberData(nameof(Models.All), MemberType = typeof(Models))]
    public void So_do_those_of_a_model_large_enough_for_several_threads(ModelVariant variant, ModelArchitecture architecture) =>
        Compare(new VitConfig { Variant = variant, Architecture = architecture }, [7, 3, 0, 5, 1, 6]);

    private static void Compare(VitConfig config, params int[][] orders)
    {
        using var scope = NewDisposeScope();
        using VisionTransformer uncut = Models.Random(config), cut = Models.Random(config);
        foreach (int[] order in orders)
        {
            Tensor pixels = Models.Pixels(config, batch: 6, seed: (ulong)order.Length), labels = tensor(new long[] { 0, 4, 2, 2, 1, 3 });
            uncut.zero_grad();
            cut.zero_grad();

            VitOutput output = uncut.Forward(pixels, order);
            Tensor loss = VitLoss.Total(output, labels, config, Smoothing);
            loss.backward();
            Tensor logits = TrainCut(cut, pixels, labels, order);

            logits.ShouldEqualBitwise(output.Logits, "logits");
            IReadOnlyDictionary<string, Tensor?> expected = uncut.Gradients(), actual = cut.Gradients();
            foreach ((string name, Tensor? gradient) in expected)
            {
                if (gradient is null || gradient.count_nonzero().ToInt64() == 0)
                    (actual[name] is null || actual[name]!.count_nonzero().ToInt64() == 0).ShouldBeTrue(name);
                else
                    actual[name]!.ShouldEqualBitwise(gradient, name);
            }
        }
    }

    /// <summary>
    /// What coordinator and layer actors do: forward keeps a pair of leaf and output per layer, backward hands gradients from layer to layer.
    /// </summary>
    private static Tensor TrainCut(VisionTransformer model, Tensor pixels, Tensor labels, int[] order)
    {
        VitConfig config = model.Config;
        Tensor embedded = model.Embeddings.Forward(pixels);
        Tensor activation = embedded.detach();
        List<(Tensor Input, Tensor? Position, Tensor Output, Tensor? Loss)> hops = [];
        for (int i = 0; i < order.Length; i++)
        {
            EncoderLayer layer = model.Layers[order[i]];
            Tensor input = activation.detach().requires_grad_(true);
            using Tensor? row = model.Embeddings.PositionEmbedding(i);
            Tensor? position = row?.detach().clone().requires_grad_(true);
            Tensor output = layer.Forward(input, position);
            Tensor? loss = config.Variant == ModelVariant.LayerShufflePredict
                ? VitLoss.PositionTerm(layer.PredictPosition(output), i, config.PositionLossWeight, order.Length)
                : null;
            hops.Add((input, position, output, loss));
            activation = output;
        }

        Tensor last = activation.detach().requires_grad_(true);
        Tensor logits = model.Head.Forward(last);
        VitLoss.ClassLoss(logits, labels, Smoothing).backward();
        Tensor gradient = last.grad!;
        foreach ((Tensor input, _, Tensor output, Tensor? loss) in Enumerable.Reverse(hops))
        {
            if (loss is null)
                autograd.backward([output], [gradient]);
            else
                autograd.backward([output, loss], [gradient, ones_like(loss)]);
            gradient = input.grad!;
        }

        autograd.backward([embedded], [gradient]);
        if (config.Variant == ModelVariant.LayerShufflePosition)
            model.Embeddings.AccumulatePositionGradients([.. hops.Select(hop => hop.Position!.grad!)]);
        return logits;
    }

    [Theory]
    [MemberData(nameof(Models.All), MemberType = typeof(Models))]
    public void Layers_that_did_not_run_have_no_gradient_and_are_left_alone_by_the_optimizer(ModelVariant variant, ModelArchitecture architecture)
    {
        VitConfig config = Models.Tiny(variant, architecture);
        using var scope = NewDisposeScope();
        using VisionTransformer model = Models.Random(config);
        Dictionary<string, Tensor> before = model.StateDictionary().ToDictionary(tensor => tensor.Key, tensor => tensor.Value.clone());
        using var optimizer = optim.AdamW(model.parameters(), lr: 1e-2, weight_decay: 0.1);

        VitLoss.Total(model.Forward(Models.Pixels(config), [3, 0]), tensor(new long[] { 0, 1, 2 }), config).backward();
        optimizer.step();

        SplitState<Tensor?> gradients = HuggingFaceNames.Split(model.Gradients(), architecture);
        foreach ((int layer, IReadOnlyDictionary<string, Tensor?> owned) in gradients.Layers)
            owned.Values.Select(gradient => gradient is null).Distinct().ShouldBe([layer is 1 or 2], $"layer {layer}");
        foreach ((string name, Tensor after) in model.StateDictionary())
        {
            bool ran = HuggingFaceNames.LayerOf(name, architecture, out _) is not (1 or 2);
            (Tensors.Distance(after, before[name]) > 0).ShouldBe(ran, name);
        }
    }

    [Fact]
    public void The_total_loss_is_the_class_loss_and_the_weighted_mean_of_the_position_losses()
    {
        VitConfig config = Models.Tiny(ModelVariant.LayerShufflePredict) with { PositionLossWeight = 3 };
        using var scope = NewDisposeScope();
        using VisionTransformer model = Models.Random(config);
        Tensor labels = tensor(new long[] { 0, 1, 2 });
        VitOutput output = model.Forward(Models.Pixels(config), [1, 3, 0]);

        double positions = output.PositionLogits!.Select((logits, i) => VitLoss.PositionLoss(logits, i).ToDouble()).Average();
        VitLoss.Total(output, labels, config, 0.1).ToDouble().ShouldBe(VitLoss.ClassLoss(output.Logits, labels, 0.1).ToDouble() + 3 * positions, 1e-5);
        VitLoss.ClassLoss(zeros(2, 4), tensor(new long[] { 1, 2 })).ToDouble().ShouldBe(Math.Log(4), 1e-6);
    }
}
