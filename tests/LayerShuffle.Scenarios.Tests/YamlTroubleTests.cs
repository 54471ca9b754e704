using CsCheck;
using LayerShuffle.Scenarios.Specs;
using LayerShuffle.Scenarios.Syntax;

namespace LayerShuffle.Scenarios.Tests;

/// <summary>What people's YAML stumbles over: tabs, merge keys, anchors, and whatever else a damaged file holds.</summary>
public class YamlTroubleTests
{
    private const string Tab = "a tab stands here, and YAML separates with spaces; expected a space";

    private static readonly string[] Sources = [.. Directory.GetFiles(Path.Combine(Some.Root, "scenarios"), "*.yaml").Order().Select(File.ReadAllText)];

    private static readonly string[] Pieces = ["\t", "\n\t", ":\t", "{\t", "<<: ", "<<: *a", "<<: [*a, 5]", "&a ", "*a", "*", "&", "%", "@", "`", "|\n", ">-\n",
        "? ", "- ", "---\n", "...\n", "\"", "'", "[", "]", "{", "}", ",", "#", "!", "!!map ", "\u0000", "\u0085", "\u2028", "\ufeff", "\ud83d\ude00", "\r",
        "~/x", "$HOME/x"];

    [Theory]
    [InlineData("name: x\nseed:\t5\n", "s.yaml:2:6: " + Tab)]
    [InlineData("name: x\nnetwork: {loss:\t5%}\n", "s.yaml:2:16: " + Tab)]
    [InlineData("name: x\nnetwork: {\tloss: 5%}\n", "s.yaml:2:11: " + Tab)]
    [InlineData("name: x\nnetwork:\tloss: 5%\n", "s.yaml:2:9: " + Tab)]
    [InlineData("name: x\nconditions:\n  a:\tnetwork: {}\n", "s.yaml:3:5: " + Tab)]
    [InlineData("name: x\nnetwork:\n  loss:\t5%\n\tlatency: 5ms\n", "s.yaml:4:1: the line is indented with a tab; expected spaces")]
    [InlineData("name: x\nnetwork: {loss: 5%}\n\t\n", "s.yaml:3:1: the line is indented with a tab; expected spaces")]
    [InlineData("name: x\ndataset:\n\tkind: shapes\n", "s.yaml:3:1: the line is indented with a tab; expected spaces")]
    public void Tabs_are_named_where_they_stand(string text, string mistake)
    {
        string[] mistakes = Some.Mistakes(text);
        if (mistakes.Any(line => line.Contains("tab", StringComparison.Ordinal)))
            mistakes.ShouldBe([mistake]);
        else
            mistakes.ShouldNotContain(line => line.Contains("YAML", StringComparison.Ordinal)); // it was read as a space
    }

    [Fact]
    public void A_tab_in_a_comment_or_in_quotation_marks_is_no_trouble() =>
        Some.Valid("name: x # a\tcomment\ndescription: \"a\ttab\"\ndataset: {kind: shapes}\n").Description.ShouldBe("a\ttab");

    [Fact]
    public void Merge_keys_merge_and_give_way_to_what_stands_there_itself()
    {
        Scenario scenario = Some.Valid(Some.Minimal + """
            cluster: {nodes: 4}
            faults:
              first: &down {kind: crash, nodes: [node-1], at: 1s, restart_after: 2s}
              second: {<<: *down, nodes: [node-2]}
              third:
                at: 3s
                <<: [*down, {at: 5s, nodes: [node-4]}]
            """);
        scenario.Conditions[0].Faults.Select(fault => (fault.Name, fault.At.TotalSeconds, ((Core.Faults.CrashFault)fault).Nodes.Names![0],
            ((Core.Faults.CrashFault)fault).RestartAfter!.Value.TotalSeconds))
            .ShouldBe([("first", 1, "node-1", 2), ("second", 1, "node-2", 2), ("third", 3, "node-1", 2)]);
    }

    [Theory]
    [InlineData("network: {<<: 5}",
        "s.yaml:3:11: network.<<: `<<` merges maps, and this is `5`; expected the alias of a map such as `<<: *base`, or a list of them")]
    [InlineData("network: {<<: *b}", "s.yaml:3:15: network.<<: the alias `*b` names no anchor before it")]
    [InlineData("network: &n {<<: *n}", "s.yaml:3:18: network.<<: the alias `*n` stands inside what it names")]
    [InlineData("network: {\"<<\": {loss: 5%}}", "s.yaml:3:11: network.<<: unknown key `<<`")]
    public void What_cannot_be_merged_is_named(string text, string mistake) => Some.Mistakes(Some.Minimal + text + "\n")[0].ShouldStartWith(mistake);

    [Fact]
    public void Merge_keys_cannot_blow_up()
    {
        string bomb = "a0: &a0 {x: 1, y: 2}\n" + string.Concat(Enumerable.Range(1, 40)
            .Select(i => $"a{i}: &a{i} {{<<: *a{i - 1}, b: [{string.Join(",", Enumerable.Repeat($"*a{i - 1}", 10))}]}}\n"));
        Some.Mistakes(bomb).ShouldHaveSingleItem().ShouldContain("more than 100000 values");
    }

    [Fact]
    public void Whatever_is_done_to_a_file_every_mistake_has_a_place_in_it() =>
        Gen.Select(Gen.Int[0, Sources.Length - 1], Gen.Select(Gen.Double[0, 1], Gen.Int[0, 6], Gen.Int[0, Pieces.Length - 1]).Array[1, 5]).Sample(
            (source, damages) =>
            {
                string text = Sources[source];
                foreach ((double place, int length, int piece) in damages)
                {
                    int at = (int)(place * text.Length);
                    text = text[..at] + Pieces[piece] + text[Math.Min(text.Length, at + length)..];
                }

                int lines = text.Split(["\r\n", "\n", "\r", "\u0085", "\u2028", "\u2029"], StringSplitOptions.None).Length;
                foreach (Mistake mistake in Some.Load(text).Mistakes)
                {
                    mistake.Line.ShouldBeInRange(1, lines, mistake.ToString());
                    mistake.Column.ShouldBeGreaterThan(0, mistake.ToString());
                    mistake.Message.ShouldNotContain("current state");
                }
            }, iter: 1000);
}
