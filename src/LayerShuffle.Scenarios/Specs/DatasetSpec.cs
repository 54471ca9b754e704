namespace LayerShuffle.Scenarios.Specs;

/// <summary>The images.</summary>
/// <param name="Kind"><c>shapes</c>, <c>cifar10</c>, <c>cifar100</c>, <c>mnist</c> or <c>image-folder</c>.</param>
/// <param name="Path">Where it lies, absolute; null for shapes.</param>
/// <param name="Train">Training images; null for all.</param>
/// <param name="Test">Test images; null for all.</param>
public sealed record DatasetSpec(string Kind, string? Path, int? Train, int? Test);
