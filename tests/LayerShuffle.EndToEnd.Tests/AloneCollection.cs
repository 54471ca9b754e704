namespace LayerShuffle.EndToEnd.Tests;

/// <summary>Tests that compare times with the clock: no other test of this project runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone";
}
