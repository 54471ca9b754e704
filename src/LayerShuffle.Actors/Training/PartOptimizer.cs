using LayerShuffle.Core.Files;
using LayerShuffle.Vision.Model;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerShuffle.Actors.Training;

/// <summary>
/// AdamW, or SGD with momentum, for one part of the model (a layer, the embeddings, the head), stepped at the barrier. Parameters without a gradient are left
/// alone, weight decay included.
/// </summary>
public sealed class PartOptimizer : IDisposable
{
    private const double Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-8;

    private readonly Parameter[] parameters;
    private readonly AdamW adamw;
    private readonly double weightDecay;
    private readonly double? momentum; // of SGD; null for AdamW

    /// <summary>An optimizer with empty state: betas 0.9 and 0.999, eps 1e-8.</summary>
    public PartOptimizer(IEnumerable<Parameter> parameters, double learningRate, double weightDecay)
    {
        this.parameters = [.. parameters];
        this.weightDecay = weightDecay;
        adamw = optim.AdamW(this.parameters, learningRate, Beta1, Beta2, Epsilon, weightDecay);
    }

    /// <summary>
    /// The optimizer that a training asks for. SGD keeps its running sum where AdamW keeps its first moment, so that states are saved and sent in one form.
    /// </summary>
    public PartOptimizer(IEnumerable<Parameter> parameters, TrainingOptions options)
        : this(parameters, options.LearningRate, options.WeightDecay) => momentum = options.Optimizer == OptimizerKind.Sgd ? options.Momentum : null;

    /// <summary>A layer's.</summary>
    internal static PartOptimizer Of(EncoderLayer layer, TrainingOptions options) => new(layer.parameters().Select(p => (Parameter)p), options);

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
        using (no_grad())
        {
            if (gradientScale != 1)
            {
                using Scalar scale = gradientScale.ToScalar();
                foreach (Parameter parameter in parameters)
                    parameter.grad?.mul_(scale);
            }

            foreach ((Parameter parameter, AdamW.State state) in parameters.Zip(States()))
            {
                if (parameter.grad is not { } gradient)
                    continue;
                if (momentum is { } share)
                    Descend(parameter, gradient, state, learningRate, share);
                else
                    Step(parameter, gradient, state, learningRate);
            }
        }

        Forget();
    }

    /// <summary>Drops the gradients.</summary>
    public void Forget()
    {
        foreach (Parameter parameter in parameters)
        {
            parameter.grad?.Dispose();
            parameter.grad = null; // none, not zero: a layer that the next step does not execute must be left alone
        }
    }

    /// <summary>How often each parameter was stepped.</summary>
    public IReadOnlyList<long> StepCounts => [.. States().Select(state => state.step)];

    /// <summary>AdamW's running averages of gradient and squared gradient, by parameter; they stay the optimizer's.</summary>
    internal IReadOnlyList<(Tensor ExpAvg, Tensor ExpAvgSq)> Moments => [.. States().Select(state => (state.exp_avg, state.exp_avg_sq))];

    /// <summary>Copies a state in, and drops the gradients.</summary>
    internal void Restore(IReadOnlyList<Tensor> first, IReadOnlyList<Tensor> second, IReadOnlyList<long> stepCounts)
    {
        Forget();
        using DisposeScope scope = NewDisposeScope();
        using IDisposable grad = no_grad();
        int i = 0;
        foreach (AdamW.State state in States())
        {
            state.exp_avg.copy_(first[i]);
            state.exp_avg_sq.copy_(second[i]);
            state.step = stepCounts[i++];
        }
    }

    /// <summary>Writes the optimizer's state.</summary>
    public void Save(string path)
    {
        Disk.About("write", path);
        adamw.save_state_dict(path);
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    public void Load(string path) => adamw.load_state_dict(path);

    /// <inheritdoc/>
    public void Dispose() => adamw.Dispose();

    /// <summary>
    /// AdamW (Loshchilov and Hutter, arXiv 1711.05101, algorithm 2), operation by operation as TorchSharp's own step does it. That one hands numbers to
    /// libtorch as temporary <see cref="Scalar"/>s that nothing keeps alive: once in many thousand steps the garbage collector frees one while libtorch reads
    /// it, which throws or computes with whatever lies there.
    /// </summary>
    private void Step(Parameter parameter, Tensor gradient, AdamW.State state, double learningRate)
    {
        state.step++;
        double correction1 = 1 - Math.Pow(Beta1, state.step), correction2 = 1 - Math.Pow(Beta2, state.step);
        using Scalar
            decay = (1 - learningRate * weightDecay).ToScalar(), step = (-(learningRate / correction1)).ToScalar(), root2 = Math.Sqrt(correction2).ToScalar(),
                epsilon = Epsilon.ToScalar(),
            beta1 = Beta1.ToScalar(), rest1 = (1 - Beta1).ToScalar(), beta2 = Beta2.ToScalar(), rest2 = (1 - Beta2).ToScalar();
        parameter.mul_(decay);
        state.exp_avg.mul_(beta1).add_(gradient, rest1);
        state.exp_avg_sq.mul_(beta2).addcmul_(gradient, gradient, rest2);
        Tensor denominator = state.exp_avg_sq.sqrt().div(root2).add_(epsilon, HeldScalars.One); // the parameter's shape
        parameter.addcdiv_(state.exp_avg, denominator, step);
    }

    /// <summary>SGD as torch does it: decay is part of the gradient, v ← μ·v + g, and the parameter goes down by learning rate · v.</summary>
    private void Descend(Parameter parameter, Tensor gradient, AdamW.State state, double learningRate, double share)
    {
        state.step++;
        using Scalar decay = weightDecay.ToScalar(), keep = share.ToScalar(), step = (-learningRate).ToScalar();
        Tensor whole = weightDecay == 0 ? gradient : gradient.add(parameter, decay); // the parameter's shape
        state.exp_avg.mul_(keep).add_(whole, HeldScalars.One);
        parameter.add_(state.exp_avg, step);
    }

    private IEnumerable<AdamW.State> States() => adamw.state_dict().State.Cast<AdamW.State>();
}
