using System.Diagnostics;

namespace LayerShuffle.EndToEnd.Tests.Wall;

/// <summary>Several hosts, as network namespaces: tests/scripts/namespaces.sh.</summary>
[Collection(WallCollection.Name)]
public sealed class NamespaceTests(ITestOutputHelper output)
{
    private const int Skipped = 77;

    [Fact]
    public async Task Links_between_hosts_are_cut_and_healed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Network namespaces are Linux's.");
        var start = new ProcessStartInfo("bash",
            [Path.Combine(Repository.Root, "tests/scripts/namespaces.sh"), Program.Assembly])
        { RedirectStandardOutput = true, RedirectStandardError = true };
        Program.ShortLived(start);
        using Process script = Process.Start(start)!;
        Task<string> errors = script.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string said = await script.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await script.WaitForExitAsync(TestContext.Current.CancellationToken);
        output.WriteLine(said);
        Assert.SkipWhen(script.ExitCode == Skipped, said.TrimEnd().Split('\n')[^1]);
        script.ExitCode.ShouldBe(0, said + await errors);
    }
}
