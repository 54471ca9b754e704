using LayerShuffle.Scenarios.Loading;

namespace LayerShuffle.Scenarios.Tests;

public class YamlTests
{
    [Theory]
    [InlineData("", "s.yaml:1:1: the file is empty; expected a map of keys such as `name: my-scenario`")]
    [InlineData("- a\n", "s.yaml:1:1: a list where a scenario belongs; expected a map of keys such as `name: my-scenario`")]
    [InlineData("name: x\n\tseed: 1\n", "s.yaml:2:1: the line is indented with a tab; expected spaces")]
    [InlineData("name: x\n---\nname: y\n", "s.yaml:2:1: a second document begins here; expected one document in a file")]
    [InlineData("name: x\nseed: *s\n", "s.yaml:2:7: seed: the alias `*s` names no anchor before it")]
    [InlineData("name: &a [*a]\n", "s.yaml:1:11: name[0]: the alias `*a` stands inside what it names")]
    [InlineData("? [a]\n: b\n", "s.yaml:1:3: a key must be a plain word")]
    public void Unreadable_text_is_one_mistake(string text, string mistake) => Some.Mistakes(text).ShouldBe([mistake]);

    [Fact]
    public void A_repeated_key_is_reported_with_both_places() =>
        Some.Mistakes(Some.Minimal + "network:\n  loss: 1%\n  loss: 2%\n")
            .ShouldBe(["s.yaml:5:3: network.loss: repeated key `loss`, first written at s.yaml:4:3; expected each key once"]);

    [Fact]
    public void Aliases_work() =>
        Some.Valid(Some.Minimal
            + "cluster: {nodes: 3}\nfaults:\n  a: {kind: crash, nodes: &n [node-1], at: 0s}\n  b: {kind: slowdown, factor: 2, nodes: *n, at: 0s}\n")
            .Conditions[0].Faults.Count.ShouldBe(2);

    [Fact]
    public void Aliases_cannot_blow_up()
    {
        string bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + string.Concat(Enumerable.Range(1, 20)
            .Select(i => $"a{i}: &a{i} [{string.Join(",", Enumerable.Repeat($"*a{i - 1}", 10))}]\n"));
        Some.Mistakes(bomb).ShouldHaveSingleItem().ShouldContain("more than 100000 values");
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{a: ")]
    [InlineData("- ")]
    public void Deep_nesting_is_a_mistake(string open) => Some.Mistakes("name: x\nseed:\n  " + string.Concat(Enumerable.Repeat(open, 50_000)))
        .ShouldHaveSingleItem().ShouldContain("nested more than 64 levels deep");

    [Fact]
    public void A_file_that_is_missing_or_a_folder_or_too_large_or_not_text_is_a_mistake()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        Mistake(Path.Combine(folder, "none.yaml")).ShouldEndWith("none.yaml: there is no such file; expected a scenario file");
        Mistake(folder).ShouldEndWith(": this is a folder; expected a scenario file");
        File.WriteAllBytes(Path.Combine(folder, "a.yaml"), new byte[(1 << 20) + 1]);
        Mistake(Path.Combine(folder, "a.yaml")).ShouldContain("larger than 1 MiB");
        File.WriteAllBytes(Path.Combine(folder, "b.yaml"), [(byte)'n', (byte)':', (byte)'\n', (byte)'x', 0xff]);
        Mistake(Path.Combine(folder, "b.yaml")).ShouldContain("b.yaml:2:2: not text in UTF-8");
        Mistake("").ShouldNotBeEmpty();
    }

    private static string Mistake(string path) => ScenarioLoader.Load(path).Mistakes.ShouldHaveSingleItem().ToString();
}
