using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using LayerShuffle.Scenarios.Language;
using NJsonSchema;
using NJsonSchema.Validation;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace LayerShuffle.Scenarios.Tests;

/// <summary>The schema as an editor uses it: another implementation of JSON schema holds scenarios against it.</summary>
public class EditorSchemaTests
{
    private const int Largest = 150_000; // bytes

    // This implementation is older than the draft, whose `$defs` it looks for under their former name.
    private static readonly Lazy<JsonSchema> Schema = new(() => JsonSchema.FromJsonAsync(JsonSchemaWriter.Write()
        .Replace("$defs", "definitions", StringComparison.Ordinal)).GetAwaiter().GetResult());

    public static TheoryData<string> Scenarios => [.. Directory.GetFiles(Path.Combine(Some.Root, "scenarios"), "*.yaml").Select(file => Path.GetFileName(file))
        .Order()];

    [Fact]
    public void It_is_small_enough_for_an_editor() => Encoding.UTF8.GetByteCount(JsonSchemaWriter.Write()).ShouldBeLessThanOrEqualTo(Largest);

    [Fact]
    public void Every_reference_leads_to_a_definition_and_every_definition_is_used()
    {
        JsonObject schema = JsonNode.Parse(JsonSchemaWriter.Write())!.AsObject();
        string[] definitions = [.. schema["$defs"]!.AsObject().Select(entry => entry.Key)];
        string[] references = [.. References(schema).Distinct()];
        references.ShouldBe(definitions.Select(name => "#/$defs/" + name), ignoreOrder: true);
        string.Concat(definitions).Where(c => !char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-')).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void Every_scenario_of_the_repository_validates(string file) => Errors(File.ReadAllText(Path.Combine(Some.Root, "scenarios", file))).ShouldBeEmpty();

    [Fact]
    public void The_example_of_the_design_validates() =>
        Errors(File.ReadAllText(Path.Combine(Some.Root, "tests", "LayerShuffle.Scenarios.Tests", "design-example-supported.yaml"))).ShouldBeEmpty();

    [Theory]
    [InlineData("nam: y")]
    [InlineData("network: {bandwith: 5Mbps}")]
    [InlineData("network: {latency: 20}")]
    [InlineData("network: {loss: 1.5}")]
    [InlineData("network: {latency: {distribution: normal, mean: 5ms, stdev: 1ms}}")]
    [InlineData("cluster: {nodes: 0}")]
    [InlineData("cluster: {nodes: {null: {}, a: {slowdwn: 2}}}")]
    [InlineData("faults: {f: {kind: crsh, nodes: all, at: 0s}}")]
    [InlineData("faults: {f: {kind: crash, nodes: all, at: 0s, heal_after: 1s}}")]
    [InlineData("routing: {retries: -1}")]
    [InlineData("conditions: {a: {network: {los: 1%}}}")]
    [InlineData("conditions: {a: {routing: {retries: many}}}")]
    [InlineData("policies: {a: {retrys: 1}}")]
    [InlineData("models: {a: {variant: layershufle}}")]
    [InlineData("models: {a: {training: {epoch: 1}}}")]
    [InlineData("sweep: {network.loss: 5%}")]
    [InlineData("expect: [{metric: top11, min: 5%}]")]
    public void Mistakes_are_found(string text) => Errors("name: x\ndataset: {kind: shapes}\n" + text + "\n").ShouldNotBeEmpty();

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(entry => entry.Key == "$ref" ? [entry.Value!.GetValue<string>()] : References(entry.Value)),
        JsonArray list => list.SelectMany(References),
        _ => [],
    };

    private static string[] Errors(string yaml)
    {
        YamlStream stream = new();
        stream.Load(new StringReader(yaml));
        ICollection<ValidationError> errors = Schema.Value.Validate(Json(stream.Documents[0].RootNode)!.ToJsonString());
        return [.. errors.Select(error => error.ToString())];
    }

    /// <summary>YAML as an editor sees it: the core schema of YAML 1.2.</summary>
    private static JsonNode? Json(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Children.Select(child => KeyValuePair.Create(((YamlScalarNode)child.Key).Value!, Json(child.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(Json)]),
        YamlScalarNode { Style: ScalarStyle.Plain, Value: "" or "null" or "~" } => null,
        YamlScalarNode { Style: ScalarStyle.Plain, Value: "true" or "false" } scalar => JsonValue.Create(scalar.Value == "true"),
        YamlScalarNode { Style: ScalarStyle.Plain } scalar when long.TryParse(scalar.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture,
            out long whole) => JsonValue.Create(whole),
        YamlScalarNode { Style: ScalarStyle.Plain } scalar when double.TryParse(scalar.Value, NumberStyles.Float, CultureInfo.InvariantCulture,
            out double number) && double.IsFinite(number) => JsonValue.Create(number),
        YamlScalarNode scalar => JsonValue.Create(scalar.Value),
        _ => null,
    };
}
