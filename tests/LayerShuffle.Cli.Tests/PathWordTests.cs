using System.CommandLine;
using LayerShuffle.Cli.Commands;
using LayerShuffle.Runs.Failures;

namespace LayerShuffle.Cli.Tests;

/// <summary>The home folder in paths of the command line, where no shell has written it out.</summary>
public sealed class PathWordTests : IDisposable
{
    private const string Wires = "name: wires\nmodel: none\nworkload: {requests: 3}\n";
    private static readonly string Home = Environment.GetEnvironmentVariable("HOME") is { Length: > 0 } home ? home
        : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
    private readonly Cli cli = new();

    public void Dispose() => cli.Dispose();

    /// <summary>
    /// Every option that takes a file or a folder, and every scenario: found by what <c>--help</c> calls them, so that a new one cannot be forgotten.
    /// </summary>
    [Fact]
    public void Every_path_of_every_command_is_expanded()
    {
        List<string> seen = [];
        foreach (Command command in CommandLine.Root(LayerShuffle.Cli.Terminal.Surroundings.Of(TextWriter.Null, TextWriter.Null)).Subcommands)
        {
            foreach (Option option in command.Options.Where(option => option.HelpName is "FILE" or "DIR"))
            {
                foreach (string mark in (string[])["~", "$HOME", "${HOME}"])
                {
                    ParseResult parsed = new RootCommand { new Command("x") { option } }.Parse(["x", $"{option.Name}={mark}/a b/c"]);
                    parsed.GetValue<string>(option.Name).ShouldBe(Home + "/a b/c", $"{command.Name} {option.Name}");
                }

                seen.Add($"{command.Name} {option.Name}");
            }

            foreach (Argument argument in command.Arguments.Where(argument => argument.HelpName is "SCENARIO"))
            {
                ParseResult parsed = new RootCommand { new Command("x") { argument } }.Parse(["x", "~/s.yaml"]);
                string[] values = argument.ValueType == typeof(string) ? [parsed.GetValue<string>(argument.Name)!] : parsed.GetValue<string[]>(argument.Name)!;
                values.ShouldBe([Home + "/s.yaml"], command.Name);
                seen.Add($"{command.Name} {argument.Name}");
            }
        }

        seen.ShouldBe(
            [
                "run scenario", "run --output", "run --resume", "run --secret-file", "run --cert", "run --key", "run --authority", "node --secret-file",
                    "node --cert", "node --key", "node --authority",
                "node --log-dir", "validate scenario", "predict --model", "predict --input", "predict --output", "swarm --output", "swarm scenario",
                "calibrate --model", "run --summary", "compare --output", "compare --html",
            ],
            ignoreOrder: true);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named_where_it_was_looked_for()
    {
        cli.Run("run", cli.Write("s.yaml", Wires), "--set", "clock=wall", "--secret-file=~/no such secret").ShouldBe(ExitCodes.Invalid);
        cli.Error.ShouldContain($"--secret-file {Home}/no such secret: there is no such file");
        cli.Run("node", "--join", "127.0.0.1:1", "--cert=$HOME/no.pem", "--authority=${HOME}/no.pem").ShouldBe(ExitCodes.Invalid);
        cli.Error.ShouldContain($"--cert {Home}/no.pem: there is no such file");
        cli.Run("validate", "~/no such.yaml").ShouldBe(ExitCodes.Invalid);
        cli.Error.ShouldContain($"{Home}/no such.yaml");
    }

    [Fact]
    public void A_name_that_only_begins_like_one_stays()
    {
        cli.Run("run", cli.Write("s.yaml", Wires), "--output", cli.At("$HOMELY/~")).ShouldBe(ExitCodes.Done, cli.Error);
        Directory.Exists(cli.At("$HOMELY/~")).ShouldBeTrue();
    }
}
