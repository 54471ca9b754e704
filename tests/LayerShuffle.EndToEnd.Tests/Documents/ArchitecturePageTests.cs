using System.Text.RegularExpressions;

namespace LayerShuffle.EndToEnd.Tests.Documents;

/// <summary>ARCHITECTURE.md speaks of what is there, in sentences that can be followed.</summary>
public partial class ArchitecturePageTests
{
    private const string Page = "ARCHITECTURE.md";
    private const int TooLong = 30; // words of a sentence

    [Fact]
    public void No_sentence_is_too_long()
    {
        string[] sentences = [.. Paragraph().Split(Text()).SelectMany(paragraph => End().Split(paragraph.ReplaceLineEndings(" ")))];
        sentences.Length.ShouldBeGreaterThan(300);
        sentences.Where(sentence => Word().Count(sentence) >= TooLong).ShouldBeEmpty();
    }

    [Fact]
    public void Types_that_are_named_exist()
    {
        HashSet<string> words = [.. new[] { "src", "tests" }
            .SelectMany(folder => Directory.EnumerateFiles(Pages.At(folder), "*.cs", SearchOption.AllDirectories))
            .Append(Pages.At("Directory.Build.targets"))
            .SelectMany(path => Identifier().Matches(File.ReadAllText(path)).Select(match => match.Value))];
        foreach (string name in Code().Matches(Pages.Prose(Page)).SelectMany(match => match.Groups["code"].Value.Split('.', '/'))
            .Where(name => Pascal().IsMatch(name)))
            words.Contains(name).ShouldBeTrue($"{Page} speaks of `{name}`, which is nowhere in the code");
    }

    [Fact]
    public void Every_part_and_every_folder_of_the_great_ones_is_in_a_table()
    {
        string page = Pages.Read(Page);
        foreach (string part in Directory.GetDirectories(Pages.At("src")))
            page.ShouldContain($"| `src/{Path.GetFileName(part)}` |");
        foreach (string folder in ((string[])["src/LayerShuffle.Actors", "src/LayerShuffle.Cluster", "src/LayerShuffle.Runs"])
            .SelectMany(part => Directory.GetDirectories(Pages.At(part)))
            .Select(path => Path.GetFileName(path)!).Where(name => name is not ("bin" or "obj")))
            page.ShouldMatch($@"(?m)^\|.*`{folder}/`.* \|");
    }

    [Fact]
    public void Every_decision_is_numbered_in_its_part_and_has_its_three_parts()
    {
        string decisions = Pages.Read(Page).Split("\n## Decisions\n")[1];
        string[] parts = decisions.Split("\n### ")[1..];
        parts.Length.ShouldBeGreaterThan(5);
        foreach (string part in parts)
        {
            string[] records = Paragraph().Split(part).Skip(1).Where(record => record.Length > 0).ToArray();
            for (int i = 0; i < records.Length; i++)
            {
                records[i].ShouldStartWith($"**{part[0]}{i + 1}. ");
                foreach (string label in (string[])["*Context:*", "*Decision:*", "*Consequence:*"])
                    records[i].Split(label).Length.ShouldBe(2, $"{label} of {records[i]}");
            }
        }
    }

    /// <summary>The page without tables and headings.</summary>
    private static string Text() => string.Join('\n', Pages.Prose(Page).Split('\n').Where(line => !line.StartsWith('|') && !line.StartsWith('#'))).Trim();

    [GeneratedRegex(@"\n\s*\n|\n(?=\d+\. |\* )")]
    private static partial Regex Paragraph();

    /// <summary>Where a sentence ends: behind its point, with what closes it.</summary>
    [GeneratedRegex(@"(?<=[.!?][*)""]{0,3})\s+(?=\S)")]
    private static partial Regex End();

    [GeneratedRegex(@"[\w][\w'’.,-]*")]
    private static partial Regex Word();

    [GeneratedRegex(@"\w+")]
    private static partial Regex Identifier();

    [GeneratedRegex("`(?<code>[^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex("^(I?[A-Z][a-z0-9]+){2,}$")]
    private static partial Regex Pascal();
}
