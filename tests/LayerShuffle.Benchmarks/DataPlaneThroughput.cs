using System.Globalization;
using System.Net;
using System.Net.Sockets;
using LayerShuffle.Security;
using LayerShuffle.Transport.Wire;
using LayerShuffle.Vision.Numbers;
using static TorchSharp.torch;

namespace LayerShuffle.Benchmarks;

/// <summary>
/// Throughput of the data plane against a raw loopback socket, alternating in one process: medians of the rounds and their ratio. Prints, asserts nothing.
/// </summary>
internal static class DataPlaneThroughput
{
    private const long BytesPerRound = 512L << 20;
    private const int Rounds = 9;

    /// <summary>Runs all sizes.</summary>
    public static async Task RunAsync()
    {
        using var authority = new RunAuthority();
        using ClusterIdentity identity = ClusterIdentity.FromGrant(authority.Grant("benchmark"));
        Console.WriteLine("MB     raw GB/s   plane GB/s (ratio)   TLS GB/s (ratio)   fp16 on the wire, GB/s of fp32   int8");
        foreach (int megabytes in new[] { 1, 4, 16, 32 })
        {
            int size = megabytes << 20, count = (int)(BytesPerRound / size);
            await using var raw = await RawPair.OpenAsync(size);
            await using var plain = new PlanePair(identity, local: true);
            await using var secure = new PlanePair(identity, local: false);
            using Tensor tensor = randn(size / 4);
            List<double>[] seconds = [[], [], [], [], []];
            for (int round = 0; round <= Rounds; round++)
            {
                double[] took =
                [
                    await TimeAsync(() => raw.SendAsync(count)),
                    await TimeAsync(() => plain.SendAsync(tensor, count, WireDtype.Float32)),
                    await TimeAsync(() => secure.SendAsync(tensor, count, WireDtype.Float32)),
                    await TimeAsync(() => plain.SendAsync(tensor, count, WireDtype.Float16)),
                    await TimeAsync(() => plain.SendAsync(tensor, count, WireDtype.Int8)),
                ];
                for (int i = 0; i < took.Length && round > 0; i++) // the first round warms up
                    seconds[i].Add(took[i]);
            }

            double[] rate = [.. seconds.Select(s => BytesPerRound / s.Order().ElementAt(s.Count / 2) / 1e9)];
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{megabytes,2}   {rate[0],8:F2}   {rate[1],8:F2} ({rate[1] / rate[0]:F2})      {rate[2],8:F2} ({rate[2] / rate[0]:F2})    {rate[3],8:F2}     "
                    + $" {rate[4],8:F2}"));
        }
    }

    private static async Task<double> TimeAsync(Func<Task> action)
    {
        long start = TimeProvider.System.GetTimestamp();
        await action();
        return TimeProvider.System.GetElapsedTime(start).TotalSeconds;
    }

    private sealed class RawPair(Socket sender, Socket receiver, int size) : IAsyncDisposable
    {
        private readonly byte[] source = new byte[size], target = new byte[size];

        public static async Task<RawPair> OpenAsync(int size)
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            var sender = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await sender.ConnectAsync(listener.LocalEndpoint);
            return new RawPair(sender, await listener.AcceptSocketAsync(), size);
        }

        public async Task SendAsync(int count)
        {
            Task reading = Task.Run(async () =>
            {
                for (int i = 0; i < count; i++)
                {
                    for (int at = 0; at < target.Length;)
                        at += await receiver.ReceiveAsync(target.AsMemory(at));
                }
            });
            await Task.Run(async () =>
            {
                for (int i = 0; i < count; i++)
                {
                    for (int at = 0; at < source.Length;)
                        at += await sender.SendAsync(source.AsMemory(at));
                }
            });
            await reading;
        }

        public ValueTask DisposeAsync()
        {
            sender.Dispose();
            receiver.Dispose();
            return ValueTask.CompletedTask;
        }
    }

    private sealed class PlanePair : IAsyncDisposable
    {
        private readonly DataPlane sender, receiver;
        private volatile TaskCompletionSource done = new();
        private int left;

        public PlanePair(ClusterIdentity identity, bool local)
        {
            receiver = new DataPlane(new DataPlaneOptions { Endpoint = 2, Incarnation = 0, Token = 1, LocalOnly = local }, identity, frame =>
            {
                frame.Dispose();
                if (Interlocked.Decrement(ref left) == 0)
                    done.SetResult();
            });
            sender = new DataPlane(new DataPlaneOptions { Endpoint = 1, Incarnation = 0, Token = 1, LocalOnly = local }, identity, frame => frame.Dispose());
            sender.SetPeer(2, "127.0.0.1", receiver.ListenEndPoint.Port, 0);
        }

        public async Task SendAsync(Tensor tensor, int count, WireDtype dtype)
        {
            done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            left = count;
            var frame = new OutgoingFrame(1, [1, 2, 3], [tensor], dtype);
            Task last = Task.CompletedTask;
            for (int i = 0; i < count; i++)
            {
                if (!sender.TrySend(2, frame))
                {
                    last = sender.SendAsync(2, frame).AsTask();
                    await last;
                }
            }

            await last;
            await done.Task;
        }

        public async ValueTask DisposeAsync()
        {
            await sender.DisposeAsync();
            await receiver.DisposeAsync();
        }
    }
}
