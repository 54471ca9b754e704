using System.Text.RegularExpressions;
using LayerShuffle.Cli.Commands;

namespace LayerShuffle.EndToEnd.Tests.Documents;

/// <summary>The documents of the checkout, and what is asked of more than one of them.</summary>
internal static partial class Pages
{
    /// <summary>Every page that people read, relative to the root.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        "README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "results/README.md",
        "scenarios/README.md", "scenarios/commands.md", "scenarios/several-machines.md", "scenarios/models/README.md", "scenarios/traces/README.md",
        "tests/LayerShuffle.Benchmarks/README.md", "results/reference/flaky-boxes/README.md", "results/reference/paper/README.md",
        "results/reference/recovery-in-training/README.md", "results/reference/restoration/README.md",
    ];

    public static string At(string page) => Path.Combine(Repository.Root, page);

    public static string Read(string page) => File.ReadAllText(At(page)).ReplaceLineEndings("\n");

    /// <summary>The contents of the fenced blocks of a language.</summary>
    public static IEnumerable<string> Blocks(string page, string language) =>
        Fence().Matches(Read(page)).Where(block => block.Groups["language"].Value == language)
            .Select(block => Unindented(block.Groups["text"].Value, block.Groups["indent"].Length));

    /// <summary>A page without its fenced blocks.</summary>
    public static string Prose(string page) => Fence().Replace(Read(page), "");

    /// <summary>Runs the program in this process.</summary>
    public static (int Code, string Output, string Error) Program(params string[] args)
    {
        using StringWriter output = new(), error = new();
        int code = CommandLine.Invoke(args, output, error);
        return (code, output.ToString().ReplaceLineEndings("\n"), error.ToString().ReplaceLineEndings("\n"));
    }

    private static string Unindented(string text, int columns) =>
        columns == 0 ? text : string.Join('\n', text.Split('\n').Select(line => line.Length >= columns ? line[columns..] : line));

    [GeneratedRegex(@"^(?<indent> *)```(?<language>[a-z]*)\n(?<text>.*?)^ *```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();
}
