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
    private readonly AdamW.State[] states;  // by parameter; their moments are views of the two below
    private readonly Tensor expAvg, expAvgSq; // [all numbers of all parameters]
    private readonly AdamW adamw;
    private readonly double weightDecay;
    private readonly double? momentum; // of SGD; null for AdamW

    /// <summary>An optimizer with empty state: betas 0.9 and 0.999, eps 1e-8.</summary>
    public PartOptimizer(IEnumerable<Parameter> parameters, double learningRate, double weightDecay)
    {
        this.parameters = [.. parameters];
        this.weightDecay = weightDecay;
        adamw = optim.AdamW(this.parameters, learningRate, Beta1, Beta2, Epsilon, weightDecay);
        states = [.. adamw.state_dict().State.Cast<AdamW.State>()];
        long size = this.parameters.Sum(parameter => parameter.numel());
        Parameter? one = this.parameters.FirstOrDefault();
        expAvg = zeros([size], one?.dtype, one?.device).DetachFromDisposeScope();
        expAvgSq = zeros([size], one?.dtype, one?.device).DetachFromDisposeScope();
        Gather();
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
        using IDisposable grad = no_grad();
        Tensor[] norms = [.. parameters.Where(parameter => parameter.grad is not null).Select(parameter => parameter.grad!.norm())];
        return norms.Length == 0 ? 0 : stack(norms).cpu().data<float>().Sum(norm => (double)norm * norm); // one at a time, a GPU would be waited for so often
    }

    /// <summary>Scales the gradients, steps, and forgets them.</summary>
    public void Step(double gradientScale, double learningRate)
    {
        using (NewDisposeScope())
        using (no_grad())
        {
            if (IsWhole())
            {
                StepWhole(gradientScale, learningRate);
            }
            else
            {
                foreach ((Parameter parameter, AdamW.State state) in parameters.Zip(states))
                {
                    if (parameter.grad is { } gradient)
                        StepOne(parameter, Scaled(gradient, gradientScale), state, learningRate);
                }
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
    public IReadOnlyList<long> StepCounts => [.. states.Select(state => state.step)];

    /// <summary>AdamW's running averages of gradient and squared gradient, by parameter; they stay the optimizer's.</summary>
    internal IReadOnlyList<(Tensor ExpAvg, Tensor ExpAvgSq)> Moments => [.. states.Select(state => (state.exp_avg, state.exp_avg_sq))];

    /// <summary>Copies a state in, and drops the gradients.</summary>
    internal void Restore(IReadOnlyList<Tensor> first, IReadOnlyList<Tensor> second, IReadOnlyList<long> stepCounts)
    {
        Forget();
        using DisposeScope scope = NewDisposeScope();
        using IDisposable grad = no_grad();
        int i = 0;
        foreach (AdamW.State state in states)
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
    public void Load(string path)
    {
        adamw.load_state_dict(path);
        Gather();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        adamw.Dispose();
        expAvg.Dispose();
        expAvgSq.Dispose();
    }

    /// <summary>Takes the moments together and makes the states' own views of them.</summary>
    private void Gather()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable grad = no_grad();
        long start = 0;
        foreach ((Parameter parameter, AdamW.State state) in parameters.Zip(states))
        {
            state.exp_avg = Own(expAvg, start, parameter.shape, state.exp_avg);
            state.exp_avg_sq = Own(expAvgSq, start, parameter.shape, state.exp_avg_sq);
            start += parameter.numel();
        }

        static Tensor Own(Tensor all, long start, long[] shape, Tensor old)
        {
            Tensor view = Part(all, start, shape);
            view.copy_(old);
            old.Dispose();
            return view.DetachFromDisposeScope();
        }
    }

    private static Tensor Part(Tensor all, long start, long[] shape) => all.narrow(0, start, shape.Aggregate(1L, (size, side) => size * side)).view(shape);

    /// <summary>Whether AdamW steps all parameters together: all have a gradient, and were stepped as often.</summary>
    private bool IsWhole() => momentum is null && parameters.Length > 0 && parameters.All(parameter => parameter.grad is not null)
        && states.All(state => state.step == states[0].step);

    private static Tensor Scaled(Tensor gradient, double gradientScale)
    {
        if (gradientScale == 1)
            return gradient;
        using Scalar scale = gradientScale.ToScalar();
        return gradient.mul_(scale);
    }

    private void StepOne(Parameter parameter, Tensor gradient, AdamW.State state, double learningRate)
    {
        state.step++;
        if (momentum is { } share)
            Descend(parameter, gradient, state, learningRate, share);
        else
            Descend([(parameter, state.exp_avg)], Denominator(gradient, state.exp_avg, state.exp_avg_sq, state.step), state.step, learningRate);
    }

    /// <summary>
    /// What <see cref="StepOne"/> does to each parameter, bit for bit, with the moments of all at a time: a layer's many small tensors cost more in calls
    /// than in arithmetic, on a GPU most of all.
    /// </summary>
    private void StepWhole(double gradientScale, double learningRate)
    {
        foreach (AdamW.State state in states)
            state.step++;
        Tensor gradients = Scaled(cat([.. parameters.Select(parameter => parameter.grad!.reshape(-1))]), gradientScale); // [all]
        Descend(parameters.Zip(states, (parameter, state) => (parameter, state.exp_avg)),
            Denominator(gradients, expAvg, expAvgSq, states[0].step), states[0].step, learningRate);
    }

    /// <summary>
    /// The first half of AdamW (Loshchilov and Hutter, arXiv 1711.05101, algorithm 2), operation by operation as TorchSharp's own step does it. That one hands
    /// numbers to libtorch as temporary <see cref="Scalar"/>s that nothing keeps alive: once in many thousand steps the garbage collector frees one while
    /// libtorch reads it, which throws or computes with whatever lies there.
    /// </summary>
    private static Tensor Denominator(Tensor gradient, Tensor expAvg, Tensor expAvgSq, long step)
    {
        using Scalar root2 = Math.Sqrt(1 - Math.Pow(Beta2, step)).ToScalar(), epsilon = Epsilon.ToScalar(), beta1 = Beta1.ToScalar(),
            rest1 = (1 - Beta1).ToScalar(), beta2 = Beta2.ToScalar(), rest2 = (1 - Beta2).ToScalar();
        expAvg.mul_(beta1).add_(gradient, rest1);
        expAvgSq.mul_(beta2).addcmul_(gradient, gradient, rest2);
        return expAvgSq.sqrt().div(root2).add_(epsilon, HeldScalars.One); // the gradient's shape
    }

    /// <summary>Its second half, for parameters that stand one after the other in the denominators.</summary>
    private void Descend(IEnumerable<(Parameter Parameter, Tensor ExpAvg)> steps, Tensor denominators, long step, double learningRate)
    {
        using Scalar decay = (1 - learningRate * weightDecay).ToScalar(), down = (-(learningRate / (1 - Math.Pow(Beta1, step)))).ToScalar();
        Tensor row = denominators.reshape(-1);
        long start = 0;
        foreach ((Parameter parameter, Tensor average) in steps)
        {
            parameter.mul_(decay);
            parameter.addcdiv_(average, Part(row, start, parameter.shape), down);
            start += parameter.numel();
        }
    }

    /// <summary>SGD as torch does it: decay is part of the gradient, v ← μ·v + g, and the parameter goes down by learning rate · v.</summary>
    private void Descend(Parameter parameter, Tensor gradient, AdamW.State state, double learningRate, double share)
    {
        using Scalar decay = weightDecay.ToScalar(), keep = share.ToScalar(), step = (-learningRate).ToScalar();
        Tensor whole = weightDecay == 0 ? gradient : gradient.add(parameter, decay); // the parameter's shape
        state.exp_avg.mul_(keep).add_(whole, HeldScalars.One);
        parameter.add_(state.exp_avg, step);
    }
}
