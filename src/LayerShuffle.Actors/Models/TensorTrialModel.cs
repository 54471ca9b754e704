using LayerShuffle.Actors.Ports;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Damages;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Vision.Inference;
using LayerShuffle.Vision.Model;
using LayerShuffle.Vision.Numbers;
using LayerShuffle.Vision.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Actors.Models;

/// <summary>
/// A trained model in one process. Every tensor of a request is freed when the request has its outcome; what still travels for it goes on without tensors.
/// </summary>
public sealed class TensorTrialModel(VisionTransformer model, ITestImages images) : ITrialModel
{
    private const int Best = 5;
    private IReadOnlyList<double>? norms; // by layer, once they are asked for

    /// <inheritdoc/>
    public int Layers => model.Config.NumHiddenLayers;

    /// <inheritdoc/>
    public bool Computes => true;

    /// <summary>Requests that hold tensors.</summary>
    public int RequestsHeld => Store.Requests;

    /// <summary>What the requests hold.</summary>
    public ActivationStore Store { get; } = new();

    /// <inheritdoc/>
    public long ActivationBytes(int count) => (long)count * model.Config.Tokens * model.Config.HiddenSize * sizeof(float);

    /// <inheritdoc/>
    public object? Embed(int request, IReadOnlyList<int> indexes)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        Tensor pixels = images.PixelValues(indexes);            // [batch, 3, h, w]
        return Keep(request, model.Embeddings.Forward(pixels));  // [batch, tokens, hidden]
    }

    /// <inheritdoc/>
    public object? Execute(int layer, object? activation, int request, int position) => Execute(layer, activation, request, position, null);

    /// <summary>Executes a layer on a node.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="activation">Handle of its input.</param>
    /// <param name="request">The request.</param>
    /// <param name="position">The layer's position in the order.</param>
    /// <param name="node">The node's layers, where faults may strike them; null: they are as they were trained.</param>
    /// <returns>Handle of its output; that of its input where this is handed on unchanged; null if the request has its outcome.</returns>
    public object? Execute(int layer, object? activation, int request, int position, NodeLayers? node)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        if (Input(activation) is not { } input)
            return null;
        input = input.to(model.Device);
        Tensor? embedding = model.Embeddings.PositionEmbedding(position);                      // [32], or null
        Tensor? output = node is null ? model.Layers[layer].Forward(input, embedding)          // [batch, tokens, hidden]
            : node.Execute(layer, input, embedding, request, position);
        return output is null ? activation : Keep(request, activation is PartsOfInput parts ? parts.Pack(input, output) : output);
    }

    /// <summary>What is computed on, in the caller's scope; null if the request has its outcome.</summary>
    internal static Tensor? Input(object? activation)
    {
        if (activation is not PartsOfInput parts)
            return (activation as ActivationHandle)?.Tensor;
        Tensor?[] tensors = [.. parts.Activations.Select(part => (part as ActivationHandle)?.Tensor)];
        return tensors.Any(tensor => tensor is null) ? null : PartsOfInput.Sum([.. tensors.OfType<Tensor>()], parts.IsPacked);
    }

    /// <summary>The model as it was at the checkpoint before its last, for nodes that answer with stale weights; null: nobody needs it.</summary>
    public VisionTransformer? Before { get; init; }

    /// <summary>What makes the weights of layers whose own are gone.</summary>
    /// <param name="restoration">Where they get them.</param>
    /// <param name="luck">Root of the trial's draws.</param>
    public LayerSubstitutes Substitutes(LayerRestoration restoration, SeedTree luck) =>
        new(model, restoration, luck, () => norms ??= GradientNorms.Squared(model, images));

    /// <summary>Where nodes get their layers from, in this process.</summary>
    public LayerSource Source => new(Layers, layer => model.Layers[layer],
        layer => (Before ?? throw new InvalidOperationException("There are no weights of a checkpoint before the last.")).Layers[layer],
        () => new EncoderLayer(model.Config));

    /// <summary>What arrives of an activation that a link damages. The sender keeps what it had.</summary>
    /// <param name="activation">Handle of what arrives where all is well.</param>
    /// <param name="request">The request.</param>
    /// <param name="damage">What the link does to it.</param>
    /// <param name="format">The format in which it travels.</param>
    public object? Damage(object? activation, int request, ActivationDamage damage, WireFormat format)
    {
        if (activation is not ActivationHandle { Tensor: { } sent })
            return activation;
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        return Keep(request, TensorDamage.Of(damage, sent, format));                           // [batch, tokens, hidden]
    }

    /// <inheritdoc/>
    public Judgement? Judge(object? activation, IReadOnlyList<int> indexes)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        return Input(activation) is { } hidden ? Judge(hidden, indexes) : null;
    }

    /// <inheritdoc/>
    public Judgement? JudgeMean(IReadOnlyList<object?> activations, IReadOnlyList<int> indexes)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        Tensor[] logits = [.. activations.Select(Input).OfType<Tensor>()
            .Select(hidden => model.Head.Forward(hidden.to(model.Device)))];                                       // [batch, classes] each
        return logits.Length == 0 ? null : Count(stack(logits).mean([0]), indexes);
    }

    /// <summary>Applies the head to an activation <c>[batch, tokens, hidden]</c> and counts right answers.</summary>
    /// <param name="hidden">The activation.</param>
    /// <param name="indexes">Its images.</param>
    /// <param name="judged">Is given images and logits.</param>
    internal Judgement Judge(Tensor hidden, IReadOnlyList<int> indexes, Action<IReadOnlyList<int>, Tensor>? judged = null)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        Tensor logits = model.Head.Forward(hidden.to(model.Device));                                                // [batch, classes]
        judged?.Invoke(indexes, logits);
        return Count(logits, indexes);
    }

    /// <summary>Counts right answers, in the caller's scope and inference mode.</summary>
    private Judgement Count(Tensor logits, IReadOnlyList<int> indexes)
    {
        Tensor labels = images.Labels(indexes);                                                    // [batch]
        Tensor best = logits.topk((int)Math.Min(Best, logits.shape[1]), dim: 1).indexes;           // [batch, 5], best first
        Tensor finite = Answers.Finite(logits);                                                    // [batch]
        Tensor hits = best.eq(labels.unsqueeze(1)).logical_and(finite.unsqueeze(1));               // [batch, 5]
        int correct = (int)hits[.., 0].sum().item<long>(), correctTop5 = (int)hits.sum().item<long>();
        int notFinite = indexes.Count - (int)finite.sum().item<long>();
        return new(correct, correctTop5, notFinite, notFinite < indexes.Count ? Loss(logits, labels, finite) : null);
    }

    /// <summary>The mean loss of the images whose answers are finite, in double precision, so that no finite answer has an infinite one.</summary>
    private static double Loss(Tensor logits, Tensor labels, Tensor finite)
    {
        Tensor answered = finite.nonzero().squeeze(1);                                             // [answered]
        return VitLoss.ClassLoss(logits.index_select(0, answered).to(float64), labels.index_select(0, answered)).item<double>();
    }

    /// <inheritdoc/>
    public object? Carry(object? activation, int request, WireFormat format)
    {
        if (format == WireFormat.Float32 || activation is not ActivationHandle { Tensor: { } sent })
            return activation;
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        return Keep(request, TensorCodec.Carry(format.Dtype(), sent));                          // [batch, tokens, hidden]
    }

    /// <inheritdoc/>
    public void Release(int request) => Store.Release(request);

    private ActivationHandle? Keep(int request, Tensor value) => Store.Keep(request, value.DetachFromDisposeScope());
}

/// <summary>
/// An input that is a sum: of what a group of layers was given, and what each of them added to it. It stays on the node that computes on it.
/// </summary>
/// <param name="Activations">Handles of the parts.</param>
/// <param name="IsPacked">Whether each part is a layer's input with its output behind it, <c>[2 · batch, tokens, hidden]</c>; else there is one part, which
/// is the input itself.</param>
/// <param name="Packs">Whether what a layer makes of it travels as such a part.</param>
public sealed record PartsOfInput(IReadOnlyList<object?> Activations, bool IsPacked, bool Packs)
{
    /// <summary>The input, in the caller's scope and inference mode: what the first part's layer was given, plus what each part's layer added to its own
    /// input, in the order of the parts.</summary>
    /// <param name="parts">The activations.</param>
    /// <param name="isPacked">As above.</param>
    public static Tensor Sum(IReadOnlyList<Tensor> parts, bool isPacked)
    {
        if (!isPacked)
            return parts[0];                                                              // [batch, tokens, hidden]
        Tensor sum = parts[0].chunk(2)[0];                                                // [batch, tokens, hidden]
        foreach (Tensor part in parts)
        {
            Tensor[] halves = part.chunk(2);
            sum = sum.add(halves[1].add(halves[0].neg(), HeldScalars.One), HeldScalars.One);
        }

        return sum;
    }

    /// <summary>What travels of a layer's output.</summary>
    public Tensor Pack(Tensor input, Tensor output) => Packs ? cat([input, output]) : output;
}
