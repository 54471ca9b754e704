namespace LayerShuffle.Scenarios;

/// <summary>What a scenario alone tells of its data set's images.</summary>
/// <param name="Classes">How many classes; null where only the files tell.</param>
/// <param name="Channels">The numbers of channels that images can have.</param>
/// <param name="AreSquare">Whether images can only be squares.</param>
internal sealed record DatasetImages(int? Classes, IReadOnlyList<int> Channels, bool AreSquare)
{
    /// <summary>Those of a scenario.</summary>
    public static DatasetImages Of(MapNode root) => Read.Word(root.Map("dataset"), "kind", "shapes") switch
    {
        "shapes" => new(10, [3], true),
        "cifar10" => new(10, [3], false),
        "cifar100" => new(100, [3], false),
        _ => new(null, [1, 3], false), // the files decide: grey pictures, or as many classes as there are folders
    };
}
