namespace LayerShuffle.Cluster.Tests.Serialization;

/// <summary>A message that its sender garbles.</summary>
/// <param name="Manifest">The manifest under which it travels.</param>
internal sealed record Garbled(string Manifest);
