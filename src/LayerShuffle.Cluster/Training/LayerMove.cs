namespace LayerShuffle.Cluster.Training;

/// <summary>A layer that has another host than before, between two steps: it has taken its weights and its optimizer's state along, and no step is lost or repeated.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="From">The host's name before.</param>
/// <param name="To">The host's name now.</param>
/// <param name="Step">Steps done by then, which its weights have seen.</param>
public sealed record LayerMove(int Layer, string From, string To, int Step)
{
    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"Layer {Layer} has moved from {From} to {To} with its weights after step {Step}.");
}
