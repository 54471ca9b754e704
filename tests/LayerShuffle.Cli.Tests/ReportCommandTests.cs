using LayerShuffle.Cli.Commands;
using LayerShuffle.Cli.Terminal;
using LayerShuffle.Core.Files;
using LayerShuffle.Runs.Failures;

namespace LayerShuffle.Cli.Tests;

/// <summary>Runs end with their report, and <c>report</c> draws it again.</summary>
public sealed class ReportCommandTests : IDisposable
{
    private const string Wires = "name: wires\nmodel: none\nseed: 3\ncluster: {nodes: 2}\nnetwork: {latency: 5ms, loss: 5%}\nrouting: {timeout: 30ms}\n"
        + "workload: {requests: 12}\ntrace: all\n";

    private readonly Cli cli = new();

    [Fact]
    public void A_run_ends_with_its_report_and_report_draws_the_same_again()
    {
        (int code, string output, _) = Run("run", cli.Write("wires.yaml", Wires), "--output", cli.At("out"));
        code.ShouldBe(ExitCodes.Done);
        output.TrimEnd().Split('\n')[^1].ShouldBe($"open {cli.At("out/report.html")}");
        string page = File.ReadAllText(cli.At("out/report.html"));
        page.ShouldContain("--seed 3"); // the line that runs it again
        File.Exists(cli.At("out/plots/latency.png")).ShouldBeTrue();
        byte[] svg = File.ReadAllBytes(cli.At("out/plots/latency.svg"));
        Directory.Delete(cli.At("out/plots"), true);
        File.Delete(cli.At("out/report.html"));
        cli.Run("report", cli.At("out")).ShouldBe(ExitCodes.Done, cli.Error);
        cli.Error.ShouldBeEmpty();
        File.ReadAllText(cli.At("out/report.html")).ShouldBe(page);
        File.ReadAllBytes(cli.At("out/plots/latency.svg")).ShouldBe(svg);
    }

    [Fact]
    public void A_picture_that_cannot_be_written_is_a_warning()
    {
        string file = cli.Write("wires.yaml", Wires);
        using (Disk.Watch((_, path) =>
        {
            if (path.Contains("plots", StringComparison.Ordinal))
                throw new IOException("No space left on device");
        }))
        {
            (int code, string output, string error) = Run("run", file, "--output", cli.At("full"));
            code.ShouldBe(ExitCodes.Done);
            output.ShouldNotContain("open ");
            error.ShouldContain("warning: the report cannot be drawn: No space left on device. `report ");
        }
    }

    [Fact]
    public void Nothing_is_drawn_where_nobody_wants_it()
    {
        (int code, string output, _) = Run("run", cli.Write("wires.yaml", Wires), "--output", cli.At("plain"), "--no-report");
        code.ShouldBe(ExitCodes.Done);
        output.ShouldNotContain("open ");
        Directory.Exists(cli.At("plain/plots")).ShouldBeFalse();
    }

    [Fact]
    public void A_folder_without_a_run_is_a_mistake()
    {
        cli.Run("report", cli.At("nowhere")).ShouldBe(ExitCodes.Invalid);
        cli.Error.ShouldContain($"report: There is no folder {cli.At("nowhere")}.");
    }

    public void Dispose() => cli.Dispose();

    /// <summary>The program as a process would run it, with reports.</summary>
    private static (int Code, string Output, string Error) Run(params string[] args)
    {
        using StringWriter output = new(), error = new();
        int code = CommandLine.Invoke(args, Surroundings.Of(output, error) with { Draws = true });
        return (code, output.ToString(), error.ToString());
    }
}
