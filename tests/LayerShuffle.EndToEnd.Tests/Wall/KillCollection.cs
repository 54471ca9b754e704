namespace LayerShuffle.EndToEnd.Tests.Wall;

/// <summary>Clusters of processes whose times do not matter: one at a time, beside those of <see cref="WallCollection"/>.</summary>
[CollectionDefinition(Name)]
public sealed class KillCollection
{
    public const string Name = "wall-kills";
}
