using System.IO.Hashing;
using LayerShuffle.Cluster.Membership;
using LayerShuffle.Cluster.Messages;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Time;
using LayerShuffle.Transport.Wire;
using LayerShuffle.Vision.Numbers;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Tests.Wall;

/// <summary>Three planes keep out of each other's way: control messages and heartbeats arrive while both data planes are full.</summary>
[Collection(AloneCollection.Name)]
public sealed class ControlUnderLoadTests
{
    private const int Frames = 20, Messages = 600, Kind = 5;

    [Fact]
    public async Task Nothing_is_lost_or_mixed_up_and_nobody_is_unreachable_while_the_data_planes_are_full()
    {
        using Tensor half = randn(4 << 20), whole = randn(8 << 20); // 16 and 32 MiB
        await using ClusterPair pair = await ClusterPair.StartAsync(new MembershipSpec(Duration.FromSeconds(3), Duration.FromSeconds(600)));
        ulong[] hashes = [XxHash3.HashToUInt64(half.bytes), XxHash3.HashToUInt64(whole.bytes)];
        await Task.WhenAll(
            Send(0), Send(1), Receive(0), Receive(1),
            Task.Run(async () =>
            {
                for (int i = 0; i < Messages; i++) // each waits for the one before: a chain as long as it can be
                {
                    pair.Coordinator.Tell(1, new ClockProbe(0, i));
                    (await pair.Message(1)).ShouldBe(new ClockProbe(0, i));
                    pair.Node.Tell(0, new ClockProbed(i, i));
                    (await pair.Message(0)).ShouldBe(new ClockProbed(i, i));
                }

                for (int i = 0; i < Messages; i++) // and all at once
                    pair.Coordinator.Tell(1, new ClockProbe(0, i));
                for (int i = 0; i < Messages; i++)
                    (await pair.Message(1)).ShouldBe(new ClockProbe(0, i));
            }));
        while (pair.Found.TryRead(out string? effect))
            effect.ShouldNotBe(MembershipWatch.Unreachable);

        Task Send(int from) => Task.Run(async () =>
        {
            DataPlane plane = (from == 0 ? pair.Coordinator : pair.Node).Plane;
            for (int i = 0; i < Frames; i++)
                await plane.SendAsync(1 - from, new OutgoingFrame(Kind, BitConverter.GetBytes(i), [i % 2 == 0 ? half : whole], WireDtype.Float32));
        });

        Task Receive(int at) => Task.Run(async () =>
        {
            for (int i = 0; i < Frames; i++)
            {
                using IncomingFrame frame = await pair.Frame(at);
                (frame.From, BitConverter.ToInt32(frame.Meta)).ShouldBe((1 - at, i));
                XxHash3.HashToUInt64(frame.Tensors[0].bytes).ShouldBe(hashes[i % 2]);
            }
        });
    }
}
