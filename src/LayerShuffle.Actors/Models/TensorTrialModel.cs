using LayerShuffle.Actors.Ports;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Vision.Inference;
using LayerShuffle.Vision.Model;
using LayerShuffle.Vision.Numbers;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerShuffle.Actors.Models;

/// <summary>
/// A trained model in one process. Every tensor of a request is freed when the request has its outcome; what still travels for it goes on without tensors.
/// </summary>
public sealed class TensorTrialModel(VisionTransformer model, ITestImages images) : ITrialModel
{
    private const int Best = 5;

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
    public object? Execute(int layer, object? activation, int request, int position)
    {
        if (activation is not ActivationHandle { Tensor: { } input })
            return null;
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        input = input.to(model.Device);
        Tensor? embedding = model.Embeddings.PositionEmbedding(position);                      // [32], or null
        return Keep(request, model.Layers[layer].Forward(input, embedding));                   // [batch, tokens, hidden]
    }

    /// <inheritdoc/>
    public Judgement? Judge(object? activation, IReadOnlyList<int> indexes)
    {
        if (activation is not ActivationHandle { Tensor: { } hidden })
            return null;
        return Judge(hidden, indexes);
    }

    /// <summary>Applies the head to an activation <c>[batch, tokens, hidden]</c> and counts right answers.</summary>
    /// <param name="hidden">The activation.</param>
    /// <param name="indexes">Its images.</param>
    /// <param name="judged">Is given images and logits.</param>
    internal Judgement Judge(Tensor hidden, IReadOnlyList<int> indexes, Action<IReadOnlyList<int>, Tensor>? judged = null)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        Tensor labels = images.Labels(indexes);                                                    // [batch]
        Tensor logits = model.Head.Forward(hidden.to(model.Device));                                                // [batch, classes]
        judged?.Invoke(indexes, logits);
        Tensor best = logits.topk((int)Math.Min(Best, logits.shape[1]), dim: 1).indexes;           // [batch, 5], best first
        Tensor finite = Answers.Finite(logits);                                                    // [batch]
        Tensor hits = best.eq(labels.unsqueeze(1)).logical_and(finite.unsqueeze(1));               // [batch, 5]
        int correct = (int)hits[.., 0].sum().item<long>(), correctTop5 = (int)hits.sum().item<long>();
        return new(correct, correctTop5, indexes.Count - (int)finite.sum().item<long>());
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
