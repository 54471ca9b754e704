using System.Globalization;
using System.Net;
using System.Net.Sockets;
using LayerShuffle.Cluster.Messages;
using LayerShuffle.Cluster.Wall;
using LayerShuffle.Security;
using LayerShuffle.Transport.Wire;
using LayerShuffle.Vision.Numbers;
using static TorchSharp.torch;

namespace LayerShuffle.Benchmarks;

/// <summary>
/// The other process of <see cref="TwoProcesses"/>: answers, takes what comes, and sends what it is asked for, until its standard input ends.
/// </summary>
internal static class LoadPeer
{
    /// <summary>The first word of its command line; the ports of the coordinator's actor system and data plane follow.</summary>
    public const string Name = "load-peer";

    /// <summary>The kind of all frames.</summary>
    public const byte Kind = 1;

    /// <summary>Runs until the other process is gone; writes the port of its raw socket and where it is reached on its standard output.</summary>
    public static async Task<int> RunAsync(string[] ports)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        _ = Task.Run(() => ServeRawAsync(listener));
        int akka = int.Parse(ports[0], CultureInfo.InvariantCulture), data = int.Parse(ports[1], CultureInfo.InvariantCulture);
        var begun = new TaskCompletionSource<ClusterProcess>(TaskCreationOptions.RunContinuationsAsynchronously);
        ClusterProcess process = await ClusterProcess.StartAsync(
            TwoProcesses.Options(1, Grant(await Console.In.ReadLineAsync() ?? throw new IOException("The other process has ended.")), akka),
                message => Received(begun.Task.Result, message), frame =>
            {
                using (frame)
                {
                    if (BitConverter.ToInt32(frame.Meta) == 0)
                        begun.Task.Result.Tell(0, new TrialLeft(0, 1));
                }
            });
        process.SetPeer(new PeerAddress(0, IPAddress.Loopback.ToString(), akka, data, 1));
        begun.SetResult(process);
        var up = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Akka.Cluster.Cluster.Get(process.System).RegisterOnMemberUp(() => up.TrySetResult());
        await up.Task;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{((IPEndPoint)listener.LocalEndpoint).Port} {process.Address.AkkaPort} {process.Address.DataPort}"));
        await Console.In.ReadToEndAsync();
        await process.DisposeAsync();
        return 0;
    }

    /// <summary>A grant as one line, for the standard input of the process that it is for.</summary>
    public static string Text(ClusterGrant grant) => string.Join(' ',
        new[] { grant.Authority, grant.Certificate, grant.Key, grant.PlaneKey }.Select(Convert.ToBase64String));

    private static ClusterGrant Grant(string line)
    {
        byte[][] parts = [.. line.Split(' ').Select(Convert.FromBase64String)];
        return new ClusterGrant(parts[0], parts[1], parts[2], parts[3]);
    }

    private static void Received(ClusterProcess process, object message)
    {
        if (message is ClockProbe probe)
            process.Tell(0, new ClockProbed(probe.Sent, process.Timer.Now));
        else if (message is StartTrial wanted) // so many frames of so many bytes
            _ = Task.Run(() => SendAsync(process, 0, wanted.Zero, wanted.Trial));
    }

    /// <summary>Sends frames as fast as they go; the last one says that it is the last.</summary>
    public static async Task SendAsync(ClusterProcess process, int to, long bytes, int count)
    {
        using Tensor tensor = ones(bytes / 4); // written to: pages of zeros are all one page
        for (int left = count - 1; left >= 0; left--)
            await process.Plane.SendAsync(to, new OutgoingFrame(Kind, BitConverter.GetBytes(left), [tensor], WireDtype.Float32));
    }

    /// <summary>Takes, as often as asked, (size, count) and then so many times so many bytes, and says so with one byte.</summary>
    private static async Task ServeRawAsync(TcpListener listener)
    {
        using Socket socket = await listener.AcceptSocketAsync();
        byte[] head = new byte[8];
        while (await FillAsync(socket, head))
        {
            byte[] buffer = new byte[BitConverter.ToInt32(head)];
            for (int i = BitConverter.ToInt32(head, 4); i > 0; i--)
                await FillAsync(socket, buffer);
            await socket.SendAsync(new byte[1]);
        }
    }

    private static async Task<bool> FillAsync(Socket socket, Memory<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            int read = await socket.ReceiveAsync(buffer);
            if (read == 0)
                return false;
            buffer = buffer[read..];
        }

        return true;
    }
}
