using System.Diagnostics;
using LayerShuffle.Runs.Telling;

namespace LayerShuffle.Runs.Tests.Telling;

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
}
