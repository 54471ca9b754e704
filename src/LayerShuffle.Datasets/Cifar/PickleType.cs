namespace LayerShuffle.Datasets.Cifar;

/// <summary>numpy's word for the type of an array's elements.</summary>
internal sealed record PickleType(string Name);
