using LayerShuffle.Scenarios.Syntax;

namespace LayerShuffle.Scenarios.Tests;

public class MergePatchTests
{
    /// <summary>The table of RFC 7396, appendix A; JSON is YAML.</summary>
    [Theory]
    [InlineData("{\"a\":\"b\"}", "{\"a\":\"c\"}", "{a:c}")]
    [InlineData("{\"a\":\"b\"}", "{\"b\":\"c\"}", "{a:b,b:c}")]
    [InlineData("{\"a\":\"b\"}", "{\"a\":null}", "{}")]
    [InlineData("{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}", "{b:c}")]
    [InlineData("{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{a:c}")]
    [InlineData("{\"a\":\"c\"}", "{\"a\":[\"b\"]}", "{a:[b]}")]
    [InlineData("{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\",\"c\":null}}", "{a:{b:d}}")]
    [InlineData("{\"a\":[{\"b\":\"c\"}]}", "{\"a\":[1]}", "{a:[1]}")]
    [InlineData("[\"a\",\"b\"]", "[\"c\",\"d\"]", "[c,d]")]
    [InlineData("{\"a\":\"b\"}", "[\"c\"]", "[c]")]
    [InlineData("{\"a\":\"foo\"}", "null", "(removed)")]
    [InlineData("{\"a\":\"foo\"}", "\"bar\"", "bar")]
    [InlineData("{\"e\":null}", "{\"a\":1}", "{e:null,a:1}")]
    [InlineData("[1,2]", "{\"a\":\"b\",\"c\":null}", "{a:b}")]
    [InlineData("{}", "{\"a\":{\"bb\":{\"ccc\":null}}}", "{a:{bb:{}}}")]
    public void Follows_the_table_of_RFC_7396(string target, string patch, string expected) =>
        (MergePatch.Apply(Tree(target), Tree(patch)) is { } result ? NodeText.Of(result) : "(removed)").ShouldBe(expected);

    [Theory]
    [InlineData("{l: {distribution: normal, mean: 5ms}}", "{l: {distribution: constant}}", "{l:{distribution:constant}}")]
    [InlineData("{l: {distribution: normal, mean: 5ms}}", "{l: {mean: 6ms}}", "{l:{distribution:normal,mean:6ms}}")]
    [InlineData("{f: {a: {kind: crash, at: 1s}}}", "{f: {a: {kind: link, set: null}}}", "{f:{a:{kind:link}}}")]
    [InlineData("{l: {model: a, x: 1}}", "{l: {model: b}}", "{l:{model:b}}")]
    [InlineData("{name: x, model: {a: 1}}", "{model: none}", "{name:x,model:none}")]
    [InlineData("{models: {a: {x: 1}}}", "{models: {model: {y: 1}}}", "{models:{a:{x:1},model:{y:1}}}")]
    public void A_map_that_names_what_it_is_replaces_the_old_one(string target, string patch, string expected) =>
        NodeText.Of(MergePatch.Apply(Tree(target), Tree(patch))!).ShouldBe(expected);

    [Fact]
    public void Every_value_remembers_where_it_was_written()
    {
        MapNode merged = (MapNode)MergePatch.Apply(Tree("a:\n  b: 1\n  c: 2\n"), Tree("a:\n  c: 3\n"))!;
        merged.Map("a")!.Get("b")!.Location.ToString().ShouldBe("t:2:6");
        merged.Map("a")!.Get("c")!.Location.ToString().ShouldBe("t:2:6");
    }

    private static ScenarioNode Tree(string text)
    {
        MistakeList mistakes = new();
        ScenarioNode node = YamlReader.Read("t", text, mistakes).ShouldNotBeNull();
        mistakes.Count.ShouldBe(0);
        return node;
    }
}
