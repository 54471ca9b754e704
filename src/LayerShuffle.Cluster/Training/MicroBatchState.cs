using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Training;

/// <summary>What the training coordinator holds of a micro-batch: its graph of the embeddings, and what came back from the layers before its turn.</summary>
/// <param name="tokens">Token embeddings <c>[batch, tokens, hidden]</c>, with their graph; owned.</param>
/// <param name="labels">Labels <c>[batch]</c>; the step's.</param>
/// <param name="share">Its share of the batch.</param>
/// <param name="positions">Length of the route.</param>
/// <param name="reports">How many reports the layers on the route make.</param>
internal sealed class MicroBatchState(Tensor tokens, Tensor labels, double share, int positions, int reports) : IDisposable
{
    public Tensor Tokens => tokens;

    public Tensor Labels => labels;

    public double Share => share;

    /// <summary>Position losses, by position.</summary>
    public double?[] PositionLosses { get; } = new double?[positions];

    /// <summary>Gradients of the positions' embeddings; owned.</summary>
    public Tensor?[] PositionGradients { get; } = new Tensor?[positions];

    /// <summary>Reports still out.</summary>
    public int ReportsMissing { get; set; } = reports;

    /// <summary>The last layer's output, once it is here and until it is used; owned.</summary>
    public ForwardDone? Forward { get; set; }

    /// <summary>The gradient of the tokens, likewise; owned.</summary>
    public BackwardDone? Backward { get; set; }

    public void Dispose()
    {
        tokens.Dispose();
        Forward?.Release();
        Backward?.Release();
        foreach (Tensor? gradient in PositionGradients)
            gradient?.Dispose();
    }
}
