namespace LayerShuffle.Core.Reliabilities;

/// <summary>
/// How likely nodes and failure domains are to be up. Instead of a trial in time, accuracy is measured for every set of what may be dead, and weighed by how
/// likely the set is.
/// </summary>
/// <param name="Units">What fails by itself: domains in the scenario's order, then nodes. What is not listed is always up.</param>
public sealed record ReliabilitySpec(IReadOnlyList<ReliabilityUnit> Units)
{
    /// <summary>With more units than this that may be dead, sets are drawn instead of gone through: 4,096 sets are the most that are weighed exactly.</summary>
    public const int MostExact = 12;

    /// <summary>How many sets are drawn where they are not gone through.</summary>
    public const int Draws = 4096;

    /// <summary>Those that may be dead.</summary>
    public IReadOnlyList<ReliabilityUnit> Uncertain => [.. Units.Where(unit => unit.Up < 1)];

    /// <summary>Whether every set is gone through.</summary>
    public bool IsExact => Uncertain.Count <= MostExact;
}

/// <summary>What fails by itself, and independently of all others.</summary>
/// <param name="Name">A node's name or a domain's.</param>
/// <param name="IsDomain">Whether it is a domain: all of its nodes die with it.</param>
/// <param name="Up">The probability that it is up.</param>
public sealed record ReliabilityUnit(string Name, bool IsDomain, double Up);
