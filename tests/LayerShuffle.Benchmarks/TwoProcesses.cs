using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using LayerShuffle.Cluster.Membership;
using LayerShuffle.Cluster.Messages;
using LayerShuffle.Cluster.Wall;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Logs;
using LayerShuffle.Core.Time;
using LayerShuffle.Security;
using LayerShuffle.Supervision;
using LayerShuffle.Transport.Wire;
using Microsoft.Extensions.Logging;

namespace LayerShuffle.Benchmarks;

/// <summary>A coordinator's process (this one) and a node's (<see cref="LoadPeer"/>), joined in one cluster, with a raw socket between them besides.</summary>
internal sealed class TwoProcesses : IAsyncDisposable
{
    private readonly Socket raw = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private ClusterProcess process = null!; // set by StartAsync
    private Process peer = null!;
    private volatile TaskCompletionSource sent = new(), received = new();
    private volatile TaskCompletionSource<long> answered = new();
    private int unreachable;

    private TwoProcesses()
    {
    }

    /// <summary>Times that the cluster found a member unreachable.</summary>
    public int Unreachable => Volatile.Read(ref unreachable);

    /// <summary>How either process takes part.</summary>
    /// <param name="endpoint">0 for the coordinator.</param>
    /// <param name="grant">What makes it one of the run.</param>
    /// <param name="seedPort">The port of the coordinator's actor system; for the node.</param>
    public static ProcessOptions Options(int endpoint, ClusterGrant grant, int seedPort = 0) => new()
    {
        Endpoint = endpoint,
        Incarnation = 1,
        Token = 1,
        Identity = ClusterIdentity.FromGrant(grant),
        LocalOnly = true,
        Listen = IPAddress.Loopback,
        Host = IPAddress.Loopback.ToString(),
        Seed = endpoint == 0 ? null : (IPAddress.Loopback.ToString(), seedPort),
        Membership = new MembershipSpec(Duration.FromSeconds(3), Duration.FromSeconds(600)),
        Loggers = LoggerFactory.Create(builder => builder.AddProvider(new WriterSink(Console.Error))),
    };

    /// <summary>Starts both.</summary>
    public static async Task<TwoProcesses> StartAsync()
    {
        var pair = new TwoProcesses();
        using var run = new RunAuthority();
        pair.process = await ClusterProcess.StartAsync(Options(0, run.Grant("coordinator")), pair.Received, pair.Framed);
        ProcessStartInfo start = SelfLauncher.Self(LoadPeer.Name, Text(pair.process.Address.AkkaPort), Text(pair.process.Address.DataPort));
        (start.RedirectStandardInput, start.RedirectStandardOutput) = (true, true);
        pair.peer = Process.Start(start)!;
        await pair.peer.StandardInput.WriteLineAsync(LoadPeer.Text(run.Grant("node 1")));
        await pair.peer.StandardInput.FlushAsync();
        int[] ports = [.. (await pair.peer.StandardOutput.ReadLineAsync() ?? throw new IOException("The other process has ended.")).Split(' ')
            .Select(text => int.Parse(text, CultureInfo.InvariantCulture))];
        pair.process.SetPeer(new PeerAddress(1, IPAddress.Loopback.ToString(), ports[1], ports[2], 1));
        pair.process.WatchMembership((_, _, effect) =>
        {
            if (effect == MembershipWatch.Unreachable)
                Interlocked.Increment(ref pair.unreachable);
        });
        await pair.raw.ConnectAsync(IPAddress.Loopback, ports[0]);
        return pair;
    }

    /// <summary>Sends over the raw socket, until all has been read.</summary>
    public async Task RawAsync(int size, int count)
    {
        byte[] buffer = new byte[size];
        Array.Fill(buffer, (byte)1);
        await raw.SendAsync((byte[])[.. BitConverter.GetBytes(size), .. BitConverter.GetBytes(count)]);
        for (int i = 0; i < count; i++)
        {
            for (int at = 0; at < size;)
                at += await raw.SendAsync(buffer.AsMemory(at));
        }

        await raw.ReceiveAsync(new byte[1]);
    }

    /// <summary>Sends over the data plane, until all has arrived.</summary>
    public async Task SendAsync(int size, int count)
    {
        sent = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await LoadPeer.SendAsync(process, 1, size, count);
        await sent.Task;
    }

    /// <summary>Has the other process send over the data plane, until all has arrived.</summary>
    public Task ReceiveAsync(int size, int count)
    {
        received = new(TaskCreationOptions.RunContinuationsAsynchronously);
        process.Tell(1, new StartTrial(count, size));
        return received.Task;
    }

    /// <summary>Has control messages go back and forth, one at a time, until something is over.</summary>
    /// <returns>Half of every round trip, in milliseconds.</returns>
    public async Task<double[]> PingAsync(Task until)
    {
        List<double> halves = [];
        do
        {
            answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
            process.Tell(1, new ClockProbe(0, process.Timer.Now));
            halves.Add(await answered.Task / 2e6);
        }
        while (!until.IsCompleted);
        await until;
        return [.. halves];
    }

    public async ValueTask DisposeAsync()
    {
        raw.Dispose();
        peer.StandardInput.Close();
        await peer.WaitForExitAsync();
        peer.Dispose();
        await process.DisposeAsync();
    }

    private void Received(object message)
    {
        if (message is ClockProbed probed)
            answered.TrySetResult(process.Timer.Now - probed.Sent);
        else if (message is TrialLeft)
            sent.TrySetResult();
    }

    private void Framed(IncomingFrame frame)
    {
        using (frame)
        {
            if (BitConverter.ToInt32(frame.Meta) == 0)
                received.TrySetResult();
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
