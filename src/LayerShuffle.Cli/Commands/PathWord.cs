using System.CommandLine;
using System.CommandLine.Parsing;
using LayerShuffle.Core.Files;

namespace LayerShuffle.Cli.Commands;

/// <summary>
/// Options and arguments of the command line that are paths. The home folder at their beginning is written out here for all of them: a shell leaves <c>~</c> as
/// it is behind a <c>=</c> (<c>--output=~/x</c>), and within quotation marks <c>$HOME</c> too, and files of services and containers know no shell at all.
/// </summary>
internal static class PathWord
{
    /// <summary>An option that may be left out.</summary>
    public static Option<string?> Option(string name, string shown, string description) =>
        new(name) { HelpName = shown, Description = description, CustomParser = Expanded };

    /// <summary>An option that must be given.</summary>
    public static Option<string> Needed(string name, string shown, string description) =>
        new(name) { HelpName = shown, Description = description, Required = true, CustomParser = Expanded };

    /// <summary>An argument.</summary>
    public static Argument<string> Argument(string name, string shown, string description) =>
        new(name) { HelpName = shown, Description = description, CustomParser = Expanded };

    /// <summary>An argument that is given once or several times.</summary>
    public static Argument<string[]> Arguments(string name, string shown, string description) =>
        new(name)
        {
            HelpName = shown,
            Description = description,
            Arity = ArgumentArity.OneOrMore,
            CustomParser = result => [.. result.Tokens.Select(Expanded)]
        };

    private static string? Expanded(ArgumentResult result) => result.Tokens.Count == 0 ? null : Expanded(result.Tokens[^1]);

    private static string Expanded(Token token) => HomePath.Expand(token.Value);
}
