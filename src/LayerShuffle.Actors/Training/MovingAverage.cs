using LayerShuffle.Vision.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Actors.Training;

/// <summary>
/// The exponential moving average of a model's weights over the steps, as a second set of weights: e ← d·e + (1−d)·w. At the beginning d is (1 + step) / (10 +
/// step), so that a short training does not average its random start.
/// </summary>
internal sealed class MovingAverage : IDisposable
{
    private readonly Tensor[] weights, averages;
    private readonly double decay;

    /// <summary>An average that starts as the model is.</summary>
    public MovingAverage(VisionTransformer model, double decay)
    {
        this.decay = decay;
        weights = [.. model.parameters()];
        averages = [.. weights.Select(weight =>
        {
            using Tensor detached = weight.detach();
            return detached.clone().DetachFromDisposeScope();
        })];
    }

    /// <summary>Takes the weights after a step into the average.</summary>
    /// <param name="step">The step, from 0.</param>
    public void Add(int step)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable grad = no_grad();
        double keep = Math.Min(decay, (1.0 + step) / (10.0 + step));
        using Scalar old = keep.ToScalar(), rest = (1 - keep).ToScalar();
        for (int i = 0; i < weights.Length; i++)
            averages[i].mul_(old).add_(weights[i], rest);
    }

    /// <summary>Exchanges the model's weights and the average.</summary>
    public void Swap()
    {
        using IDisposable grad = no_grad();
        for (int i = 0; i < weights.Length; i++)
        {
            using Tensor kept = weights[i].clone();
            weights[i].copy_(averages[i]);
            averages[i].copy_(kept);
        }
    }

    /// <summary>The model has the averaged weights until this is disposed of.</summary>
    public IDisposable InPlace()
    {
        Swap();
        return new Back(this);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor average in averages)
            average.Dispose();
    }

    private sealed class Back(MovingAverage average) : IDisposable
    {
        public void Dispose() => average.Swap();
    }
}

/// <summary>The weights of the epoch that was best on the validation images.</summary>
internal sealed class BestWeights : IDisposable
{
    private Dictionary<string, Tensor> weights = new(StringComparer.Ordinal);

    /// <summary>Whether there are any.</summary>
    public bool Any => weights.Count > 0;

    /// <summary>The weights by name; they stay this one's.</summary>
    public IReadOnlyDictionary<string, Tensor> State => weights;

    /// <summary>Takes a copy of a model's weights.</summary>
    public void Take(VisionTransformer model)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable grad = no_grad();
        Take(model.StateDictionary().ToDictionary(pair => pair.Key, pair => pair.Value.detach().clone().DetachFromDisposeScope(), StringComparer.Ordinal));
    }

    /// <summary>Takes over weights, which are this one's from now on.</summary>
    public void Take(Dictionary<string, Tensor> state)
    {
        Dispose();
        weights = state;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor tensor in weights.Values)
            tensor.Dispose();
        weights = new(StringComparer.Ordinal);
    }
}
