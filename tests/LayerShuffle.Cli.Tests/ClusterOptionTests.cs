using LayerShuffle.Runs.Failures;

namespace LayerShuffle.Cli.Tests;

/// <summary>What <c>run</c> says of options for clusters.</summary>
public class ClusterOptionTests
{
    private const string Virtual = "name: tiny\nmodel: none\ncluster: {nodes: 2}\nworkload: {requests: 3}\n", Wall = Virtual + "clock: wall\n";

    [Theory]
    [InlineData("--listen", "127.0.0.1:4053", "--workers", "2")]
    [InlineData("--secret-file", "SECRET")]
    [InlineData("--cert", "SECRET", "--authority", "SECRET")]
    public void They_are_refused_on_the_virtual_clock(params string[] options)
    {
        using var cli = new Cli();
        Run(cli, Virtual, options).ShouldBe(ExitCodes.Invalid);
        cli.Error.ShouldContain($"{options[0]} is for scenarios with `clock: wall`; tiny has `clock: virtual`");
        Directory.Exists(cli.At("out")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("--listen HOST:PORT needs --workers N", "--listen", "127.0.0.1:4053")]
    [InlineData("--workers N needs --listen HOST:PORT", "--workers", "2")]
    [InlineData("--workers 0: expected at least 1", "--listen", "127.0.0.1:4053", "--workers", "0")]
    [InlineData("--workers", "--listen", "127.0.0.1:4053", "--workers", "two")]
    [InlineData("--public-host goes with --listen", "--public-host", "a.example")]
    [InlineData("--workers 3: tiny has 2 nodes, and every node is a worker", "--listen", "127.0.0.1:4053", "--workers", "3")]
    [InlineData("--workers 1: tiny has 2 nodes, and nobody would host the layers of those that are not there. Give --workers 2, or have the others host them",
        "--listen", "127.0.0.1:4053", "--workers", "1")]
    [InlineData("the port is missing", "--listen", "127.0.0.1", "--workers", "2")]
    [InlineData("there is no such file", "--secret-file", "/nowhere")]
    [InlineData("--cert and --authority go together", "--cert", "SECRET")]
    [InlineData("two ways to the same end", "--cert", "SECRET", "--authority", "SECRET", "--secret-file", "SECRET")]
    [InlineData("--cert goes with --listen", "--cert", "SECRET", "--authority", "SECRET")]
    [InlineData("Refused to listen on 0.0.0.0 without a cluster secret", "--listen", "0.0.0.0:4053", "--workers", "2")]
    [InlineData("this name has no address", "--listen", "no-such-host.invalid:4053", "--workers", "2")]
    [InlineData("hold", "--listen", "0.0.0.0:4053", "--workers", "2", "--cert", "SECRET", "--authority", "SECRET")]
    public void Mistakes_on_the_wall_clock_are_sentences(string sentence, params string[] options)
    {
        using var cli = new Cli();
        Run(cli, Wall, options).ShouldBe(ExitCodes.Invalid);
        cli.Error.ShouldContain(sentence);
        cli.Error.ShouldNotContain("unexpected");
        Directory.Exists(cli.At("out")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("rehost", ExitCodes.Done)]
    [InlineData("none", ExitCodes.Invalid)]
    public void Fewer_workers_than_nodes_need_others_that_host_their_layers(string recovery, int code)
    {
        using var cli = new Cli();
        string text = Wall.Replace("model: none", "model: {architecture: none, num_hidden_layers: 2}", StringComparison.Ordinal);
        cli.Run("run", cli.Write("tiny.yaml", text), "--dry-run", "--set", $"cluster.recovery={recovery}", "--listen", "127.0.0.1:0", "--workers", "1")
            .ShouldBe(code, cli.Error);
    }

    [Fact]
    public void A_dry_run_tells_of_wall_clock_scenarios_and_pauses()
    {
        using var cli = new Cli();
        string text = Wall + "network: {latency: 50ms}\nconditions: {calm: {}, naps: {faults: {nap: {kind: pause, nodes: [node-2], at: 1s, for: 500ms}}}}\n";
        text = text.Replace("model: none", "model: {architecture: none, num_hidden_layers: 2}", StringComparison.Ordinal);
        cli.Run("run", cli.Write("tiny.yaml", text), "--dry-run").ShouldBe(ExitCodes.Done, cli.Error);
        cli.Output.ShouldContain("clock: wall");
        cli.Output.ShouldContain("respawn: true");
        cli.Output.ShouldContain("recovery: none");
        cli.Output.ShouldContain("wire: fp32");
        cli.Output.ShouldContain("takes at least 150 ms");
        cli.Output.ShouldContain("1000ms: nap begins on node-2");
        cli.Output.ShouldContain("1500ms: nap ends on node-2");
    }

    [Fact]
    public void A_pause_reaches_the_ledger_of_a_run()
    {
        using var cli = new Cli();
        cli.Run("run", cli.Write("tiny.yaml", Virtual + "network: {latency: 5ms}\nfaults: {nap: {kind: pause, nodes: [node-2], at: 0s, for: 1s}}\n"),
            "--output", cli.At("out")).ShouldBe(ExitCodes.Done, cli.Error);
        string[] lines = File.ReadAllLines(cli.At("out/faults.csv"));
        lines[0].ShouldEndWith("time_ms,fault,kind,target,effect,requested_ms,lasted_ms");
        lines[1].ShouldEndWith(",0,nap,pause,node-2,began,,");
    }

    private static int Run(Cli cli, string scenario, string[] options) =>
        cli.Run(["run", cli.Write("tiny.yaml", scenario), "--output", cli.At("out"),
            .. options.Select(o => o == "SECRET" ? cli.Write("secret", "0123456789abcdef0123456789abcdef") : o)]);
}
