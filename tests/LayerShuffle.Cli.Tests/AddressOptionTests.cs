using System.Net;
using System.Net.Sockets;
using LayerShuffle.Runs.Failures;

namespace LayerShuffle.Cli.Tests;

/// <summary>
/// Addresses, ports, devices and secrets on the command lines of <c>run</c> and <c>node</c>: what cannot be is said before anything is written or started.
/// </summary>
public sealed class AddressOptionTests
{
    private const string Wires = "name: tiny\nmodel: none\nclock: wall\ncluster: {nodes: 2}\nworkload: {requests: 3}\n";

    [Theory]
    [InlineData("Cannot listen on 127.0.0.1:TAKEN for nodes that join", "--listen", "127.0.0.1:TAKEN", "--workers", "2")]
    [InlineData("choose another port with --control-port", "--listen", "127.0.0.1:0", "--workers", "2", "--control-port", "TAKEN")]
    [InlineData("choose another port with --data-port", "--listen", "127.0.0.1:0", "--workers", "2", "--data-port", "TAKEN")]
    [InlineData("must differ", "--listen", "127.0.0.1:4053", "--workers", "2", "--data-port", "4053")]
    [InlineData("must differ", "--listen", "127.0.0.1:0", "--workers", "2", "--data-port", "4054", "--control-port", "4054")]
    [InlineData("expected a port from 1 to 65535", "--listen", "127.0.0.1:0", "--workers", "2", "--data-port", "65536")]
    [InlineData("--data-port goes with --listen", "--data-port", "4055")]
    [InlineData("This machine has no such address", "--listen", "203.0.113.1:4053", "--workers", "2", "--secret-file", "SECRET")]
    [InlineData("this name has no address", "--listen", "127.0.0.1:0", "--workers", "2", "--public-host", "no-such-host.invalid")]
    [InlineData("nobody can connect to that address", "--listen", "127.0.0.1:0", "--workers", "2", "--public-host", "0.0.0.0")]
    [InlineData("nobody can connect to that address", "--listen", "127.0.0.1:0", "--workers", "2", "--public-host", "[::]")]
    [InlineData("expected a host name or an address without a port", "--listen", "127.0.0.1:0", "--workers", "2", "--public-host", "alpha:4053")]
    [InlineData("a link-local address means something else on every machine", "--listen", "127.0.0.1:0", "--workers", "2", "--public-host", "fe80::1")]
    [InlineData("Refused to listen on :: without a cluster secret", "--listen", "[::]:4053", "--workers", "2")]
    [InlineData("expected HOST:PORT", "--listen", "[localhost]:4053", "--workers", "2")]
    [InlineData("--device gpu: expected cpu, cuda or cuda:N", "--device", "gpu")]
    public void A_run_that_cannot_be_is_a_sentence_and_leaves_nothing(string sentence, params string[] options)
    {
        using var cli = new Cli();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        string port = $"{((IPEndPoint)taken.LocalEndpoint).Port}";
        string[] args = [.. options.Select(o => o == "SECRET" ? cli.Write("secret", "0123456789abcdef0123456789abcdef")
            : o.Replace("TAKEN", port, StringComparison.Ordinal))];
        cli.Run(["run", cli.Write("tiny.yaml", Wires), "--output", cli.At("out"), .. args]).ShouldBe(ExitCodes.Invalid, cli.Error);
        cli.Error.ShouldContain(sentence.Replace("TAKEN", port, StringComparison.Ordinal));
        cli.Error.ShouldNotContain("unexpected");
        cli.Error.ShouldNotContain("permissions");
        Directory.Exists(cli.At("out")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("nobody can connect to it", "--join", "0.0.0.0:4053")]
    [InlineData("nobody can connect to it", "--join", "[::]:4053")]
    [InlineData("nobody can connect to that address", "--join", "127.0.0.1:1", "--public-host", "::")]
    [InlineData("give two ports for the same", "--join", "127.0.0.1:1", "--listen", "127.0.0.1:7401", "--control-port", "7402")]
    [InlineData("they must differ", "--join", "127.0.0.1:1", "--control-port", "7402", "--data-port", "7402")]
    [InlineData("expected a port from 1 to 65535", "--join", "127.0.0.1:1", "--control-port", "0")]
    [InlineData("for control messages", "--join", "127.0.0.1:1", "--listen", "127.0.0.1:TAKEN")]
    [InlineData("choose another port with --data-port", "--join", "127.0.0.1:1", "--listen", "127.0.0.1", "--data-port", "TAKEN")]
    [InlineData("This machine has no such address", "--join", "127.0.0.1:1", "--listen", "203.0.113.1")]
    [InlineData("this name has no address here", "--join", "127.0.0.1:1", "--listen", "no-such-host.invalid")]
    public void A_node_that_cannot_be_is_a_sentence(string sentence, params string[] options)
    {
        using var cli = new Cli();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        string port = $"{((IPEndPoint)taken.LocalEndpoint).Port}";
        cli.Run(["node", .. options.Select(o => o.Replace("TAKEN", port, StringComparison.Ordinal))]).ShouldBe(ExitCodes.Invalid, cli.Error);
        cli.Error.ShouldContain(sentence);
        cli.Error.ShouldNotContain("unexpected");
    }

    [Theory]
    [InlineData("run")]
    [InlineData("node")]
    public void A_secret_that_others_may_read_is_refused_with_what_to_do(string command)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such rights.");
        using var cli = new Cli();
        string secret = cli.Write("secret", "0123456789abcdef0123456789abcdef");
#pragma warning disable CA1416 // skipped above
        File.SetUnixFileMode(secret, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
#pragma warning restore CA1416
        string[] args = command == "run"
            ? ["run", cli.Write("tiny.yaml", Wires), "--output", cli.At("out"), "--listen", "127.0.0.1:0", "--workers", "2", "--secret-file", secret]
            : ["node", "--join", "127.0.0.1:1", "--secret-file", secret];
        cli.Run(args).ShouldBe(ExitCodes.Invalid, cli.Error);
        cli.Error.ShouldContain($"(mode 640), and whoever has it belongs to the cluster. Take that right away: chmod 600 {secret}");
        Directory.Exists(cli.At("out")).ShouldBeFalse();
    }
}
