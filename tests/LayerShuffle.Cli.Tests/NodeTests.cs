using System.Diagnostics;
using System.Net;
using LayerShuffle.Runs.Failures;
using LayerShuffle.Security;
using LayerShuffle.Supervision;

namespace LayerShuffle.Cli.Tests;

/// <summary>The command <c>node</c>.</summary>
public sealed class NodeTests : IDisposable
{
    private readonly Cli place = new();
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("--join is", "node")]
    [InlineData("the port is missing", "node", "--join", "host")]
    [InlineData("expected HOST:PORT", "node", "--join", "host:99999")]
    [InlineData("an IPv6 address in brackets", "node", "--join", "::1")]
    [InlineData("expected HOST[:PORT]", "node", "--join", "host:1", "--listen", ":7")]
    [InlineData("expected cpu, cuda or cuda:N", "node", "--join", "host:1", "--device", "gpu")]
    [InlineData("--threads 0", "node", "--join", "host:1", "--threads", "0")]
    [InlineData("there is no such file", "node", "--join", "host:1", "--secret-file", "/nowhere")]
    [InlineData("--cert and --authority go together", "node", "--join", "host:1", "--cert", "/nowhere")]
    [InlineData("two ways to the same end", "node", "--join", "host:1", "--cert", "a", "--authority", "b", "--secret-file", "c")]
    public void A_mistake_on_the_command_line_is_a_sentence_and_exit_code_2(string sentence, params string[] args)
    {
        using var cli = new Cli();
        cli.Run(args).ShouldBe(ExitCodes.Invalid);
        if (args.Length > 1)
            cli.Error.ShouldContain(sentence);
        else
            cli.Error.ShouldContain("--join");
    }

    [Fact]
    public async Task A_node_joins_obeys_and_loads_neither_torch_nor_akka()
    {
        await using SupervisorHub hub = Hub();
        using Process node = Start("node", "--join", hub.ListenEndPoint.ToString(), "--secret-file", Secret(), "--listen", "127.0.0.1:7401", "--name", "edge",
            "--device", "cuda:1", "--threads", "3", "--public-host", "edge.example");
        try
        {
            NodeInfo info = (await hub.WaitForAsync(1, TestContext.Current.CancellationToken).WaitAsync(Patience))[0];
            (info.Name, info.Host, info.Capabilities.Device, info.Capabilities.Threads, info.Capabilities.ListenHost, info.Capabilities.ListenPort)
                .ShouldBe(("edge", "edge.example", "cuda:1", 3, "127.0.0.1", 7401));
            info.Capabilities.MemoryBytes.ShouldBeGreaterThan(1 << 20);
            if (OperatingSystem.IsLinux())
            {
                string maps = File.ReadAllText($"/proc/{node.Id}/maps");
                maps.ShouldContain("LayerShuffle.Supervision.dll", Case.Sensitive, "the map tells what is loaded");
                maps.ShouldNotContain("torch", Case.Insensitive);
                maps.ShouldNotContain("akka", Case.Insensitive);
            }

            await hub.ShutdownAsync("edge").WaitAsync(Patience);
            await node.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience);
            node.ExitCode.ShouldBe(ExitCodes.Done);
            (await node.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken)).ShouldContain("as edge.");
        }
        finally
        {
            if (!node.HasExited)
                node.Kill();
        }
    }

    [Fact]
    public async Task A_node_with_the_right_secret_joins_and_one_with_another_is_refused_and_named()
    {
        using var cli = new Cli();
        string ours = cli.Write("cluster.secret", "0123456789abcdef0123456789abcdef\n"),
            theirs = cli.Write("other.secret", "fedcba9876543210fedcba9876543210\n");
        using var shared = new SharedSecret(SharedSecret.Read(ours));
        await using var hub = new SupervisorHub(new SupervisorHubOptions
        {
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Wanted = 1,
            Secure = shared.AuthenticateAsServerAsync,
        });
        using Process wrong = Start("node", "--join", hub.ListenEndPoint.ToString(), "--secret-file", theirs);
        await wrong.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience);
        wrong.ExitCode.ShouldBe(ExitCodes.Invalid);
        (await wrong.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken)).ShouldContain("it holds another secret");
        HubEvent.Refused refused = (await hub.Events.ReadAsync(TestContext.Current.CancellationToken).AsTask()
            .WaitAsync(Patience)).ShouldBeOfType<HubEvent.Refused>();
        refused.From.ShouldStartWith("127.0.0.1:");
        refused.Reason.ShouldContain("another");

        using Process right = Start("node", "--join", hub.ListenEndPoint.ToString(), "--secret-file", ours);
        try
        {
            (await hub.WaitForAsync(1, TestContext.Current.CancellationToken).WaitAsync(Patience))[0].Name.ShouldBe("node-1");
            await hub.ShutdownAsync("node-1").WaitAsync(Patience);
            await right.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience);
            right.ExitCode.ShouldBe(ExitCodes.Done);
        }
        finally
        {
            if (!right.HasExited)
                right.Kill();
        }
    }

    [Fact]
    public void A_node_without_a_secret_goes_to_no_other_machine()
    {
        using var cli = new Cli();
        cli.Run("node", "--join", "203.0.113.1:7400").ShouldBe(ExitCodes.Invalid); // an address that is nobody's
        cli.Error.ShouldContain("Refused to connect to 203.0.113.1 without a cluster secret");
    }

    [Fact]
    public void A_secret_that_could_be_guessed_is_refused()
    {
        using var cli = new Cli();
        cli.Run("node", "--join", "127.0.0.1:7400", "--secret-file", cli.Write("s", "short\n")).ShouldBe(ExitCodes.Invalid);
        cli.Error.ShouldContain("The cluster secret has 5 bytes; at least 16 are needed");
    }

    [Fact]
    public async Task A_refused_node_ends_with_2()
    {
        await using SupervisorHub hub = Hub("another");
        using Process node = Start("node", "--join", hub.ListenEndPoint.ToString(), "--secret-file", Secret());
        await node.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience);
        node.ExitCode.ShouldBe(ExitCodes.Invalid);
        (await node.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken))
            .ShouldContain("the coordinator another: install the coordinator's version");
    }

    [Fact]
    public async Task Ctrl_C_asks_for_leave_and_a_leave_that_is_granted_ends_with_0()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Sends SIGINT with kill(1).");
        string ignored = File.ReadLines("/proc/self/status").First(line => line.StartsWith("SigIgn:", StringComparison.Ordinal))[7..].Trim();
        Assert.SkipWhen((Convert.ToUInt64(ignored, 16) & 2) != 0, "SIGINT is ignored here (a background job), and children inherit that.");
        await using SupervisorHub hub = Hub();
        using Process node = Start("node", "--join", hub.ListenEndPoint.ToString(), "--secret-file", Secret());
        await hub.WaitForAsync(1, TestContext.Current.CancellationToken).WaitAsync(Patience);

        using (Process signal = Process.Start("kill", ["-INT", $"{node.Id}"]))
            await signal.WaitForExitAsync(TestContext.Current.CancellationToken);
        HubEvent happening;
        do
        {
            happening = await hub.Events.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience);
            happening.ShouldNotBeOfType<HubEvent.Left>();
        }
        while (happening is not HubEvent.Leaving);

        await hub.ShutdownAsync("node-1").WaitAsync(Patience);
        await node.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience);
        node.ExitCode.ShouldBe(ExitCodes.Done);
    }

    private static Process Start(params string[] args) => Process.Start(
        new ProcessStartInfo("dotnet", [Cli.Assembly, .. args])
        {
            RedirectStandardError = true,
            RedirectStandardInput = true
        })!;

    public void Dispose() => place.Dispose();

    /// <summary>A hub that listens by the secret of a file.</summary>
    private static SupervisorHub Hub(string? version = null)
    {
        var options = new SupervisorHubOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0), Wanted = 1, Secure = Shared.AuthenticateAsServerAsync };
        return new SupervisorHub(version is null ? options : options with { Version = version });
    }

    /// <summary>The file of that secret.</summary>
    private string Secret() => place.Write("cluster.secret", "the secret of these tests");

    private static readonly SharedSecret Shared = new("the secret of these tests"u8);
}
