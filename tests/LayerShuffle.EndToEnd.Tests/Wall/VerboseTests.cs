namespace LayerShuffle.EndToEnd.Tests.Wall;

/// <summary>What a run on the wall clock says is as before; who asks for more is told more, and it is kept in any case.</summary>
[Collection(WallCollection.Name)]
public sealed class VerboseTests(StruckRun run)
{
    private const string Step = "node-1 (incarnation 1): Starting -> Held";

    [Fact]
    public async Task Details_are_kept_and_not_shown_to_who_does_not_ask_for_them()
    {
        Program quiet = await run.Program();
        quiet.Error.ShouldNotContain("->");
        quiet.Error.ShouldNotContain("Akka: ");
        ShouldKeepDetails(run.Folder);
    }

    /// <summary>A run with <c>--verbose</c>, which another test has made, shows details and keeps them.</summary>
    internal static void ShouldTellDetails(Program verbose, string folder)
    {
        verbose.Error.ShouldContain(Step);
        ShouldKeepDetails(folder);
    }

    private static void ShouldKeepDetails(string folder)
    {
        string[] lines = File.ReadAllLines(Path.Combine(folder, "logs/coordinator.log"));
        lines.ShouldContain(line => line.EndsWith("Z " + Step, StringComparison.Ordinal));
        lines.ShouldNotContain(line => line.Contains("malicious", StringComparison.Ordinal)); // proofs of reach are no attacks
    }
}
