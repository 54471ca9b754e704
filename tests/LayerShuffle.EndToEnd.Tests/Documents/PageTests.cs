using System.Text.RegularExpressions;

namespace LayerShuffle.EndToEnd.Tests.Documents;

/// <summary>What the documents say of files, commands and scenarios is so.</summary>
public sealed partial class PageTests : IDisposable
{
    private const int MostWords = 700;

    private readonly Workplace place = new();

    public static TheoryData<string> AllPages => [.. Pages.All];

    public static TheoryData<string> Commands => ["run", "node", "validate", "schema", "models", "models prune", "predict", "swarm", "calibrate",
        "report", "explain", "compare", "dataset get"];

    [Fact]
    public void The_front_page_is_short() =>
        Pages.Read("README.md").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length.ShouldBeLessThanOrEqualTo(MostWords);

    [Fact]
    public void All_pages_are_looked_at()
    {
        string[] written = [.. Directory.EnumerateFiles(Repository.Root, "*.md", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Repository.Root, path).Replace('\\', '/'))
            .Where(path => !path.Split('/').Any(folder => folder is "artifacts" or "bin" or "obj" or "Fixtures" || folder.StartsWith('.'))
                && (!path.StartsWith("results/", StringComparison.Ordinal) || path == "results/README.md"
                    || path.StartsWith("results/reference/", StringComparison.Ordinal)))]; // a run of the reader's may lie there
        written.ShouldBe(Pages.All, ignoreOrder: true);
    }

    [Theory]
    [MemberData(nameof(AllPages))]
    public void Links_lead_somewhere(string page)
    {
        foreach (string target in Link().Matches(Pages.Prose(page)).Select(match => match.Groups["target"].Value)
            .Where(target => !target.StartsWith("https://", StringComparison.Ordinal)))
        {
            string[] parts = target.Split('#');
            string file = parts[0].Length == 0 ? page
                : Path.GetRelativePath(Repository.Root, Path.Combine(Path.GetDirectoryName(Pages.At(page))!, parts[0])).Replace('\\', '/');
            Path.Exists(Pages.At(file)).ShouldBeTrue($"{page} links to {target}, which is not there");
            if (parts.Length > 1)
                Heading().Matches(Pages.Prose(file)).Select(match => Anchor(match.Groups["title"].Value)).ShouldContain(parts[1], $"{page} links to {target}");
        }
    }

    [Theory]
    [MemberData(nameof(AllPages))]
    public void Files_that_are_named_exist(string page)
    {
        foreach (string named in Named().Matches(Pages.Read(page)).Select(match => match.Groups["path"].Value))
            Path.Exists(Pages.At(named)).ShouldBeTrue($"{page} names {named}, which is not there");
    }

    [Theory]
    [MemberData(nameof(AllPages))]
    public void Scenarios_that_are_shown_are_valid(string page)
    {
        int number = 0;
        foreach (string scenario in Pages.Blocks(page, "yaml"))
        {
            (int code, string output, string error) = Pages.Program("validate", place.Write($"{++number}.yaml", scenario));
            code.ShouldBe(0, $"{page}:\n{scenario}\n{output}{error}");
            error.ShouldBeEmpty($"{page}:\n{scenario}");
        }
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_command_and_option_is_explained(string command)
    {
        string page = Pages.Read("scenarios/commands.md");
        page.ShouldContain($"`{command}");
        (int code, string help, _) = Pages.Program([.. command.Split(' '), "--help"]);
        code.ShouldBe(0);
        string[] options = [.. Option().Matches(help).Select(match => match.Value).Distinct().Except(["--help", "--version"])];
        options.ShouldContain("--verbose"); // it is among the options of every command
        foreach (string option in options)
            Regex.IsMatch(page, $"{Regex.Escape(option)}(?![a-z-])").ShouldBeTrue($"scenarios/commands.md says nothing of {option} of {command}");
    }

    [Fact]
    public void There_are_no_other_commands() =>
        Command().Matches(Pages.Program("--help").Output.Split("Commands:")[1]).Select(match => match.Groups["name"].Value)
            .ShouldBe(Commands.Select(row => row.Data.Split(' ')[0]).Distinct(), ignoreOrder: true);

    [Fact]
    public void Options_that_are_explained_exist()
    {
        string help = string.Concat(Commands.Select(row => Pages.Program([.. row.Data.Split(' '), "--help"]).Output));
        string own = (Pages.Read("scenarios/commands.md") + Pages.Read("scenarios/several-machines.md"))
            .Replace("--project", "", StringComparison.Ordinal); // of dotnet
        foreach (string option in Option().Matches(own).Select(match => match.Value).Distinct().Except(["--version"]))
            Regex.IsMatch(help, $"{Regex.Escape(option)}(?![a-z-])").ShouldBeTrue($"there is no {option}");
    }

    [Fact]
    public void The_changelog_has_its_form()
    {
        string[] headings = [.. Heading().Matches(Pages.Read("CHANGELOG.md")).Select(match => match.Groups["title"].Value)];
        headings[..2].ShouldBe(["Changelog", "[Unreleased]"]);
        headings[2..].ShouldAllBe(title => Section().IsMatch(title));
    }

    public void Dispose() => place.Dispose();

    /// <summary>A heading's anchor as GitHub makes it.</summary>
    private static string Anchor(string title) =>
        string.Concat(title.ToLowerInvariant().Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_')).Replace(' ', '-');

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("^#+ (?<title>.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    /// <summary>Paths below folders of the checkout; those of what is built are not there before it is.</summary>
    [GeneratedRegex(@"(?<![\w/.])(?<path>(?:src|tests|scenarios|build)/[\w./-]*\w)(?![\w/*])")]
    private static partial Regex Named();

    [GeneratedRegex(@"(?<![\w-])--[a-z]+(?:-[a-z]+)*")]
    private static partial Regex Option();

    [GeneratedRegex(@"^  (?<name>[a-z]+)", RegexOptions.Multiline)]
    private static partial Regex Command();

    [GeneratedRegex(@"^(Added|Changed|Deprecated|Removed|Fixed|Security|\[\d+\.\d+\.\d+\] - \d{4}-\d{2}-\d{2})$")]
    private static partial Regex Section();
}
