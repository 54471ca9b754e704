namespace LayerShuffle.Network.Records;

/// <summary>What a trial is measured by.</summary>
/// <param name="Name">The metric's name: its column where it has one.</param>
/// <param name="Unit">What it is measured in.</param>
/// <param name="NeedsModel">Whether it is blank where the network alone is simulated.</param>
public sealed record MetricEntry(string Name, MetricUnit Unit, bool NeedsModel = false);
