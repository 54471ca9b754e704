using LayerShuffle.Core.Records;

namespace LayerShuffle.Scenarios.Specs;

/// <summary>What the trained models' layers are asked, apart from all trials.</summary>
/// <param name="Kinds">The questions, in the order of their rows.</param>
/// <param name="Images">How many test images they are asked with; null: all.</param>
/// <param name="Orders">Of how many random orders every rotation is run, where layers are looked at in random orders.</param>
public sealed record ProbeSpec(IReadOnlyList<LayerProbe> Kinds, int? Images, int Orders);
