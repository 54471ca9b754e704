using LayerShuffle.Vision.Files;
using LayerShuffle.Vision.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Actors.Training;

/// <summary>
/// A layer's training state as the bytes of a safetensors file: its weights under their Hugging Face names, AdamW's moments and step counts by parameter, and
/// the last step it applied. Read strictly: bytes from elsewhere allocate nothing that they do not bring along, and change nothing unless all of them fit.
/// </summary>
public static class LayerStateFormat
{
    private const string Weights = "weights.", FirstMoments = "adamw.exp_avg.", SecondMoments = "adamw.exp_avg_sq.", Counts = "adamw.step", Applied = "applied";

    /// <summary>Writes a layer's state.</summary>
    /// <param name="layer">Its weights.</param>
    /// <param name="optimizer">Its optimizer.</param>
    /// <param name="appliedStep">The last step it applied, -1 for none.</param>
    public static byte[] Write(EncoderLayer layer, PartOptimizer optimizer, int appliedStep)
    {
        using DisposeScope scope = NewDisposeScope();
        var tensors = new OrderedDictionary<string, Tensor>();
        foreach ((string name, Tensor weight) in layer.StateDictionary())
            tensors.Add(Weights + name, weight);
        IReadOnlyList<(Tensor ExpAvg, Tensor ExpAvgSq)> moments = optimizer.Moments;
        for (int i = 0; i < moments.Count; i++)
        {
            tensors.Add(FirstMoments + i, moments[i].ExpAvg);
            tensors.Add(SecondMoments + i, moments[i].ExpAvgSq);
        }

        tensors.Add(Counts, tensor(optimizer.StepCounts.ToArray()));
        tensors.Add(Applied, tensor(new long[] { appliedStep }));
        using var stream = new MemoryStream();
        SafeTensors.Write(stream, tensors);
        return stream.ToArray();
    }

    /// <summary>Copies a state into a layer and its optimizer; gradients are dropped.</summary>
    /// <returns>The last step that the state has applied, -1 for none.</returns>
    /// <exception cref="ModelFormatException">The bytes are malformed, or those of a layer of another shape.</exception>
    public static int Read(byte[] bytes, EncoderLayer layer, PartOptimizer optimizer, string sourceName)
    {
        IReadOnlyDictionary<string, Tensor> tensors = SafeTensors.Parse(bytes, sourceName);
        try
        {
            IReadOnlyList<(Tensor ExpAvg, Tensor ExpAvgSq)> moments = optimizer.Moments;
            var first = new Tensor[moments.Count];
            var second = new Tensor[moments.Count];
            for (int i = 0; i < moments.Count; i++)
            {
                first[i] = Find(tensors, FirstMoments + i, ScalarType.Float32, moments[i].ExpAvg.shape, sourceName);
                second[i] = Find(tensors, SecondMoments + i, ScalarType.Float32, moments[i].ExpAvgSq.shape, sourceName);
            }

            long[] counts = Numbers(Find(tensors, Counts, ScalarType.Int64, [moments.Count], sourceName));
            long applied = Numbers(Find(tensors, Applied, ScalarType.Int64, [1], sourceName))[0];
            if (applied is < -1 or > int.MaxValue || counts.Any(count => count < 0))
                throw new ModelFormatException($"{sourceName}: the state of a layer counts steps below 0 or beyond {int.MaxValue}.");
            Dictionary<string, Tensor> weights = tensors
                .Where(t => t.Key.StartsWith(Weights, StringComparison.Ordinal))
                    .ToDictionary(t => t.Key[Weights.Length..], t => t.Value, StringComparer.Ordinal);
            int expected = weights.Count + 2 * moments.Count + 2;
            if (tensors.Count != expected)
                throw new ModelFormatException($"{sourceName}: the state of this layer has {expected} tensors, not {tensors.Count}.");
            layer.LoadState(weights, sourceName); // copies nothing unless all fit
            optimizer.Restore(first, second, counts);
            return (int)applied;
        }
        finally
        {
            foreach (Tensor tensor in tensors.Values)
                tensor.Dispose();
        }
    }

    private static Tensor Find(IReadOnlyDictionary<string, Tensor> tensors, string name, ScalarType type, long[] shape, string sourceName)
    {
        if (!tensors.TryGetValue(name, out Tensor? found))
            throw new ModelFormatException($"{sourceName}: the state of a layer lacks the tensor {name}.");
        if (found.dtype != type || !found.shape.AsSpan().SequenceEqual(shape))
            throw new ModelFormatException($"{sourceName}: the tensor {name} is {found.dtype} [{string.Join(", ", found.shape)}] instead of {type} "
                + $"[{string.Join(", ", shape)}].");
        return found;
    }

    private static long[] Numbers(Tensor tensor) => tensor.data<long>().ToArray();
}
