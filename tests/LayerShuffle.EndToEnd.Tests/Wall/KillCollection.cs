namespace LayerShuffle.EndToEnd.Tests.Wall;

/// <summary>Clusters of processes that are killed: one at a time, beside those whose times matter.</summary>
[CollectionDefinition(Name)]
public sealed class KillCollection
{
    public const string Name = "wall-kills";
}
