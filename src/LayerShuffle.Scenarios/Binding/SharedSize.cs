using System.Globalization;

namespace LayerShuffle.Scenarios.Binding;

/// <summary>A key of a scenario that says what a model is, and so can contradict a checkpoint or a model to start from.</summary>
/// <param name="Key">The key.</param>
/// <param name="Show">Its value in a description.</param>
internal sealed record SharedSize(string Key, Func<VitConfig, string> Show)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<SharedSize> All { get; } =
    [
        new("architecture", config => config.Architecture == ModelArchitecture.Deit ? "deit" : "vit"),
        new("image_size", config => Sides(config.ImageHeight, config.ImageWidth)),
        new("patch_size", config => Sides(config.PatchHeight, config.PatchWidth)),
        new("hidden_size", config => Number(config.HiddenSize)),
        new("num_hidden_layers", config => Number(config.NumHiddenLayers)),
        new("num_attention_heads", config => Number(config.NumAttentionHeads)),
        new("intermediate_size", config => Number(config.IntermediateSize)),
    ];

    /// <summary>Whether two descriptions differ in it.</summary>
    public bool Differs(VitConfig one, VitConfig other) => Show(one) != Show(other);

    private static string Sides(int height, int width) => height == width ? Number(height) : $"[{Number(height)}, {Number(width)}]";

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
