using LayerShuffle.Actors.Ports;
using LayerShuffle.Core.Clusters;

namespace LayerShuffle.Actors.Models;

/// <summary><c>model: none</c>: sizes without tensors.</summary>
/// <param name="Layers">Number of layers.</param>
/// <param name="Tokens">Tokens of an image.</param>
/// <param name="Hidden">Width of a token.</param>
public sealed record SizesOnlyModel(int Layers, int Tokens, int Hidden) : ITrialModel
{
    /// <inheritdoc/>
    public bool Computes => false;

    /// <inheritdoc/>
    public long ActivationBytes(int images) => (long)images * Tokens * Hidden * sizeof(float);

    /// <inheritdoc/>
    public object? Embed(int request, IReadOnlyList<int> images) => null;

    /// <inheritdoc/>
    public Judgement? Judge(object? activation, IReadOnlyList<int> images) => null;

    /// <inheritdoc/>
    public Judgement? JudgeMean(IReadOnlyList<object?> activations, IReadOnlyList<int> images) => null;

    /// <inheritdoc/>
    public object? Execute(int layer, object? activation, int request, int position) => null;

    /// <inheritdoc/>
    public object? Carry(object? activation, int request, WireFormat format) => null;

    /// <inheritdoc/>
    public void Release(int request)
    {
    }
}
