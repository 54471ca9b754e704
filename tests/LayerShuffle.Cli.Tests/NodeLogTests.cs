using System.Diagnostics;
using System.Net;
using LayerShuffle.Runs.Failures;
using LayerShuffle.Security;
using LayerShuffle.Supervision;

namespace LayerShuffle.Cli.Tests;

/// <summary>What <c>node</c> says, where nobody sees the lines come.</summary>
public class NodeLogTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Lines_bear_the_time_where_stderr_is_no_terminal()
    {
        using var cli = new Cli();
        using var shared = new SharedSecret("the secret of these tests"u8);
        await using var hub = new SupervisorHub(new SupervisorHubOptions
        {
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Wanted = 1,
            Secure = shared.AuthenticateAsServerAsync
        });
        string[] arguments = ["node", "--join", hub.ListenEndPoint.ToString(), "--name", "edge", "--secret-file", cli.Write("s", "the secret of these tests"),
            "--public-host", "no-such-host.invalid"];
        using Process node = Process.Start(new ProcessStartInfo("dotnet",
            [Cli.Assembly, .. arguments])
        { RedirectStandardError = true })!;
        try
        {
            await hub.WaitForAsync(1, TestContext.Current.CancellationToken).WaitAsync(Patience);
            await hub.ShutdownAsync("edge").WaitAsync(Patience);
            string[] lines = (await node.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken).WaitAsync(Patience))
                .Split('\n', StringSplitOptions.RemoveEmptyEntries);
            lines.Length.ShouldBeGreaterThanOrEqualTo(2);
            lines[0].ShouldContain("warning: --public-host no-such-host.invalid");
            foreach (string line in lines)
                line.ShouldMatch(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ \S");
            await node.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience);
            node.ExitCode.ShouldBe(ExitCodes.Done);
        }
        finally
        {
            if (!node.HasExited)
                node.Kill();
        }
    }
}
