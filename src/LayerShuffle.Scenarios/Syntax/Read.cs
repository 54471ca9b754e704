using LayerShuffle.Core.Time;
using LayerShuffle.Scenarios.Units;

namespace LayerShuffle.Scenarios.Syntax;

/// <summary>Reads values of a checked map. What is missing or was found wrong reads as its default: the structure validator has said so already.</summary>
internal static class Read
{
    public static string? Text(MapNode? map, string key) => (map?.Get(key) as ScalarNode)?.Text;

    public static string Word(MapNode? map, string key, string otherwise) => Text(map, key) ?? otherwise;

    public static long Long(MapNode? map, string key, long otherwise) => Text(map, key) is { } text && Quantity.Integer(text, out long value) is null ? value
        : otherwise;

    public static int? Integer(MapNode? map, string key) =>
        Text(map, key) is { } text && Quantity.Integer(text, out long value) is null && value is >= 0 and <= int.MaxValue ? (int)value : null;

    public static int Integer(MapNode? map, string key, int otherwise) => Integer(map, key) ?? otherwise;

    public static double Number(MapNode? map, string key, double otherwise) => Text(map, key) is { } text && Quantity.Number(text, out double value) is null
        ? value : otherwise;

    public static double? Probability(ScenarioNode? node) => node switch
    {
        ScalarNode scalar when Quantity.Probability(scalar.Text, out double value) is null => value,
        MapNode map => Probability(map.Get("probability")),
        _ => null,
    };

    public static double? Probability(MapNode? map, string key) => Probability(map?.Get(key));

    public static Duration? Duration(MapNode? map, string key) => Text(map, key) is { } text && Quantity.Duration(text, out Duration value) is null ? value
        : null;

    public static bool? Boolean(MapNode? map, string key) => Text(map, key) switch { "true" => true, "false" => false, _ => null };

    /// <summary>Bytes a second; positive infinity for unlimited, null for what is missing.</summary>
    public static double? Rate(MapNode? map, string key) => Text(map, key) switch
    {
        "unlimited" => double.PositiveInfinity,
        { } text when Quantity.Rate(text, out double value) is null => value,
        _ => null,
    };

    /// <summary>Whole bytes; null for what is missing.</summary>
    public static long? Size(MapNode? map, string key) => Text(map, key) is { } text && Quantity.Size(text, out double value) is null
        ? (long)Math.Min(value, 1e18) : null;

    /// <summary>Watts; null for what is missing.</summary>
    public static double? Power(MapNode? map, string key) => Text(map, key) is { } text && Quantity.Power(text, out double value) is null ? value : null;

    /// <summary>Joules; null for what is missing.</summary>
    public static double? Energy(MapNode? map, string key) => Text(map, key) is { } text && Quantity.Energy(text, out double value) is null ? value : null;

    /// <summary>A price an hour; null for what is missing.</summary>
    public static double? Price(MapNode? map, string key) => Text(map, key) is { } text && Quantity.Price(text, out double value) is null ? value : null;

    /// <summary>The texts of a list, or of a single value.</summary>
    public static IReadOnlyList<ScalarNode> Scalars(ScenarioNode? node) => node switch
    {
        SequenceNode list => [.. list.Items.OfType<ScalarNode>()],
        ScalarNode scalar => [scalar],
        _ => [],
    };

    /// <summary>The whole numbers of a list with their nodes.</summary>
    public static IReadOnlyList<(ScalarNode Node, int Value)> Integers(ScenarioNode? node) =>
        [.. Scalars(node).Where(item => Quantity.Integer(item.Text, out long value) is null && value is >= 0 and <= int.MaxValue)
            .Select(item => (item, int.Parse(item.Text.Trim(), System.Globalization.CultureInfo.InvariantCulture)))];
}
