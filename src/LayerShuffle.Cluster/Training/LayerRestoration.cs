namespace LayerShuffle.Cluster.Training;

/// <summary>What became of a layer that was lost.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Step">Steps done by then.</param>
/// <param name="StateStep">Steps that its weights have seen: those of the last checkpoint.</param>
/// <param name="Hosted">Whether it is hosted again; else the training goes on without it.</param>
public sealed record LayerRestoration(int Layer, int Step, int StateStep, bool Hosted)
{
    /// <summary>How many steps its weights are behind the others.</summary>
    public int Age => Step - StateStep;

    /// <inheritdoc/>
    public override string ToString()
    {
        string weights = FormattableString.Invariant($"its weights are those after step {StateStep}, {Age} {(Age == 1 ? "step" : "steps")} behind the others at step {Step}");
        return Hosted
            ? FormattableString.Invariant($"Layer {Layer} was lost and is hosted again: {weights}.")
            : FormattableString.Invariant($"Layer {Layer} was lost and stays away: {weights}, and the training goes on without it.");
    }
}
