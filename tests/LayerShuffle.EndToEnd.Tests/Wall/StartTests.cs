using System.Text.RegularExpressions;

namespace LayerShuffle.EndToEnd.Tests.Wall;

/// <summary>What cannot start says so and leaves nothing.</summary>
[Collection(WallCollection.Name)]
public sealed partial class StartTests : IDisposable
{
    private readonly Workplace place = new();

    [Fact]
    public async Task A_wrong_scenario_starts_nothing()
    {
        Program program = await place.Run("run", place.Write("wires.yaml", WallScenario.Wires.Replace("nodes: 2", "nodes: none", StringComparison.Ordinal)),
            "--output", "out");
        program.ShouldEndWith(2);
        program.Error.ShouldContain("cluster.nodes");
        Directory.Exists(place.At("out")).ShouldBeFalse();
        if (OperatingSystem.IsLinux())
            place.ShouldLeaveNothing();
    }

    [Fact]
    public async Task A_worker_that_cannot_start_ends_the_run_in_a_sentence()
    {
        ClusterProcesses.Need();
        var said = new Lines();
        Program program = Program.Start(place, said.Hear, TimeSpan.FromMinutes(2), Program.Assembly, "run",
            place.Write("model.yaml", WallScenario.Text("epochs: 1, batch_size: 16, learning_rate: 3e-3", nodes: 2)), "--output", "out", "--listen",
            "127.0.0.1:0", "--workers", "2");
        string hub = Port().Match(await said.Until(program, "Waiting for 2 nodes to join on")).Value;
        Program[] nodes = [.. Enumerable.Range(0, 2).Select(_ => Program.Start(place, null, TimeSpan.FromMinutes(2), WithoutTorch(), "node", "--join", hub))];
        await Task.WhenAll(nodes.Select(node => node.Ended).Append(program.Ended));
        program.ShouldEndWith(3);
        program.Error.ShouldContain("The worker of node-");
        program.Error.ShouldContain("cannot start: libtorch cannot be loaded on this machine");
        program.Error.ShouldNotContain("permissions");
        program.Error.ShouldNotContain("It is started again", customMessage: "the next would lack it as well");
        place.ShouldLeaveNothing();
    }

    [Fact]
    public async Task Without_libtorch_a_cluster_measures_the_network_alone()
    {
        ClusterProcesses.Need();
        Program program = Program.Start(place, null, TimeSpan.FromMinutes(2), WithoutTorch("libtorch"), "run", place.Write("wires.yaml", WallScenario.Wires),
            "--output", "out");
        await program.Ended;
        program.ShouldEndWith(0);
        program.Error.ShouldContain("10 of 10 completed");
        place.ShouldLeaveNothing();
    }

    [Fact]
    public async Task Without_libtorch_a_run_that_computes_says_so_before_it_writes_anything()
    {
        string scenario = place.Write("model.yaml",
            WallScenario.Text("epochs: 1, batch_size: 16, learning_rate: 3e-3").Replace("clock: wall", "clock: virtual", StringComparison.Ordinal));
        Program program = Program.Start(place, null, TimeSpan.FromMinutes(2), WithoutTorch(), "run", scenario, "--output", "out");
        await program.Ended;
        program.ShouldEndWith(3);
        program.Error.ShouldContain("libtorch cannot be loaded");
        program.Error.ShouldNotContain("permissions");
        Directory.Exists(place.At("out")).ShouldBeFalse();
    }

    public void Dispose() => place.Dispose();

    [GeneratedRegex(@"127\.0\.0\.1:\d+")]
    private static partial Regex Port();

    /// <summary>The program without libtorch, and without assemblies of a name.</summary>
    private string WithoutTorch(string but = "TorchSharp")
    {
        string from = Path.GetDirectoryName(Program.Assembly)!, to = place.At("crippled");
        if (Directory.Exists(to))
            return Path.Combine(to, Path.GetFileName(Program.Assembly));
        Directory.CreateDirectory(to);
        foreach (string file in Directory.EnumerateFiles(from))
        {
            if (Path.GetExtension(file) is ".dll" or ".json" && !Path.GetFileName(file).StartsWith(but, StringComparison.Ordinal))
                File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }

        return Path.Combine(to, Path.GetFileName(Program.Assembly));
    }
}
