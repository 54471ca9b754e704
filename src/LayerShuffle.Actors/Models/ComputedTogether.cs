using LayerShuffle.Vision.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Actors.Models;

/// <summary>
/// Embeddings and layers of several requests at once, bit for bit as one by one: requests that wait for the same layer go through it together, longest queue
/// first. Which kernel a numeric library takes, and in which order it sums, depends on shapes and threads, not on values. So a number of requests is computed
/// together only if, when that number came up first, every bit of the result was that of one request after the other; else they are computed one by one.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="images">What it is asked about.</param>
internal sealed class ComputedTogether(VisionTransformer model, ITestImages images)
{
    private readonly Dictionary<(bool Embeds, int Requests, int Images), bool> same = []; // looked up by key only

    /// <summary>Numbers of requests that turned out not to give the same bits; for tests and figures.</summary>
    public int Refused => same.Values.Count(equal => !equal);

    /// <summary>The activations before the head, in the order of the requests, each a tensor of its own; in the caller's scope and inference mode.</summary>
    /// <param name="requests">Images and layers of each; all of equally many images.</param>
    public Tensor[] Run(IReadOnlyList<(IReadOnlyList<int> Images, int[] Order)> requests)
    {
        var present = new Tensor[requests.Count];                                                   // [images, tokens, hidden] each
        foreach (int[] part in Parts([.. Enumerable.Range(0, requests.Count)]))
            Put(present, part, Embed([.. part.Select(i => requests[i].Images)]));
        var done = new int[requests.Count];
        bool told = model.Config.Variant == ModelVariant.LayerShufflePosition; // only there a layer does something else at another position
        while (Enumerable.Range(0, requests.Count).Where(i => done[i] < requests[i].Order.Length).GroupBy(i => (requests[i].Order[done[i]], told ? done[i] : 0))
            .MaxBy(group => group.Count()) is { } waiting)
        {
            foreach (int[] part in Parts([.. waiting]))
            {
                Put(present, part, Execute(waiting.Key.Item1, done[part[0]], [.. part.Select(i => present[i])]));
                foreach (int i in part)
                    done[i]++;
            }
        }

        return present;
    }

    /// <summary>Powers of two, so that few numbers have to be tried.</summary>
    private static IEnumerable<int[]> Parts(int[] all)
    {
        for (int at = 0; at < all.Length;)
        {
            int size = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)(all.Length - at) + 1) / 2;
            yield return all[at..(at + size)];
            at += size;
        }
    }

    private static void Put(Tensor[] present, int[] part, Tensor[] computed)
    {
        for (int i = 0; i < part.Length; i++)
        {
            Tensor? before = present[part[i]];
            present[part[i]] = computed[i];
            before?.Dispose();
        }
    }

    private Tensor[] Embed(IReadOnlyList<int>[] requests) => Together(
        embeds: true, requests.Length, requests[0].Count,
        () => model.Embeddings.Forward(images.PixelValues([.. requests.SelectMany(request => request)])),
        i => model.Embeddings.Forward(images.PixelValues(requests[i])));

    private Tensor[] Execute(int layer, int position, Tensor[] inputs)
    {
        Tensor? embedding = model.Embeddings.PositionEmbedding(position);                           // [32], or null
        return Together(
            embeds: false, inputs.Length, (int)inputs[0].shape[0],
            () => model.Layers[layer].Forward(cat(inputs), embedding),
            i => model.Layers[layer].Forward(inputs[i], embedding));
    }

    private Tensor[] Together(bool embeds, int requests, int count, Func<Tensor> together, Func<int, Tensor> alone)
    {
        if (requests > 1 && same.GetValueOrDefault((embeds, requests, count), true))
        {
            using DisposeScope scope = NewDisposeScope();
            // [images, tokens, hidden] each, aligned as it would be alone
            Tensor[] parts = [.. together().split(count).Select(part => part.clone().MoveToOuterDisposeScope())];
            if (same.ContainsKey((embeds, requests, count)))
                return parts;
            Tensor[] one = [.. Enumerable.Range(0, requests).Select(alone)];
            if (same[(embeds, requests, count)] = parts.Zip(one).All(pair => Equal(pair.First, pair.Second)))
                return parts;
            return [.. one.Select(part => part.MoveToOuterDisposeScope())];
        }

        return [.. Enumerable.Range(0, requests).Select(alone)];
    }

    /// <summary>Bit for bit: NaN is not told from NaN, but neither is right.</summary>
    private static bool Equal(Tensor a, Tensor b) => a.eq(b).logical_or(a.isnan().logical_and(b.isnan())).all().item<bool>();
}
