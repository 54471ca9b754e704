namespace LayerShuffle.EndToEnd.Tests.Wall;

/// <summary>What a run on the wall clock says is as before; who asks for more is told more, and it is kept in any case.</summary>
[Collection(WallCollection.Name)]
public sealed class VerboseTests : IDisposable
{
    private readonly Workplace place = new();

    [Fact]
    public async Task Details_are_kept_and_shown_to_who_asks_for_them()
    {
        ClusterProcesses.Need();
        string scenario = place.Write("wires.yaml", WallScenario.Wires);
        Program quiet = await place.Run("run", scenario, "--output", "quiet"), verbose = await place.Run("run", scenario, "--output", "verbose", "--verbose");
        quiet.ShouldEndWith(0);
        verbose.ShouldEndWith(0);
        const string step = "node-1 (incarnation 1): Starting -> Held";
        quiet.Error.ShouldNotContain("->");
        quiet.Error.ShouldNotContain("Akka: ");
        verbose.Error.ShouldContain(step);
        foreach (string folder in (string[])["quiet", "verbose"])
            File.ReadAllLines(place.At($"{folder}/logs/coordinator.log")).ShouldContain(line => line.EndsWith("Z " + step, StringComparison.Ordinal));
        place.ShouldLeaveNothing();
    }

    public void Dispose() => place.Dispose();
}
