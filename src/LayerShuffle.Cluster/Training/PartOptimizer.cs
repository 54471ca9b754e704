using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Training;

/// <summary>AdamW for one part of the model (a layer, the embeddings, the head), stepped at the barrier. Parameters without a gradient are left alone, weight decay included.</summary>
public sealed class PartOptimizer : IDisposable
{
    private readonly Parameter[] parameters;
    private readonly AdamW adamw;

    /// <summary>An optimizer with empty state: betas 0.9 and 0.999, eps 1e-8.</summary>
    public PartOptimizer(IEnumerable<Parameter> parameters, double learningRate, double weightDecay)
    {
        this.parameters = [.. parameters];
        adamw = optim.AdamW(this.parameters, learningRate, weight_decay: weightDecay);
    }

    /// <summary>Squared L2 norm of all gradients, in double precision.</summary>
    public double SquaredGradientNorm()
    {
        using DisposeScope scope = NewDisposeScope();
        double sum = 0;
        foreach (Parameter parameter in parameters)
        {
            if (parameter.grad is { } gradient)
            {
                double norm = gradient.norm().item<float>();
                sum += norm * norm;
            }
        }

        return sum;
    }

    /// <summary>Scales the gradients, steps, and forgets them.</summary>
    public void Step(double gradientScale, double learningRate)
    {
        using (NewDisposeScope())
        {
            if (gradientScale != 1)
            {
                foreach (Parameter parameter in parameters)
                    parameter.grad?.mul_(gradientScale);
            }
        }

        foreach (var group in adamw.ParamGroups)
            group.LearningRate = learningRate;
        using (NewDisposeScope())
            adamw.step();
        foreach (Parameter parameter in parameters)
        {
            parameter.grad?.Dispose();
            parameter.grad = null; // none, not zero: a layer that the next step does not execute must be left alone
        }
    }

    /// <summary>Writes the optimizer's state.</summary>
    public void Save(string path) => adamw.save_state_dict(path);

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    public void Load(string path) => adamw.load_state_dict(path);

    /// <inheritdoc/>
    public void Dispose() => adamw.Dispose();
}
