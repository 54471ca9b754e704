using LayerShuffle.Actors.Models;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Scenarios.Specs;
using LayerShuffle.Vision.Model;
using static TorchSharp.torch;

namespace LayerShuffle.Runs.Probes;

/// <summary>Asks the layers of a trained model what they do, without a network: the rows of <c>layers.csv</c>.</summary>
/// <param name="model">The model, ready to infer.</param>
/// <param name="images">The test images.</param>
/// <param name="spec">What is asked.</param>
/// <param name="luck">The orders come from it; the same for every model.</param>
internal sealed class LayerProbes(VisionTransformer model, ITestImages images, ProbeSpec spec, SeedTree luck)
{
    private const int BatchSize = 100;
    private readonly int layers = model.Config.NumHiddenLayers;
    private readonly int[] chosen = luck.Child("images").Stream().Permutation(images.Count)[..Math.Min(spec.Images ?? images.Count, images.Count)];

    /// <summary>A layer, or two side by side, at a place of the order.</summary>
    private readonly record struct Stage(int Layer, int? Beside = null);

    /// <summary>Asks everything.</summary>
    /// <param name="name">The model's name.</param>
    /// <param name="seed">Its training seed.</param>
    /// <param name="cancellation">Stops it.</param>
    public IReadOnlyList<LayerProbeRow> Ask(string name, int seed, CancellationToken cancellation)
    {
        Stage[] ascending = [.. Enumerable.Range(0, layers).Select(layer => new Stage(layer))];
        double inOrder = Accuracy(ascending, cancellation);
        List<LayerProbeRow> rows =
        [
            new(name, seed, null, "in_order", null, 0, inOrder),
            Found(null, "reversed", null, [.. ascending.Reverse()]),
        ];
        foreach (LayerProbe kind in spec.Kinds)
        {
            switch (kind)
            {
                case LayerProbe.Contribution:
                    rows.AddRange(InRandomOrders("contribution", Moved, cancellation).Select(Named));
                    break;
                case LayerProbe.PredictedPosition when model.Config.Variant == ModelVariant.LayerShufflePredict:
                    rows.AddRange(InRandomOrders("predicted_position", Guessed, cancellation).Select(Named));
                    break;
                default:
                    rows.AddRange(Changed(kind, ascending).Select(change => Found(change.Layer, change.Probe, change.Position, change.Order)));
                    break;
            }
        }

        return rows;

        LayerProbeRow Named(LayerProbeRow row) => row with { Model = name, TrainingSeed = seed };
        LayerProbeRow Found(int? layer, string probe, int? position, Stage[] order)
        {
            double top1 = Accuracy(order, cancellation);
            return new(name, seed, layer, probe, position, top1 - inOrder, top1);
        }
    }

    /// <summary>The orders that a probe of accuracy runs.</summary>
    private static IEnumerable<(int Layer, string Probe, int? Position, Stage[] Order)> Changed(LayerProbe kind, Stage[] ascending)
    {
        for (int layer = 0; layer < ascending.Length; layer++)
        {
            switch (kind)
            {
                case LayerProbe.Without when ascending.Length > 1:
                    yield return (layer, "without", layer, [.. ascending[..layer], .. ascending[(layer + 1)..]]);
                    break;
                case LayerProbe.SwappedWith:
                    for (int other = layer + 1; other < ascending.Length; other++)
                    {
                        Stage[] swapped = [.. ascending];
                        (swapped[layer], swapped[other]) = (swapped[other], swapped[layer]);
                        yield return (layer, "swapped_with", other, swapped);
                    }

                    break;
                case LayerProbe.Repeated:
                    yield return (layer, "repeated", layer, [.. ascending[..(layer + 1)], .. ascending[layer..]]);
                    break;
                case LayerProbe.Parallel when layer + 1 < ascending.Length:
                    yield return (layer, "parallel", layer + 1, [.. ascending[..layer], new(layer, layer + 1), .. ascending[(layer + 2)..]]);
                    break;
            }
        }
    }

    private double Accuracy(Stage[] order, CancellationToken cancellation)
    {
        long right = 0;
        foreach (int[] batch in Batches(cancellation))
            right += Right(batch, order, null);
        return right / (double)chosen.Length;
    }

    /// <summary>
    /// Runs random orders, each with all its rotations: over those every layer stands once at every position, so that no layer is seen at some more often.
    /// </summary>
    /// <param name="probe">The probe's word.</param>
    /// <param name="look">The sum over images of what is measured, from the layer and its input and output, [batch, tokens, hidden].</param>
    /// <param name="cancellation">Stops it.</param>
    private IEnumerable<LayerProbeRow> InRandomOrders(string probe, Func<EncoderLayer, Tensor, Tensor, double> look, CancellationToken cancellation)
    {
        var sums = new double[layers, layers];
        var right = new long[layers, layers];
        for (int draw = 0; draw < spec.Orders; draw++)
        {
            int[] order = luck.Child("orders").Child(draw).Stream().Permutation(layers);
            for (int turn = 0; turn < layers; turn++)
            {
                Stage[] turned = [.. Enumerable.Range(0, layers).Select(position => new Stage(order[(position + turn) % layers]))];
                long correct = 0;
                foreach (int[] batch in Batches(cancellation))
                {
                    correct += Right(batch, turned,
                        (position, before, after) => sums[turned[position].Layer, position] += look(model.Layers[turned[position].Layer], before, after));
                }

                for (int position = 0; position < layers; position++)
                    right[turned[position].Layer, position] += correct;
            }
        }

        double seen = (double)chosen.Length * spec.Orders;
        return [.. from layer in Enumerable.Range(0, layers)
                   from position in Enumerable.Range(0, layers)
                   select new LayerProbeRow("", 0, layer, probe, position, sums[layer, position] / seen, right[layer, position] / seen)];
    }

    /// <summary>Runs a batch through stages; how many images are classified rightly.</summary>
    /// <param name="batch">The images.</param>
    /// <param name="order">The stages.</param>
    /// <param name="look">Sees the position, what went in and what came out, [batch, tokens, hidden].</param>
    private long Right(int[] batch, Stage[] order, Action<int, Tensor, Tensor>? look)
    {
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        Tensor h = model.Embeddings.Forward(images.PixelValues(batch));                                        // [b, n, d]
        for (int position = 0; position < order.Length; position++)
        {
            // A layer that is repeated makes the order longer than there are positions to be told.
            Tensor? told = model.Embeddings.PositionEmbedding(Math.Min(position, layers - 1));                 // [32]
            Tensor after = model.Layers[order[position].Layer].Forward(h, told);                               // [b, n, d]
            if (order[position].Beside is { } beside)
                after = after.add(Added(beside, h, told), HeldScalars.One);                                    // [b, n, d]
            look?.Invoke(position, h, after);
            h = after;
        }

        Tensor guesses = model.Head.Forward(h).argmax(1);                                                      // [b]
        return guesses.eq(images.Labels(batch)).sum().item<long>();
    }

    /// <summary>What a layer adds to an activation, [batch, tokens, hidden].</summary>
    private Tensor Added(int layer, Tensor h, Tensor? told) => Difference(model.Layers[layer].Forward(h, told), h);

    private static Tensor Difference(Tensor after, Tensor before) => after.add(before.neg(), HeldScalars.One);

    private static double Moved(EncoderLayer layer, Tensor before, Tensor after) =>
        linalg.vector_norm(Difference(after.select(1, 0), before.select(1, 0)), dims: [-1]).sum().item<float>();

    private static double Guessed(EncoderLayer layer, Tensor before, Tensor after) => layer.PredictPosition(after).argmax(1).sum().item<long>();

    private IEnumerable<int[]> Batches(CancellationToken cancellation)
    {
        foreach (int[] batch in chosen.Chunk(BatchSize))
        {
            cancellation.ThrowIfCancellationRequested();
            yield return batch;
        }
    }
}
