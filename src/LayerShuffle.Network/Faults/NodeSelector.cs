namespace LayerShuffle.Network.Faults;

/// <summary>Which nodes a fault strikes: names, all, a random number of them or a random share (rounded up).</summary>
/// <param name="Names">Names, or null.</param>
/// <param name="All">Every node.</param>
/// <param name="RandomCount">So many, drawn from (seed, repeat, fault name).</param>
/// <param name="RandomShare">Such a share in (0, 1], rounded up.</param>
public sealed record NodeSelector(IReadOnlyList<string>? Names, bool All, int? RandomCount, double? RandomShare)
{
    /// <summary>These nodes.</summary>
    public static NodeSelector Of(params string[] names) => new(names, false, null, null);
}
