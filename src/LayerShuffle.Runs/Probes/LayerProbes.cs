using LayerShuffle.Actors.Models;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Scenarios.Specs;
using LayerShuffle.Vision.Model;
using MathNet.Numerics.LinearAlgebra;
using static TorchSharp.torch;

namespace LayerShuffle.Runs.Probes;

/// <summary>Asks the layers of a trained model what they do, without a network: the rows of <c>layers.csv</c>.</summary>
/// <param name="model">The model, ready to infer.</param>
/// <param name="images">The test images.</param>
/// <param name="spec">What is asked.</param>
/// <param name="luck">The orders come from it; the same for every model.</param>
internal sealed class LayerProbes(VisionTransformer model, ITestImages images, ProbeSpec spec, SeedTree luck)
{
    private const int BatchSize = 100, MostRead = 400, MostPoints = 1000, PerOrder = 4;
    private readonly int layers = model.Config.NumHiddenLayers;
    private readonly int[] chosen = luck.Child("images").Stream().Permutation(images.Count)[..Math.Min(spec.Images ?? images.Count, images.Count)];

    private readonly List<EmbeddingRow> embedded = [];

    /// <summary>The rows of <c>embeddings.csv</c> of what was asked last.</summary>
    public IReadOnlyList<EmbeddingRow> Embedded => embedded;

    /// <summary>A layer, or two side by side, at a place of the order.</summary>
    private readonly record struct Stage(int Layer, int? Beside = null);

    /// <summary>Asks everything.</summary>
    /// <param name="name">The model's name.</param>
    /// <param name="seed">Its training seed.</param>
    /// <param name="cancellation">Stops it.</param>
    public IReadOnlyList<LayerProbeRow> Ask(string name, int seed, CancellationToken cancellation)
    {
        embedded.Clear();
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
                case LayerProbe.PredictedPosition: // other variants believe nothing
                case LayerProbe.Merged: // asked of all training seeds together
                case LayerProbe.Ensemble:
                    break;
                case LayerProbe.ReadPosition:
                    rows.AddRange(Read(cancellation).Select(Named));
                    break;
                case LayerProbe.Embedding:
                    embedded.AddRange(Embed(name, seed, cancellation));
                    break;
                case LayerProbe.EarlyExit:
                    rows.AddRange(ascending.Select((_, last) => Found(last, "early_exit", last, ascending[..(last + 1)])));
                    rows.AddRange(ExitsOfAnyOrder(cancellation).Select((top1, last) =>
                        new LayerProbeRow(name, seed, null, "early_exit_any_order", last, top1 - inOrder, top1)));
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

    /// <summary>The accuracy after each position of random orders: a fresh one for each batch.</summary>
    private IEnumerable<double> ExitsOfAnyOrder(CancellationToken cancellation)
    {
        var right = new long[layers];
        int drawn = 0;
        foreach (int[] batch in Batches(cancellation))
        {
            int[] order = luck.Child("exits").Child(drawn++).Stream().Permutation(layers);
            for (int last = 0; last < layers; last++)
                right[last] += Right(batch, [.. order[..(last + 1)].Select(layer => new Stage(layer))], null);
        }

        return right.Select(count => count / (double)chosen.Length);
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

    /// <summary>
    /// For each layer: a linear probe learns positions from its outputs for half of the images, and reads them from those for the others, in other orders.
    /// </summary>
    private IEnumerable<LayerProbeRow> Read(CancellationToken cancellation)
    {
        int[] some = chosen[..Math.Min(chosen.Length, MostRead)];
        int half = some.Length / 2;
        if (half == 0)
            yield break;
        Matrix<double>[,] outputs = Outputs(some, cancellation);
        int[] known = [.. Positions(half)], truth = [.. Positions(some.Length - half)];
        for (int layer = 0; layer < layers; layer++)
        {
            double read = PositionReader.Accuracy(Stacked(layer, 0, half), known, Stacked(layer, half, some.Length - half), truth, layers);
            yield return new LayerProbeRow("", 0, layer, "read_position", null, read, null);
        }

        IEnumerable<int> Positions(int each) => Enumerable.Range(0, layers).SelectMany(position => Enumerable.Repeat(position, each));
        Matrix<double> Stacked(int layer, int first, int number) => Enumerable.Range(0, layers)
            .Select(position => outputs[layer, position].SubMatrix(first, number, 0, model.Config.HiddenSize)).Aggregate((above, below) => above.Stack(below));
    }

    /// <summary>All layers' outputs at all positions together in two dimensions, for so many images that the points can still be told apart.</summary>
    private IEnumerable<EmbeddingRow> Embed(string name, int seed, CancellationToken cancellation)
    {
        int[] some = chosen[..Math.Min(chosen.Length, Math.Max(1, MostPoints / (layers * layers)))];
        if (some.Length * layers * layers < 2)
            return [];
        Matrix<double>[,] outputs = Outputs(some, cancellation);
        double[] at = new TSne().Embed(outputs.Cast<Matrix<double>>().Aggregate((above, below) => above.Stack(below)), cancellation);
        return [.. from layer in Enumerable.Range(0, layers)
                   from position in Enumerable.Range(0, layers)
                   from image in Enumerable.Range(0, some.Length)
                   let point = (((layer * layers) + position) * some.Length) + image
                   select new EmbeddingRow(name, seed, layer, position, some[image], at[2 * point], at[(2 * point) + 1])];
    }

    /// <summary>
    /// The class tokens that each layer puts out at each position, a row per image. Every few images run an order of their own and its rotations: of one order
    /// alone the layers before would tell the position.
    /// </summary>
    private Matrix<double>[,] Outputs(int[] some, CancellationToken cancellation)
    {
        var outputs = new Matrix<double>[layers, layers];
        for (int layer = 0; layer < layers; layer++)
        {
            for (int position = 0; position < layers; position++)
                outputs[layer, position] = Matrix<double>.Build.Dense(some.Length, model.Config.HiddenSize);
        }

        for (int start = 0; start < some.Length; start += PerOrder)
        {
            cancellation.ThrowIfCancellationRequested();
            int[] batch = some[start..Math.Min(some.Length, start + PerOrder)];
            int[] order = luck.Child("orders of outputs").Child(start).Stream().Permutation(layers);
            for (int turn = 0; turn < layers; turn++)
            {
                Stage[] turned = [.. Enumerable.Range(0, layers).Select(position => new Stage(order[(position + turn) % layers]))];
                Right(batch, turned, (position, _, after) => Copy(after, outputs[turned[position].Layer, position], start));
            }
        }

        return outputs;

        void Copy(Tensor after, Matrix<double> rows, int first)
        {
            float[] values = [.. after.select(1, 0).cpu().contiguous().data<float>()]; // [b, d]
            for (int i = 0; i < values.Length; i++)
                rows[first + (i / rows.ColumnCount), i % rows.ColumnCount] = values[i];
        }
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
