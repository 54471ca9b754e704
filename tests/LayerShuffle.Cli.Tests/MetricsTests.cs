using System.Net;
using System.Net.Sockets;
using LayerShuffle.Runs.Failures;

namespace LayerShuffle.Cli.Tests;

/// <summary>The <c>--metrics</c> option.</summary>
public class MetricsTests
{
    private const string Valid = "name: tiny\nmodel: none\nworkload: {requests: 3}\n";

    [Theory]
    [InlineData("prom", "otlp[:URL]|prometheus:PORT|console")]
    [InlineData("", "otlp[:URL]|prometheus:PORT|console")]
    [InlineData("console:80", "otlp[:URL]|prometheus:PORT|console")]
    [InlineData("prometheus", "the port is missing")]
    [InlineData("prometheus:", "is no port")]
    [InlineData("prometheus:0", "is no port")]
    [InlineData("prometheus:65536", "is no port")]
    [InlineData("prometheus:+80", "is no port")]
    [InlineData("otlp:", "no address of a collector")]
    [InlineData("otlp:localhost:4317", "no address of a collector")]
    [InlineData("otlp:ftp://host", "no address of a collector")]
    public void A_mistake_ends_with_2_and_a_sentence(string option, string sentence)
    {
        using var cli = new Cli();
        string file = cli.Write("tiny.yaml", Valid);
        cli.Run("run", file, "--output", cli.At("out"), "--metrics", option).ShouldBe(ExitCodes.Invalid);
        cli.Error.ShouldContain("--metrics");
        cli.Error.ShouldContain(sentence);
        Directory.Exists(cli.At("out")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("prometheus:9464", "expected otlp[:URL]")]
    [InlineData("otlp:ftp://host", "no address of a collector")]
    [InlineData("otlp:", "no address of a collector")]
    [InlineData("otlp:http://localhost:4317", "needs `clock: wall`")]
    public void A_mistake_in_traces_ends_with_2_and_a_sentence(string option, string sentence)
    {
        using var cli = new Cli();
        string file = cli.Write("tiny.yaml", Valid);
        cli.Run("run", file, "--output", cli.At("out"), "--traces", option).ShouldBe(ExitCodes.Invalid);
        cli.Error.ShouldContain("--traces");
        cli.Error.ShouldContain(sentence);
        Directory.Exists(cli.At("out")).ShouldBeFalse();
    }

    [Fact]
    public void A_port_that_is_taken_ends_with_2()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        using var cli = new Cli();
        string file = cli.Write("tiny.yaml", Valid);
        cli.Run("run", file, "--output", cli.At("out"), "--metrics", $"prometheus:{port}").ShouldBe(ExitCodes.Invalid);
        cli.Error.ShouldContain("Choose another port");
    }

    [Theory]
    [InlineData("console")]
    [InlineData("otlp:http://127.0.0.1:9")] // nobody listens: it costs metrics, not the run
    public void A_run_with_an_exporter_ends_as_one_without(string option)
    {
        using var cli = new Cli();
        string file = cli.Write("tiny.yaml", Valid);
        cli.Run("run", file, "--output", cli.At("out"), "--metrics", option).ShouldBe(ExitCodes.Done);
    }
}
