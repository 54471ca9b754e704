namespace LayerShuffle.EndToEnd.Tests.Wall;

/// <summary>Clusters of processes whose times matter: one at a time; other tests may run beside them.</summary>
[CollectionDefinition(Name)]
public sealed class WallCollection : ICollectionFixture<StruckRun>
{
    public const string Name = "wall";
}
