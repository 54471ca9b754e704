using LayerShuffle.Actors.Models;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Scenarios.Specs;
using LayerShuffle.Vision.Model;
using static TorchSharp.torch;

namespace LayerShuffle.Runs.Probes;

/// <summary>Asks the models of several training seeds together: merged layer by layer, and as an ensemble.</summary>
/// <param name="models">The models, of one shape, ready to infer.</param>
/// <param name="images">The test images.</param>
/// <param name="spec">What is asked.</param>
/// <param name="luck">Images, orders and choices come from it; the images and orders are those of <see cref="LayerProbes"/>.</param>
internal sealed class SeedProbes(IReadOnlyList<VisionTransformer> models, ITestImages images, ProbeSpec spec, SeedTree luck)
{
    private const int BatchSize = 100;
    private readonly int layers = models[0].Config.NumHiddenLayers;
    private readonly int[] chosen = luck.Child("images").Stream().Permutation(images.Count)[..Math.Min(spec.Images ?? images.Count, images.Count)];

    /// <summary>Asks everything, in ascending order and in random ones, a fresh one for each batch.</summary>
    /// <param name="name">The models' name.</param>
    /// <param name="cancellation">Stops it.</param>
    public IReadOnlyList<LayerProbeRow> Ask(string name, CancellationToken cancellation)
    {
        List<LayerProbeRow> rows = [];
        foreach (bool shuffled in new[] { false, true })
        {
            if (!spec.Kinds.Contains(LayerProbe.Merged) && !spec.Kinds.Contains(LayerProbe.Ensemble))
                break;
            double alone = models.Average(model => Accuracy(shuffled, (batch, order) => Own(model, batch, order), cancellation));
            if (spec.Kinds.Contains(LayerProbe.Merged))
            {
                double merged = Enumerable.Range(0, spec.Orders).Average(draw =>
                {
                    RandomStream draws = luck.Child("merged").Child(draw).Stream();
                    VisionTransformer[] sources = [.. Enumerable.Range(0, layers).Select(_ => models[draws.Next(models.Count)])];
                    VisionTransformer ends = models[draws.Next(models.Count)]; // embeddings and head, which fit each other
                    return Accuracy(shuffled, (batch, order) => Believed(batch, order, [.. order.Select(layer => sources[layer])], ends), cancellation);
                });
                rows.Add(Row("merged", merged));
            }

            if (spec.Kinds.Contains(LayerProbe.Ensemble))
            {
                rows.Add(Row("ensemble", Accuracy(shuffled, (batch, order) => models.Select(model => Own(model, batch, order))
                    .Aggregate((sum, next) => sum.add(next, HeldScalars.One)), cancellation)));
            }

            LayerProbeRow Row(string probe, double top1) => new(name, null, null, shuffled ? probe + "_any_order" : probe, null, top1 - alone, top1);
        }

        return rows;
    }

    private double Accuracy(bool shuffled, Func<int[], int[], Tensor> believed, CancellationToken cancellation)
    {
        long right = 0;
        int number = 0;
        foreach (int[] batch in chosen.Chunk(BatchSize))
        {
            cancellation.ThrowIfCancellationRequested();
            using var inference = inference_mode();
            using var scope = NewDisposeScope();
            int[] order = shuffled ? luck.Child("orders of batches").Child(number++).Stream().Permutation(layers) : [.. Enumerable.Range(0, layers)];
            right += believed(batch, order).argmax(1).eq(images.Labels(batch)).sum().item<long>();
        }

        return right / (double)chosen.Length;
    }

    private Tensor Own(VisionTransformer model, int[] batch, int[] order) => Believed(batch, order, [.. order.Select(_ => model)], model);

    /// <summary>Shares of belief in classes, [batch, classes], of layers that may be of several models.</summary>
    private Tensor Believed(int[] batch, int[] order, VisionTransformer[] sources, VisionTransformer ends)
    {
        Tensor h = ends.Embeddings.Forward(images.PixelValues(batch));                           // [b, n, d]
        for (int position = 0; position < order.Length; position++)
            h = sources[position].Layers[order[position]].Forward(h, ends.Embeddings.PositionEmbedding(position)); // [b, n, d]
        return nn.functional.softmax(ends.Head.Forward(h), 1);                                   // [b, C]
    }
}
