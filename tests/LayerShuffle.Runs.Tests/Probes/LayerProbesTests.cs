using LayerShuffle.Actors.Models;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Runs.Probes;
using LayerShuffle.Scenarios.Specs;
using LayerShuffle.Vision.Inference;
using LayerShuffle.Vision.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Runs.Tests.Probes;

/// <summary>What probes say of layers is what the model itself computes in the orders that they name.</summary>
public sealed class LayerProbesTests : IDisposable
{
    private const int Layers = 3, Count = 130; // more than a batch
    private static readonly SeedTree Luck = SeedTree.Root(9).Child("probes");
    private readonly VisionTransformer model = Model(ModelVariant.LayerShufflePredict);
    private readonly NoisyImages images = new(Count);

    [Fact]
    public void Accuracies_are_those_of_the_orders_that_are_named()
    {
        IReadOnlyList<LayerProbeRow> rows = Ask(LayerProbe.Without, LayerProbe.SwappedWith);
        double ascending = Accuracy(0, 1, 2);
        rows[0].ShouldBe(new("m", 4, null, "in_order", null, 0, ascending));
        rows[1].ShouldBe(new("m", 4, null, "reversed", null, Accuracy(2, 1, 0) - ascending, Accuracy(2, 1, 0)));
        rows.Skip(2).Select(row => (row.Layer, row.Probe, row.Position, row.Top1)).ShouldBe([
            (0, "without", 0, Accuracy(1, 2)), (1, "without", 1, Accuracy(0, 2)), (2, "without", 2, Accuracy(0, 1)),
            (0, "swapped_with", 1, Accuracy(1, 0, 2)), (0, "swapped_with", 2, Accuracy(2, 1, 0)), (1, "swapped_with", 2, Accuracy(0, 2, 1))]);
        rows.ShouldAllBe(row => row.Value == row.Top1 - ascending);
        rows.Select(row => row.Top1).Distinct().Count().ShouldBeGreaterThan(2, "the orders differ");
    }

    [Fact]
    public void A_layer_that_is_repeated_runs_twice_and_neighbours_side_by_side_add_what_they_add()
    {
        IReadOnlyList<LayerProbeRow> rows = Ask(LayerProbe.Repeated, LayerProbe.Parallel);
        rows.Skip(2).Select(row => (row.Layer, row.Probe, row.Position, row.Top1)).ShouldBe([
            (0, "repeated", 0, Of(h => Run(Run(Run(Run(h, 0), 0), 1), 2))), (1, "repeated", 1, Of(h => Run(Run(Run(Run(h, 0), 1), 1), 2))),
            (2, "repeated", 2, Of(h => Run(Run(Run(Run(h, 0), 1), 2), 2))),
            (0, "parallel", 1, Of(h => Run(Run(h, 0) + Run(h, 1) - h, 2))), (1, "parallel", 2, Of(h => Both(Run(h, 0), 1, 2)))]);

        Tensor Both(Tensor h, int one, int other) => Run(h, one) + Run(h, other) - h;
    }

    [Fact]
    public void The_head_reads_early_after_each_layer_of_ascending_and_of_random_orders()
    {
        LayerProbeRow[] rows = [.. Ask(LayerProbe.EarlyExit).Skip(2)];
        rows.Take(Layers).Select(row => (row.Layer, row.Probe, row.Position, row.Top1)).ShouldBe([
            (0, "early_exit", 0, Accuracy(0)), (1, "early_exit", 1, Accuracy(0, 1)), (2, "early_exit", 2, Accuracy(0, 1, 2))]);
        rows[2].Value.ShouldBe(0);
        LayerProbeRow[] any = rows[Layers..];
        any.Select(row => (row.Layer, row.Probe, row.Position)).ShouldBe(
            [.. Enumerable.Range(0, Layers).Select(last => ((int?)null, "early_exit_any_order", (int?)last))]);
        any.ShouldAllBe(row => row.Value == row.Top1 - Accuracy(0, 1, 2));

        // 100 images in the first order, and 30 in the second.
        int[] chosen = Luck.Child("images").Stream().Permutation(Count);
        for (int last = 0; last < Layers; last++)
        {
            double right = 0;
            foreach ((int drawn, int[] batch) in chosen.Chunk(100).Index())
                right += batch.Length * AccuracyOf(batch, Luck.Child("exits").Child(drawn).Stream().Permutation(Layers)[..(last + 1)]);
            any[last].Top1!.Value.ShouldBe(right / Count, 1e-9);
        }
    }

    [Fact]
    public void Contributions_and_guesses_are_means_over_orders_in_which_every_layer_stands_everywhere_once()
    {
        IReadOnlyList<LayerProbeRow> rows = Ask(LayerProbe.Contribution, LayerProbe.PredictedPosition);
        int[] drawn = Luck.Child("orders").Child(0).Stream().Permutation(Layers);
        double[,] moved = new double[Layers, Layers], guessed = new double[Layers, Layers];
        using Tensor pixels = images.PixelValues([.. Enumerable.Range(0, Count)]);
        for (int turn = 0; turn < Layers; turn++)
        {
            int[] order = [.. Enumerable.Range(0, Layers).Select(position => drawn[(position + turn) % Layers])];
            using DisposeScope scope = NewDisposeScope();
            PredictOutput said = Predictor.Run(model, pixels, order);
            for (int position = 0; position < Layers; position++)
            {
                moved[order[position], position] = said.ClsDeltaNorm[position].mean().item<float>();
                guessed[order[position], position] = said.PositionLogits!.narrow(0, position * Count, Count).argmax(1).to(float32).mean().item<float>();
            }
        }

        foreach (LayerProbeRow row in rows.Skip(2))
            row.Value!.Value.ShouldBe((row.Probe == "contribution" ? moved : guessed)[row.Layer!.Value, row.Position!.Value], 1e-4);
        rows.Count.ShouldBe(2 + (2 * Layers * Layers));
    }

    [Fact]
    public void Outputs_are_placed_and_read_a_row_for_each_layer_position_and_image()
    {
        LayerProbes probes = new(model, images, new ProbeSpec([LayerProbe.ReadPosition, LayerProbe.Embedding], 12, 1), Luck);
        IReadOnlyList<LayerProbeRow> rows = probes.Ask("m", 4, CancellationToken.None);
        rows.Skip(2).Select(row => (row.Layer, row.Probe, row.Position, row.Top1)).ShouldBe([
            (0, "read_position", null, null), (1, "read_position", null, null), (2, "read_position", null, null)]);
        rows.Skip(2).ShouldAllBe(row => row.Value >= 0 && row.Value <= 1);
        probes.Embedded.Count.ShouldBe(Layers * Layers * 12);
        probes.Embedded.Select(row => (row.Layer, row.Position, row.Image)).Distinct().Count().ShouldBe(probes.Embedded.Count);
        probes.Embedded.ShouldAllBe(row => row.Model == "m" && row.TrainingSeed == 4 && double.IsFinite(row.X) && double.IsFinite(row.Y));
        probes.Ask("m", 4, CancellationToken.None).ShouldBe(rows);
        probes.Embedded.Count.ShouldBe(Layers * Layers * 12, "those of what was asked last");
    }

    [Fact]
    public void Equal_models_merge_to_themselves_and_others_to_what_is_computed_by_hand()
    {
        SeedProbes Of(params VisionTransformer[] models) => new(models, images, new ProbeSpec([LayerProbe.Merged, LayerProbe.Ensemble], null, 2), Luck);
        IReadOnlyList<LayerProbeRow> same = Of(model, model, model).Ask("m", CancellationToken.None);
        same.Select(row => (row.Probe, row.TrainingSeed, row.Layer, row.Position)).ShouldBe([("merged", null, null, null), ("ensemble", null, null, null),
            ("merged_any_order", null, null, null), ("ensemble_any_order", null, null, null)]);
        same.ShouldAllBe(row => row.Value == 0);
        same[0].Top1.ShouldBe(Accuracy(0, 1, 2));

        using VisionTransformer other = Model(ModelVariant.LayerShufflePredict, 3);
        IReadOnlyList<LayerProbeRow> two = Of(model, other).Ask("m", CancellationToken.None);
        Tensor pixels = images.PixelValues([.. Enumerable.Range(0, Count)]), labels = images.Labels([.. Enumerable.Range(0, Count)]);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        Tensor ours = model.Forward(pixels, [0, 1, 2]).Logits.softmax(1), theirs = other.Forward(pixels, [0, 1, 2]).Logits.softmax(1);
        double own = Right(ours), others = Right(theirs), both = Right(ours.add(theirs, HeldScalars.One));
        two[1].Top1!.Value.ShouldBe(both, 1e-9);
        two[1].Value!.Value.ShouldBe(both - ((own + others) / 2), 1e-9);
        double[] merged = [.. Enumerable.Range(0, 2).Select(draw =>
        {
            RandomStream draws = Luck.Child("merged").Child(draw).Stream();
            VisionTransformer[] sources = [.. Enumerable.Range(0, Layers).Select(_ => draws.Next(2) == 0 ? model : other)];
            VisionTransformer ends = draws.Next(2) == 0 ? model : other;
            Tensor h = ends.Embeddings.Forward(pixels);
            for (int i = 0; i < Layers; i++)
                h = sources[i].Layers[i].Forward(h);
            return Right(ends.Head.Forward(h));
        })];
        two[0].Top1!.Value.ShouldBe(merged.Average(), 1e-9);

        double Right(Tensor said) => said.argmax(1).eq(labels).to(float64).mean().item<double>();
    }

    [Fact]
    public void Fewer_images_are_drawn_and_the_same_for_every_model()
    {
        LayerProbeRow[] some = [.. new LayerProbes(model, images, new ProbeSpec([], 10, 1), Luck).Ask("m", 0, CancellationToken.None)];
        (some[0].Top1!.Value * 10).ShouldBe(Math.Round(some[0].Top1!.Value * 10), 1e-9);
        images.Asked.Distinct().Count().ShouldBe(10);
        images.Asked.ShouldNotBe([.. images.Asked.Order()]);
    }

    [Fact]
    public void Other_variants_guess_no_position()
    {
        using VisionTransformer other = Model(ModelVariant.LayerShufflePosition);
        new LayerProbes(other, images, new ProbeSpec([LayerProbe.PredictedPosition, LayerProbe.Repeated], 20, 1), Luck).Ask("m", 0, CancellationToken.None)
            .Select(row => row.Probe).Distinct().ShouldBe(["in_order", "reversed", "repeated"]);
    }

    public void Dispose() => model.Dispose();

    private IReadOnlyList<LayerProbeRow> Ask(params LayerProbe[] kinds) =>
        new LayerProbes(model, images, new ProbeSpec(kinds, null, 1), Luck).Ask("m", 4, CancellationToken.None);

    private static VisionTransformer Model(ModelVariant variant, long seed = 2)
    {
        VisionTransformer made = VisionTransformer.Create(new VitConfig
        {
            Variant = variant,
            ImageSize = 8,
            PatchSize = 4,
            HiddenSize = 16,
            NumHiddenLayers = Layers,
            NumAttentionHeads = 2,
            IntermediateSize = 32,
            NumLabels = 3,
            InitializerRange = 0.5,
        }, seed);
        made.eval();
        return made;
    }

    private double Accuracy(params int[] order) => Of(h => order.Aggregate(h, Run));

    private Tensor Run(Tensor hidden, int layer) => model.Layers[layer].Forward(hidden);

    private double AccuracyOf(int[] batch, int[] order) => Of(h => order.Aggregate(h, Run), batch);

    private double Of(Func<Tensor, Tensor> through, int[]? batch = null)
    {
        using var inference = inference_mode();
        using DisposeScope scope = NewDisposeScope();
        int[] all = batch ?? [.. Enumerable.Range(0, Count)];
        Tensor guesses = model.Head.Forward(through(model.Embeddings.Forward(images.PixelValues(all)))).argmax(1);
        return guesses.eq(images.Labels(all)).sum().item<long>() / (double)all.Length;
    }

    /// <summary>Noise of three classes.</summary>
    private sealed class NoisyImages(int count) : ITestImages
    {
        public List<int> Asked { get; } = [];

        public int Count => count;

        public Tensor PixelValues(IReadOnlyList<int> images)
        {
            Asked.AddRange(images);
            return stack(images.Select(Pixels));
        }

        private static Tensor Pixels(int image)
        {
            RandomStream luck = SeedTree.Root(image).Child("pixels").Stream();
            return tensor(Enumerable.Range(0, 3 * 8 * 8).Select(_ => (float)luck.NextDouble(-1, 1)).ToArray()).view(3, 8, 8); // [channels, h, w]
        }

        public Tensor Labels(IReadOnlyList<int> images) => tensor(images.Select(image => (long)(image % 3)).ToArray());
    }
}
