using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Akka.Actor;
using Akka.Actor.Dsl;
using Akka.Event;
using LayerShuffle.Cluster.Tests.Wall;
using LayerShuffle.Cluster.Wall;
using LayerShuffle.Core.Clusters;

namespace LayerShuffle.Cluster.Tests.Logs;

/// <summary>What an actor system says reaches the log of whoever asks for it, and costs nothing otherwise.</summary>
public sealed class AkkaLogTests
{
    [Fact]
    public async Task Warnings_of_Akka_are_lines_of_a_log_that_wants_them()
    {
        Channel<string> heard = Channel.CreateUnbounded<string>();
        await using ClusterProcess process = await LoopbackProcess.StartAsync(0, null, MembershipSpec.Default, null, _ => { }, frame => frame.Dispose(),
            log: line => heard.Writer.TryWrite(line), verbose: true);
        process.System.Settings.LogLevel.ShouldBe("WARNING", StringCompareShould.IgnoreCase);
        process.System.Log.Info("no warning");
        process.System.Log.Warning("a member is slow {0}", 7);
        string line;
        do
            line = await heard.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(ClusterPair.Patience);
        while (!line.Contains("a member is slow", StringComparison.Ordinal));
        line.ShouldStartWith("warning: Akka: ");
        line.ShouldContain("a member is slow 7");
        line.ShouldNotContain('\n');
    }

    /// <summary>Proofs of reach knock at the door of an actor system and go: a healthy run must not look as if it were under attack.</summary>
    [Fact]
    public async Task Who_knocks_and_goes_is_no_warning()
    {
        Channel<string> heard = Channel.CreateUnbounded<string>();
        await using ClusterProcess process = await LoopbackProcess.StartAsync(0, null, MembershipSpec.Default, null, _ => { }, frame => frame.Dispose(),
            log: line => heard.Writer.TryWrite(line), verbose: true);
        Channel<string> said = Channel.CreateUnbounded<string>(); // by Akka, to whoever logs
        IActorRef ear = process.System.ActorOf(actor => actor.Receive<LogEvent>((told, _) => said.Writer.TryWrite($"{told.Message}")));
        process.System.EventStream.Subscribe(ear, typeof(LogEvent)).ShouldBeTrue();
        using (var knock = new Socket(SocketType.Stream, ProtocolType.Tcp))
            await knock.ConnectAsync(IPAddress.Loopback, process.Address.AkkaPort, TestContext.Current.CancellationToken);
        // the second of the two that it says; the first has reached the log by then
        while (!(await said.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(ClusterPair.Patience)).StartsWith("Rejected"))
        {
        }

        process.System.Log.Error(new InvalidOperationException("the cause"), "the last {0}", "word");
        List<string> lines = [];
        do
            lines.Add(await heard.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(ClusterPair.Patience));
        while (!lines[^1].Contains("the last word", StringComparison.Ordinal));
        lines.ShouldNotContain(line => line.Contains("handshake", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Nobody_logs_for_a_log_that_does_not()
    {
        List<string> heard = [];
        ClusterProcess process = await LoopbackProcess.StartAsync(0, null, MembershipSpec.Default, null, _ => { }, frame => frame.Dispose(), log: heard.Add);
        process.System.Settings.LogLevel.ShouldBe("OFF", StringCompareShould.IgnoreCase);
        process.System.Log.Warning("a member is slow");
        await process.DisposeAsync();
        heard.ShouldBeEmpty();
    }
}
