using System.Text.RegularExpressions;

namespace LayerShuffle.EndToEnd.Tests;

/// <summary>What readers of the source are spared: lines that run off the screen, methods that do, classes that go on in another file.</summary>
public sealed partial class SourceShapeTests
{
    private const int MostColumns = 160, MostLines = 60;

    private static readonly string[] Folders = ["src", "tests"];

    [Fact]
    public void Lines_fit_the_width_of_editorconfig() => Folders.SelectMany(Files)
        .SelectMany(file => file.Lines.Select((line, i) => (line, Place: $"{file.Name}:{i + 1}")))
        .Where(l => l.line.Length > MostColumns).Select(l => l.Place).ShouldBeEmpty();

    [Fact]
    public void A_method_fits_a_screen() => Folders.SelectMany(Files).SelectMany(file => TooLong(file.Name, file.Lines)).ShouldBeEmpty();

    [Fact]
    public void A_method_that_does_not_fit_is_found()
    {
        string[] body = [.. Enumerable.Repeat("        Do();", MostLines)];
        string[] start = ["internal class A", "{", "    public void Run()", "    {"], end = ["    }", "}"];
        TooLong("A.cs", [.. start, .. body, .. end]).ShouldBeEmpty();
        TooLong("A.cs", [.. start, .. body, "        Do();", .. end]).ShouldBe(["A.cs:4 (61 lines)"]);
    }

    [Fact]
    public void A_class_stands_in_one_file() => Files("src")
        .SelectMany(file => file.Lines.Select(line => PartialType().Match(line)).Where(match => match.Success)
            .Select(match => (Type: $"{Path.GetDirectoryName(file.Name)}/{match.Groups["name"].Value}", file.Name)).Distinct())
        .GroupBy(declared => declared.Type).Where(type => type.Count() > 1).Select(type => string.Join(" and ", type.Select(declared => declared.Name)))
        .ShouldBeEmpty();

    [Fact]
    public void Parts_of_the_program_are_nobodys_friends()
    {
        string[] parts = [.. Directory.GetDirectories(Path.Combine(Repository.Root, "src")).Select(path => Path.GetFileName(path)), "layershuffle"];
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.csproj", SearchOption.AllDirectories)
            .SelectMany(path => Friend().Matches(File.ReadAllText(path))
                .Select(match => (Part: Path.GetFileNameWithoutExtension(path), To: match.Groups["name"].Value)))
            .Where(friends => parts.Contains(friends.To)).Select(friends => $"{friends.Part} shows its insides to {friends.To}").ShouldBeEmpty();
    }

    /// <summary>Bodies between braces that stand alone on their lines, as the formatter places those of members.</summary>
    private static IEnumerable<string> TooLong(string name, string[] lines)
    {
        foreach (string indent in (string[])["    ", "        "])
        {
            int start = -1;
            for (int i = 1; i < lines.Length; i++)
            {
                if (lines[i] == indent + "{" && !TypeLine().IsMatch(Declaration(lines, i)))
                    start = i;
                if (start < 0 || !lines[i].StartsWith(indent + "}", StringComparison.Ordinal))
                    continue;
                if (i - start - 1 > MostLines && lines[i] == indent + "}") // with more behind it, it is an initializer
                    yield return $"{name}:{start + 1} ({i - start - 1} lines)";
                start = -1;
            }
        }
    }

    /// <summary>What stands before a brace, back to the end of what is before that.</summary>
    private static string Declaration(string[] lines, int brace)
    {
        int first = brace;
        while (first > 0 && lines[first - 1].TrimEnd() is { Length: > 0 } before && before[^1] is not (';' or '{' or '}') && !before.Contains("///"))
            first--;
        return string.Join(' ', lines[first..brace]);
    }

    private static IEnumerable<(string Name, string[] Lines)> Files(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories)
            .Select(path => (Path: path, Name: Path.GetRelativePath(Repository.Root, path).Replace('\\', '/')))
            .Where(file => !file.Name.Split('/').Any(part => part is "obj" or "bin")).OrderBy(file => file.Name, StringComparer.Ordinal)
            .Select(file => (file.Name, File.ReadAllLines(file.Path)));

    [GeneratedRegex(@"\b(?:class|struct|record|interface|enum|namespace)\s")]
    private static partial Regex TypeLine();

    [GeneratedRegex(@"^\s*(?:[a-z]+ )*partial (?:class|struct|record|interface)(?: struct| class)? (?<name>\w+)")]
    private static partial Regex PartialType();

    [GeneratedRegex("""InternalsVisibleTo Include="(?<name>[A-Za-z.]+)""")]
    private static partial Regex Friend();
}
