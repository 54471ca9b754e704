using LayerShuffle.Scenarios.Syntax;

namespace LayerShuffle.Scenarios.Overlays;

/// <summary>A condition at one sweep point under one policy, merged but not yet read.</summary>
/// <param name="Condition">The condition's name without its sweep point.</param>
/// <param name="Policy">The policy's name.</param>
/// <param name="SweepValues">Swept keys and their values as written.</param>
/// <param name="Merged">The sections with every overlay applied.</param>
internal sealed record VariantPoint(string Condition, string Policy, IReadOnlyList<KeyValuePair<string, string>> SweepValues, MapNode Merged)
{
    /// <summary>The condition's name with its sweep point.</summary>
    public string DisplayName => SweepValues.Count == 0 ? Condition
        : $"{Condition}[{string.Join(",", SweepValues.Select(value => value.Key + "=" + value.Value))}]";
}
