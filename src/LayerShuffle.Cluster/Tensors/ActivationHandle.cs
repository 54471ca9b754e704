using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Tensors;

/// <summary>An activation <c>[batch, tokens, hidden]</c> that its request owns: messages carry the handle, and it is empty once the request has its outcome.</summary>
internal sealed class ActivationHandle(Tensor value)
{
    public Tensor? Tensor { get; private set; } = value;

    public void Free()
    {
        Tensor?.Dispose();
        Tensor = null;
    }
}
