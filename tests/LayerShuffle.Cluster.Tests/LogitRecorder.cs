using LayerShuffle.Actors.Models;
using LayerShuffle.Actors.Ports;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Vision.Model;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Tests;

/// <summary>A trial's model that also keeps the logits of what returns to the coordinator.</summary>
internal sealed class LogitRecorder(VisionTransformer model, ITestImages images) : ITrialModel
{
    private readonly TensorTrialModel inner = new(model, images);

    public List<(IReadOnlyList<int> Images, Tensor Logits)> Judged { get; } = [];

    public int Layers => inner.Layers;

    public bool Computes => inner.Computes;

    public int RequestsHeld => inner.RequestsHeld;

    public long ActivationBytes(int images) => inner.ActivationBytes(images);

    public object? Embed(int request, IReadOnlyList<int> images) => inner.Embed(request, images);

    public object? Execute(int layer, object? activation, int request, int position) => inner.Execute(layer, activation, request, position);

    public Judgement? Judge(object? activation, IReadOnlyList<int> images)
    {
        using (no_grad())
            Judged.Add((images, model.Head.Forward(TensorTrialModel.Input(activation)!)));
        return inner.Judge(activation, images);
    }

    public object? Carry(object? activation, int request, WireFormat format) => inner.Carry(activation, request, format);

    public void Release(int request) => inner.Release(request);
}
