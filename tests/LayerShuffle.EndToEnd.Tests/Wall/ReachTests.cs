using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using LayerShuffle.Cluster.Tests.Addresses;

namespace LayerShuffle.EndToEnd.Tests.Wall;

/// <summary>A cluster whose processes do not all reach one another measures nothing, and says who it is.</summary>
[Collection(WallCollection.Name)]
public sealed partial class ReachTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);
    private readonly Workplace place = new();
    private readonly List<Program> nodes = [];
    private readonly Lines said = new();

    [Fact]
    public async Task A_node_that_the_others_do_not_reach_ends_the_run_before_anything_is_measured()
    {
        ClusterProcesses.Need();
        (Program run, string hub) = await ListenAsync("127.0.0.1:0");
        Node(hub, "--name", "node-1");
        int port = FreePort();
        Node(hub, "--name", "node-2", "--public-host", "127.0.0.9", "--data-port", $"{port}"); // this machine's too, but the worker listens on 127.0.0.1 alone
        await run.Ended;
        run.ShouldEndWith(3);
        run.Error.ShouldContain($"node-2 (127.0.0.9:{port}) cannot be reached from the coordinator, node-1 on the data plane: Connection refused");
        run.Error.ShouldContain("--public-host");
        run.Error.ShouldNotContain("unexpected");
        if (File.Exists(place.At("out/requests.csv")))
            new Table(place.At("out"), "requests.csv").Count.ShouldBe(0);
        await Task.WhenAll(nodes.Select(node => node.Ended));
        place.ShouldLeaveNothing();
    }

    [Fact]
    public async Task A_late_joiner_that_the_others_do_not_reach_is_refused_and_named_and_one_that_was_killed_comes_back_at_once()
    {
        ClusterProcesses.Need();
        Program.NeedInterrupts();
        (Program run, string hub) = await ListenAsync(
            "127.0.0.1:0", "--set", "cluster.recovery=rehost", "--set", "cluster.nodes=3", "--set", "workload.requests=100000", "--set",
                "workload.arrivals={rate: 5/s, process: uniform}");
        Program first = Node(hub, "--name", "node-1");
        Node(hub, "--name", "node-2");
        await said.Until(run, "Layers: ");
        Program late = Node(hub, "--name", "node-3", "--public-host", "127.0.0.9");
        await late.Ended;
        late.ShouldEndWith(2);
        late.Error.ShouldContain("The coordinator refused this node: node-3 (127.0.0.9:");
        await said.Until(run, "Refused node-3: node-3 (127.0.0.9:",
            "cannot be reached from the coordinator, node-1, node-2 on the data plane: Connection refused");

        Program.Kill(first.Id);
        await first.Ended;
        Program again = Node(hub, "--name", "node-1");
        await said.Until(run, "node-1 has left: Nothing was heard of it any more, and a node from 127.0.0.1 has taken its place.");
        run.Interrupt();
        await Task.WhenAll([run.Ended, .. nodes.Select(node => node.Ended)]);
        run.ShouldEndWith(130);
        again.ShouldEndWith(0);
        again.Error.ShouldContain("as node-1.");
        await ClusterProcesses.GoneAsync(place, Patience); // the runtime's own files of a supervisor that was killed stay
    }

    [Fact]
    public async Task Nodes_join_and_reach_one_another_by_IPv6()
    {
        Assert.SkipUnless(IPv6.IsThere, IPv6.Missing);
        ClusterProcesses.Need();
        string secret = place.Write("cluster.secret", "0123456789abcdef0123456789abcdef");
#pragma warning disable CA1416 // processes are looked for on Linux only
        File.SetUnixFileMode(secret, UnixFileMode.UserRead | UnixFileMode.UserWrite);
#pragma warning restore CA1416
        (Program run, string hub) = await ListenAsync("[::1]:0", "--secret-file", secret, "--control-port", $"{FreePort()}");
        run.Error.ShouldContain($"layershuffle node --join {hub} --secret-file cluster.secret`");
        hub.ShouldStartWith("[::1]:", Case.Sensitive, "the advice can be pasted");
        Node(hub, "--secret-file", secret);
        Node(hub, "--secret-file", secret);
        await Task.WhenAll([run.Ended, .. nodes.Select(node => node.Ended)]);
        run.ShouldEndWith(0);
        foreach (Program node in nodes)
            node.ShouldEndWith(0);
        new Table(place.At("out"), "requests.csv")["outcome"].ShouldBe(Enumerable.Repeat("completed", 10));
        using JsonDocument manifest = JsonDocument.Parse(File.ReadAllText(place.At("out/run.json")));
        manifest.RootElement.GetProperty("cluster").GetProperty("trials_strained").ValueKind.ShouldBe(JsonValueKind.Array);
        place.ShouldLeaveNothing();
    }

    public void Dispose() => place.Dispose();

    private async Task<(Program Run, string Hub)> ListenAsync(string listen, params string[] more)
    {
        Program run = Program.Start(
            place, said.Hear, Patience, Program.Assembly, ["run", place.Write("wires.yaml", WallScenario.Wires), "--output", "out", "--listen", listen,
                "--workers", "2", .. more]);
        string line = await said.Until(run, "Waiting for 2");
        return (run, Join().Match(line).Groups[1].Value);
    }

    private Program Node(string hub, params string[] more)
    {
        Program node = Program.Start(place, null, Patience, Program.Assembly, ["node", "--join", hub, .. more]);
        nodes.Add(node);
        return node;
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    [GeneratedRegex(@"layershuffle node --join ([^ `]+)")]
    private static partial Regex Join();
}
