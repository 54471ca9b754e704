using Akka.Actor;
using LayerShuffle.Actors.Messages;
using LayerShuffle.Actors.Models;
using LayerShuffle.Actors.Trials;
using LayerShuffle.Cluster.Wall;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Time;
using LayerShuffle.Core.Trials;
using LayerShuffle.Transport.Wire;

namespace LayerShuffle.Cluster.Tests.Wall;

/// <summary>A node's downlink on the wall clock is judged where messages arrive.</summary>
public sealed class WallDownlinkTests
{
    [Fact]
    public async Task Hops_that_come_together_pass_the_downlink_one_after_the_other()
    {
        await using ClusterPair pair = await ClusterPair.StartAsync(new MembershipSpec(Duration.FromSeconds(10), Duration.FromSeconds(600)));
        TrialSpec spec = TrialBuilder.Spec(TrialBuilder.Link(5), new RoutingSpec(), nodes: 1);
        spec = spec with { Cluster = spec.Cluster with { Nodes = [spec.Cluster.Nodes[0] with { DownlinkBytesPerSecond = 2000 }] } }; // 100 bytes: 50 ms
        using EndpointTrial sender = At(0, pair.Coordinator), receiver = At(1, pair.Node);
        using var inbox = Inbox.Create(pair.Node.System);
        receiver.Carrier.Endpoint = inbox.Receiver;
        long zero = pair.Coordinator.Timer.Now;
        sender.Start(zero);
        receiver.Start(zero);
        for (int request = 0; request < 3; request++)
            sender.Transport.Send(0, 1, new HopMessage(new Journey { Request = request, Images = 1, Route = [0], Deadline = Instant.Never }, 0, 0));
        for (int request = 0; request < 3; request++)
            Hand(await pair.Frame(1));
        for (int request = 0; request < 3; request++)
        {
            ((HopMessage)inbox.Receive(ClusterPair.Patience)).Journey.Request.ShouldBe(request);
            receiver.Clock.Now.ShouldBeGreaterThanOrEqualTo(Instant.Zero + Duration.FromMilliseconds(5 + (50 * (request + 1))));
        }

        EndpointTrial At(int endpoint, ClusterProcess process) =>
            new(1, new TrialSetting(spec, 1), endpoint, 1, 1, process, null!, new ActivationStore(), _ => 100, _ => { });

        void Hand(IncomingFrame frame)
        {
            using (frame)
            {
                var reader = new WireReader(frame.Meta, "frame 'hop'");
                reader.ReadNumber().ShouldBe(1);
                receiver.Carrier.OnFrame(ref reader, frame);
            }
        }
    }
}
