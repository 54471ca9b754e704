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

/// <summary>
/// How frequent losses are beside what was asked for. One scenario has too few hops to tell half of a loss from all of it; hundreds of them have not.
/// </summary>
/// <param name="Copies">Hop attempts that could be lost.</param>
/// <param name="Asked">The sum of their probabilities.</param>
/// <param name="Lost">Those that were.</param>
public readonly record struct LossTally(long Copies, double Asked, long Lost)
{
    /// <summary>What does not hold of all of them together; null: everything does.</summary>
    public Finding? Problem => Invariants.Fairness.IsWrong(this) ? new Finding("luck", "all scenarios together",
        FormattableString.Invariant($"{Lost} of {Copies} hop attempts were lost, and {Asked:F0} were asked for")) : null;

    /// <summary>Both together.</summary>
    public static LossTally operator +(LossTally one, LossTally other) => new(one.Copies + other.Copies, one.Asked + other.Asked, one.Lost + other.Lost);
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
