using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Vision.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Actors.Models;

/// <summary>Makes what layers get whose weights are gone.</summary>
/// <param name="model">The trained model.</param>
/// <param name="restoration">Where they get them.</param>
/// <param name="luck">Root of the trial's draws.</param>
/// <param name="norms">By layer, what the neighbours are weighted by where they are.</param>
public sealed class LayerSubstitutes(VisionTransformer model, LayerRestoration restoration, SeedTree luck, Func<IReadOnlyList<double>> norms)
{
    /// <summary>A layer's new weights, on the device of the model. The caller disposes it.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="gone">All layers whose weights are gone.</param>
    public EncoderLayer Make(int layer, IReadOnlyCollection<int> gone)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable grad = no_grad();
        IReadOnlyDictionary<string, Tensor> weights = restoration.Kind switch
        {
            RestoreKind.Checkpoint => model.Layers[layer].StateDictionary(),
            RestoreKind.Zero => Nothing(layer),
            RestoreKind.Random => Initial(layer),
            _ => Mean(restoration.Sources(layer, gone)),
        };
        return Made(layer, weights);
    }

    /// <summary>A layer that does nothing, as one does that has no weights: the residual path hands its input on. The caller disposes it.</summary>
    /// <param name="layer">The layer.</param>
    public EncoderLayer MakeNothing(int layer)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable grad = no_grad();
        return Made(layer, Nothing(layer));
    }

    private Dictionary<string, Tensor> Nothing(int layer) =>
        model.Layers[layer].StateDictionary().ToDictionary(entry => entry.Key, entry => zeros_like(entry.Value));

    private EncoderLayer Made(int layer, IReadOnlyDictionary<string, Tensor> weights)
    {
        var made = new EncoderLayer(model.Config);
        made.LoadState(weights, $"what layer {layer} gets");
        made.to(model.Device);
        made.eval();
        return made;
    }

    private IReadOnlyDictionary<string, Tensor> Initial(int layer)
    {
        using VisionTransformer fresh = VisionTransformer.Create(model.Config, (long)luck.Child("restore").Bits);
        return fresh.Layers[layer].StateDictionary().ToDictionary(entry => entry.Key, entry => entry.Value.clone());
    }

    private IReadOnlyDictionary<string, Tensor> Mean(IReadOnlyList<int> sources)
    {
        double[] weights = [.. sources.Select(source => restoration.Kind == RestoreKind.NeighboursWeighted ? norms()[source] : 1)];
        double sum = weights.Sum();
        if (!(sum > 0) || !double.IsFinite(sum))
            (weights, sum) = ([.. weights.Select(_ => 1.0)], weights.Length); // gradients that say nothing
        Dictionary<string, Tensor> mean = [];
        for (int i = 0; i < sources.Count; i++)
        {
            using Scalar share = (weights[i] / sum).ToScalar();
            foreach ((string name, Tensor part) in model.Layers[sources[i]].StateDictionary())
                mean[name] = mean.TryGetValue(name, out Tensor? before) ? before.add(part.mul(share), HeldScalars.One) : part.mul(share);
        }

        return mean;
    }
}
