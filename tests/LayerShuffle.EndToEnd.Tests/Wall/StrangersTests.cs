using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using LayerShuffle.Security.Addresses;

namespace LayerShuffle.EndToEnd.Tests.Wall;

/// <summary>A run that was given no secret, and what other programs of the machine do to its ports.</summary>
[Collection(WallCollection.Name)]
public sealed partial class StrangersTests : IDisposable
{
    private const int Idle = 1000;
    private readonly Workplace place = new();

    [Fact]
    public async Task A_port_scan_and_a_thousand_idle_connections_beside_a_run_are_not_noticed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The ports of a run's processes are found through /proc.");
        int control = Free(), data = Free();
        var listening = new TaskCompletionSource<int>();
        Program run = Program.Start(
            place,
            line =>
            {
                if (Waiting().Match(line) is { Success: true } waiting)
                    listening.TrySetResult(int.Parse(waiting.Groups[1].Value, CultureInfo.InvariantCulture));
                return Program.Signal.None;
            },
            "run", place.Write("wires.yaml", WallScenario.Wires.Replace("requests: 10", "requests: 100", StringComparison.Ordinal)), "--output", "out",
                "--listen", "127.0.0.1:0", "--workers", "2",
            "--control-port", $"{control}", "--data-port", $"{data}");
        await Task.WhenAny(listening.Task, run.Ended);
        listening.Task.IsCompleted.ShouldBeTrue(run.Error);
        int hub = await listening.Task;
        var sockets = new List<Socket>();
        try
        {
            foreach (int port in new[] { hub, control, data })
            {
                foreach (byte[] probe in new byte[][] { [], "GET / HTTP/1.0\r\n\r\n"u8.ToArray(), [0x16, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3], new byte[4096] })
                {
                    using Socket scan = Connect(port);
                    await scan.SendAsync(probe);
                }

                for (int i = 0; i < Idle; i++)
                    sockets.Add(Connect(port));
            }

            // Only now do the rightful ones come: without a secret on their command lines either, by what the run has left for this user.
            Program alpha = place.Start("node", "--join", $"127.0.0.1:{hub}"), beta = place.Start("node", "--join", $"127.0.0.1:{hub}");
            await Task.WhenAll(run.Ended, alpha.Ended, beta.Ended);
            run.ShouldEndWith(0);
            alpha.ShouldEndWith(0);
            beta.ShouldEndWith(0);
        }
        finally
        {
            foreach (Socket socket in sockets)
                socket.Dispose();
        }

        new Table(place.At("out"), "requests.csv")["outcome"].ShouldBe(Enumerable.Repeat("completed", 100));
        foreach (string file in Directory.EnumerateFiles(place.At("out"), "*", SearchOption.AllDirectories))
            File.ReadAllText(file).ShouldNotContain("PRIVATE KEY");
        place.ShouldLeaveNothing();
    }

    public void Dispose() => place.Dispose();

    private static Socket Connect(int port)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Connect("127.0.0.1", port);
        return socket;
    }

    private static int Free()
    {
        using Socket socket = Listener.Open(new IPEndPoint(IPAddress.Loopback, 0), "a test", null, 1);
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    [GeneratedRegex(@"Waiting for 2 nodes to join on 127\.0\.0\.1:(\d+)")]
    private static partial Regex Waiting();
}
