using System.Runtime.InteropServices;
using LayerShuffle.Core.Damages;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Vision.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Actors.Models;

/// <summary>
/// The layers of one node in a trial whose tensors faults may strike, the same in both worlds: what is in its memory, and what it answers. Whoever computes on
/// it also strikes it: one thread.
/// </summary>
/// <param name="source">Where the node's layers come from.</param>
/// <param name="guards">Whether a layer that is given or gives what is no number hands its input on.</param>
/// <param name="luck">What byzantine answers are drawn from: (seed, repeat, node).</param>
public sealed class NodeLayers(LayerSource source, bool guards, SeedTree luck) : IDisposable
{
    private readonly Dictionary<int, EncoderLayer> altered = []; // copies of the node's own; looked up by key only
    private readonly Dictionary<int, EncoderLayer> substitutes = []; // what it got for weights that were gone; likewise
    private readonly List<ByzantineFault> lies = []; // the last to begin counts

    /// <summary>Executes a layer, in the caller's scope and inference mode.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="input">The activation, [batch, tokens, hidden], on the layer's device.</param>
    /// <param name="embedding">The embedding of its position, [32], for the variant that is told it.</param>
    /// <param name="request">The request.</param>
    /// <param name="position">Its position in the order.</param>
    /// <returns>The new activation; null: the guard has its input handed on unchanged.</returns>
    public Tensor? Execute(int layer, Tensor input, Tensor? embedding, int request, int position)
    {
        if (guards && !IsFinite(input))
            return null;
        Tensor output = lies.Count == 0 ? Of(layer).Forward(input, embedding) : Lie(lies[^1], layer, input, embedding, request, position);
        return guards && !IsFinite(output) ? null : output;                           // [batch, tokens, hidden]
    }

    /// <summary>A byzantine fault begins or ends here.</summary>
    public void Lie(ByzantineFault fault, bool begins)
    {
        if (begins)
            lies.Add(fault);
        else
            lies.RemoveAll(lie => lie.Name == fault.Name);
    }

    /// <summary>Flips bits of weights.</summary>
    public void Flip(IReadOnlyList<WeightFlip> flips)
    {
        foreach (IGrouping<int, WeightFlip> of in flips.GroupBy(flip => flip.Layer))
        {
            EncoderLayer layer = Own(of.Key);
            foreach (WeightFlip flip in of)
                Flip(layer, flip);
        }
    }

    /// <summary>From now on the node has other weights of a layer, also when it starts again.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="substitute">The weights, this object's from now on; null: those that were trained.</param>
    public void Replace(int layer, EncoderLayer? substitute)
    {
        if (altered.Remove(layer, out EncoderLayer? changed))
            changed.Dispose();
        if (substitutes.Remove(layer, out EncoderLayer? before))
            before.Dispose();
        if (substitute is not null)
            substitutes[layer] = substitute;
    }

    /// <summary>The node has started again: its memory holds what it loaded.</summary>
    public void Renew()
    {
        foreach (EncoderLayer layer in altered.Values)
            layer.Dispose();
        altered.Clear();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Renew();
        foreach (EncoderLayer layer in substitutes.Values)
            layer.Dispose();
        substitutes.Clear();
    }

    private static bool IsFinite(Tensor activation) => activation.isfinite().all().item<bool>();

    /// <summary>A layer as it is in this node's memory.</summary>
    internal EncoderLayer Of(int layer) => altered.TryGetValue(layer, out EncoderLayer? own) ? own : Loaded(layer);

    private EncoderLayer Loaded(int layer) => substitutes.TryGetValue(layer, out EncoderLayer? own) ? own : source.Trained(layer);

    /// <summary>A layer in memory of this node's own, which may change.</summary>
    private EncoderLayer Own(int layer)
    {
        if (altered.TryGetValue(layer, out EncoderLayer? own))
            return own;
        using DisposeScope scope = NewDisposeScope();
        IReadOnlyDictionary<string, Tensor> state = Loaded(layer).StateDictionary();
        own = source.Empty();
        own.LoadState(state, $"layer {layer}");
        own.to(state.Values.First().device);
        own.eval();
        return altered[layer] = own;
    }

    /// <summary>The weights of a layer are numbered through its tensors, in the order in which files have them.</summary>
    private static void Flip(EncoderLayer layer, WeightFlip flip)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable grad = no_grad();
        long element = flip.Element;
        foreach (Tensor tensor in layer.StateDictionary().Values)
        {
            if (element >= tensor.numel())
            {
                element -= tensor.numel();
                continue;
            }

            Tensor numbers = tensor.detach().cpu().contiguous().clone();
            Span<float> values = MemoryMarshal.Cast<byte, float>(numbers.bytes);
            values[(int)element] = NumberBits.Flip(values[(int)element], flip.Bit, Core.Clusters.WireFormat.Float32);
            tensor.copy_(numbers.to(tensor.device));
            return;
        }
    }

    private Tensor Lie(ByzantineFault lie, int layer, Tensor input, Tensor? embedding, int request, int position)
    {
        SeedTree draw = luck.Child("byzantine").Child(lie.Name);
        switch (lie.Answer)
        {
            case ByzantineAnswer.Zero:
                return zeros_like(input);
            case ByzantineAnswer.Constant:
                using (Scalar number = lie.Strength.ToScalar())
                    return full_like(input, number);
            case ByzantineAnswer.Stale:
                return source.Before(layer).Forward(input, embedding);
            case ByzantineAnswer.OtherLayer:
                return source.Trained(ByzantineLies.OtherLayer(layer, source.Layers)).Forward(input, embedding);
            default:
                Tensor told = Of(layer).Forward(input, embedding).cpu().contiguous();
                ActivationDamage.AddNoise(MemoryMarshal.Cast<byte, float>(told.bytes), lie.Strength,
                    draw.Child(request).Child(layer).Child(position).Stream());
                return told.to(input.device);
        }
    }
}

/// <summary>Where a node's layers come from.</summary>
/// <param name="Layers">How many layers the model has.</param>
/// <param name="Trained">A layer as it was trained: it stays as it is.</param>
/// <param name="Before">A layer with the weights of the checkpoint before the last.</param>
/// <param name="Empty">A layer of that shape, to be loaded.</param>
public sealed record LayerSource(int Layers, Func<int, EncoderLayer> Trained, Func<int, EncoderLayer> Before, Func<EncoderLayer> Empty);
