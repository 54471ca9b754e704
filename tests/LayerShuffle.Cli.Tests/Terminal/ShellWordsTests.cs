using System.Diagnostics;
using LayerShuffle.Cli.Terminal;

namespace LayerShuffle.Cli.Tests.Terminal;

/// <summary>What the program advises can be pasted.</summary>
public sealed class ShellWordsTests
{
    private static readonly string[] Hard = ["plain", "a b", "it's", "$HOME `x` \"q\"", "*", "", "é;&|<>", "--set", "a={b: [1, 2]}", "#no", "~", "a\\b", "!x"];

    [Fact]
    public void A_shell_gives_back_the_words()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no POSIX shell on Windows.");
        using Process shell = Process.Start(new ProcessStartInfo("sh", ["-c", "printf '%s\\n' " + ShellWords.Join(Hard)]) { RedirectStandardOutput = true })!;
        string[] got = shell.StandardOutput.ReadToEnd().Split('\n')[..^1];
        shell.WaitForExit();
        got.ShouldBe(Hard);
        ShellWords.Join(["run", "a/b-1.yaml", "--set", "x=1%"]).ShouldBe("run a/b-1.yaml --set x=1%");
    }

    [Fact]
    public void The_way_it_was_started_is_what_stands_before_the_arguments()
    {
        string[] args = ["run", "a.yaml"];
        HowStarted.Prefix(["dotnet", "x/layershuffle.dll", .. args], ["bash"], args).ShouldBe(["dotnet", "x/layershuffle.dll"]);
        HowStarted.Prefix(["layershuffle", .. args], null, args).ShouldBe(["layershuffle"]);
        HowStarted.Prefix(["/w/bin/layershuffle", .. args], ["/usr/bin/dotnet", "run", "-c", "Release", "--project", "src/LayerShuffle.Cli", "--", .. args],
            args)
            .ShouldBe(["/usr/bin/dotnet", "run", "-c", "Release", "--project", "src/LayerShuffle.Cli", "--"]);
        HowStarted.Prefix(["/w/bin/layershuffle", .. args], ["dotnet", "test"], args).ShouldBe(["/w/bin/layershuffle"]);
        HowStarted.Prefix(["other"], null, args).ShouldBeNull();
    }
}
