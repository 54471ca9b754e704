using LayerShuffle.Swarm.Invariants;

namespace LayerShuffle.Swarm;

/// <summary>Something that does not hold.</summary>
/// <param name="Invariant">The invariant's name; <c>run</c> where the run itself failed, <c>same</c> where two runs of one seed differ.</param>
/// <param name="Where">The trial; empty for the scenario as a whole.</param>
/// <param name="What">What is wrong, with the rows that show it.</param>
public sealed record Finding(string Invariant, string Where, string What)
{
    /// <inheritdoc/>
    public override string ToString() => $"[{Invariant}] {(Where.Length == 0 ? "" : Where + ": ")}{What}";
}

/// <summary>What came of a scenario.</summary>
/// <param name="Findings">What does not hold, at most a few of each invariant.</param>
/// <param name="Mistakes">What the validator refuses; nothing was run then.</param>
/// <param name="Trials">Trials that were judged.</param>
/// <param name="Hops">Hop attempts in them.</param>
public sealed record Verdict(IReadOnlyList<Finding> Findings, IReadOnlyList<string> Mistakes, int Trials, long Hops)
{
    /// <summary>What its first trial adds to how frequent losses are in all (trials of one scenario share their luck).</summary>
    public LossTally Losses { get; init; }

    /// <summary>Whether it was run and everything holds.</summary>
    public bool Holds => Findings.Count == 0 && Mistakes.Count == 0;
}
