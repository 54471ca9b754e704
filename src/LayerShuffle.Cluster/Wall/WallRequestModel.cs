using LayerShuffle.Actors.Ports;
using LayerShuffle.Cluster.Messages;

namespace LayerShuffle.Cluster.Wall;

/// <summary>The coordinator's part of a model in a real cluster: when a request ends, its tensors are freed everywhere.</summary>
internal sealed class WallRequestModel(IRequestModel model, int trial, WallCluster cluster) : IRequestModel
{
    public long ActivationBytes(int images) => model.ActivationBytes(images);

    public object? Embed(int request, IReadOnlyList<int> images) => model.Embed(request, images);

    public Judgement? Judge(object? activation, IReadOnlyList<int> images) => model.Judge(activation, images);

    public Judgement? JudgeMean(IReadOnlyList<object?> activations, IReadOnlyList<int> images) => model.JudgeMean(activations, images);

    public void Release(int request)
    {
        model.Release(request);
        cluster.Broadcast(new RequestsEnded(trial, [request]));
    }
}
