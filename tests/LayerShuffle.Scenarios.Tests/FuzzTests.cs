using CsCheck;
using LayerShuffle.Scenarios.Loading;

namespace LayerShuffle.Scenarios.Tests;

public class FuzzTests
{
    private static readonly string[] Sources = [.. Directory.GetFiles(Path.Combine(Some.Root, "scenarios"), "*.yaml")
        .Append(Path.Combine(Some.Root, "tests", "LayerShuffle.Scenarios.Tests", "design-example.yaml")).Order().Select(File.ReadAllText)];

    private static readonly string[] Pieces =
        ["null", "{}", "[]", "[1, 2]", "120%", "-5", "1e400", "99999999999999999999", "node-1", "all", "{kind: crash}", "{distribution: normal}", "{random: 1}",
            "~", "\"", "'", ":", "- ", "&a", "*a", "\t", "\n", "0", "5ms", "{a: {b: c}}", "!!int 5", "|", "\0", "true"];

    [Fact]
    public void Random_text_never_throws() => Gen.String[Gen.Char["abc:{}[],-&*!|>'\"%@#\n\t 0159.~\u0000\ud800é"], 0, 60]
        .Sample(text => { Check(text); }, iter: 3000);

    [Fact]
    public void Random_bytes_as_settings_never_throw() => Gen.String[0, 20]
        .Sample(text => { Some.Load(Some.Minimal, text, "network." + text, "faults=" + text); }, iter: 1000);

    [Fact]
    public void Damaged_scenarios_never_throw() =>
        Gen.Select(Gen.Int[0, Sources.Length - 1], Gen.Double[0, 1], Gen.Int[0, 12], Gen.Int[0, Pieces.Length - 1]).Array[1, 4].Sample(
            damages =>
            {
                string text = Sources[damages[0].Item1];
                foreach ((int _, double place, int length, int piece) in damages)
                {
                    int at = (int)(place * text.Length);
                    text = text[..at] + Pieces[piece] + text[Math.Min(text.Length, at + length)..];
                }

                Check(text);
            }, iter: 1500);

    [Fact]
    public void Values_replaced_by_others_never_throw() =>
        Gen.Select(Gen.Int[0, Sources.Length - 1], Gen.Int[0, 1000], Gen.Int[0, Pieces.Length - 1]).Sample(
            (source, line, piece) =>
            {
                string[] lines = Sources[source].Split('\n');
                line %= lines.Length;
                int colon = lines[line].IndexOf(": ", StringComparison.Ordinal);
                if (colon >= 0)
                    lines[line] = lines[line][..(colon + 2)] + Pieces[piece];
                Check(string.Join('\n', lines));
            }, iter: 1500);

    private static void Check(string text)
    {
        ScenarioLoadResult result = Some.Load(text);
        (result.Scenario is null).ShouldBe(result.Mistakes.Count > 0);
        if (result.Scenario is null)
            return;
        ScenarioLoadResult again = Some.Load(result.EffectiveYaml);
        again.Mistakes.ShouldBeEmpty(string.Join("\n", again.Mistakes) + "\n" + result.EffectiveYaml);
        Some.Json(again.Scenario!).ShouldBe(Some.Json(result.Scenario));
    }
}
