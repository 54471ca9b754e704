using LayerShuffle.Scenarios.Specs;
using LayerShuffle.Scenarios.Syntax;

namespace LayerShuffle.Scenarios.Loading;

/// <summary>What came of loading a scenario.</summary>
/// <param name="Scenario">The scenario; null where there are mistakes.</param>
/// <param name="Mistakes">Everything that is wrong, in the order of the file.</param>
/// <param name="Warnings">What is allowed but hardly meant.</param>
/// <param name="EffectiveYaml">The merged file with its defaults filled in, which loads to an equal scenario; empty where there are mistakes.</param>
public sealed record ScenarioLoadResult(Scenario? Scenario, IReadOnlyList<Mistake> Mistakes, IReadOnlyList<Mistake> Warnings, string EffectiveYaml)
{
    /// <summary>The paths of the effective scenario, which are absolute, and how the scenario writes them.</summary>
    public IReadOnlyDictionary<string, string> Paths { get; init; } = new Dictionary<string, string>();
}
