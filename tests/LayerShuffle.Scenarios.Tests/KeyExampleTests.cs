using System.Text.RegularExpressions;
using LayerShuffle.Scenarios.Language;
using YamlDotNet.RepresentationModel;

namespace LayerShuffle.Scenarios.Tests;

/// <summary>Every key of the tables has an example that the program itself takes, and that says what the key's row is about.</summary>
public partial class KeyExampleTests
{
    /// <summary>What the examples stand in; an example takes the place of the line of the same key.</summary>
    private static readonly string[] Around =
    [
        "name: x",
        "dataset: {kind: shapes}",
        "models: {baseline: {}, shuffled: {variant: layershuffle, init_from: baseline}}",
        "cluster: {nodes: 2, domains: {rack-1: [node-1], rack-2: [node-2]}}",
        "policies: {retry: {retries: 3}}",
        "conditions: {ideal: {network: null, faults: null}, lossy: {network: {loss: 5%}}}",
    ];

    public static TheoryData<string, string, string> Rows =>
        [.. Row().Matches(KeyTable.Write())
            .Select(match => (match.Groups["key"].Value, match.Groups["default"].Value.Trim('`'), match.Groups["example"].Value))];

    /// <summary>Keys that by their own words need the wall clock; so do those below them.</summary>
    private static string[] NeedsWallClock { get; } = [.. Row().Matches(KeyTable.Write())
        .Where(match => match.Groups["meaning"].Value is var meaning
            && (meaning.StartsWith("Wall clock:", StringComparison.Ordinal) || meaning.Contains("needs `clock: wall`", StringComparison.Ordinal)))
        .Select(match => match.Groups["key"].Value)];

    [Theory]
    [MemberData(nameof(Rows))]
    public void An_example_is_valid_and_sets_its_key(string key, string unless, string example)
    {
        string[] lines = [.. Around.Where(line => Root(line) != Root(example)), example];
        if (NeedsWallClock.Any(needs => key == needs || key.StartsWith(needs + ".", StringComparison.Ordinal)))
            lines = [.. lines, "clock: wall"];
        Loading.ScenarioLoader.Parse(string.Join('\n', lines) + "\n", "s.yaml", Path.Combine(Some.Root, "scenarios"))
            .Mistakes.ShouldBeEmpty($"{key}: {example}");

        YamlNode[] values = [.. At(Parsed(example), key.Split('.'))];
        values.ShouldNotBeEmpty($"`{example}` does not set {key}");
        if (values[0] is YamlScalarNode { Value: { } text } && key is not "model.training.order") // it has one word
            text.ShouldNotBe(unless, $"the example of {key} is its default");
    }

    [Fact]
    public void There_are_no_examples_of_keys_that_do_not_exist() => KeyExamples.Paths.ShouldBe(Rows.Select(row => row.Data.Item1), ignoreOrder: true);

    [Fact]
    public void All_rows_are_looked_at() => Rows.Count.ShouldBe(KeyTable.Write().Split('\n').Count(line => line.StartsWith("| `", StringComparison.Ordinal)));

    private static string Root(string line) => line[..line.IndexOf(':', StringComparison.Ordinal)];

    private static YamlNode Parsed(string line)
    {
        YamlStream stream = new();
        stream.Load(new StringReader(line));
        return stream.Documents[0].RootNode;
    }

    /// <summary>The values at a path, in which NAME is any name and [] any item.</summary>
    private static IEnumerable<YamlNode> At(YamlNode node, IEnumerable<string> path)
    {
        if (path.FirstOrDefault() is not { } part)
            return [node];
        if (node is not YamlMappingNode map)
            return [];
        string name = part.Replace("[]", "", StringComparison.Ordinal);
        IEnumerable<YamlNode> next = map.Children.Where(child => part == "NAME" || ((YamlScalarNode)child.Key).Value == name).Select(child => child.Value);
        if (part.EndsWith("[]", StringComparison.Ordinal))
            next = next.OfType<YamlSequenceNode>().SelectMany(list => list.Children);
        return next.SelectMany(value => At(value, path.Skip(1)));
    }

    [GeneratedRegex(@"^\| `(?<key>[^`]+)` \| (?<value>.*?) \| (?<default>\S*) \| (?<meaning>.*) \| `(?<example>[^`]*)` \|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
