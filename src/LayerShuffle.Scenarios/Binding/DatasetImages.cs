using LayerShuffle.Scenarios.Syntax;

namespace LayerShuffle.Scenarios.Binding;

/// <summary>What a scenario alone tells of its data set's images.</summary>
/// <param name="Classes">How many classes; null where only the files tell.</param>
/// <param name="AreSquare">Whether images can only be squares.</param>
internal sealed record DatasetImages(int? Classes, bool AreSquare)
{
    /// <summary>Those of a scenario.</summary>
    public static DatasetImages Of(MapNode root) => Read.Word(root.Map("dataset"), "kind", "shapes") switch
    {
        "shapes" => new(10, true),
        "cifar10" => new(10, false),
        "cifar100" => new(100, false),
        _ => new(null, false), // the files decide: as many classes as there are folders
    };
}
