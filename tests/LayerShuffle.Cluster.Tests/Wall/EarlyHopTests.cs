using Akka.Actor;
using LayerShuffle.Actors.Messages;
using LayerShuffle.Actors.Models;
using LayerShuffle.Actors.Trials;
using LayerShuffle.Cluster.Messages;
using LayerShuffle.Cluster.Wall;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Time;
using LayerShuffle.Core.Trials;
using LayerShuffle.Transport.Wire;

namespace LayerShuffle.Cluster.Tests.Wall;

/// <summary>A trial begins at all endpoints, but not at the same moment: what comes from one that is ahead is not lost.</summary>
public sealed class EarlyHopTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public async Task A_hop_that_comes_before_the_beginning_is_known_arrives_when_it_is(double latencyMs)
    {
        await using ClusterPair pair = await ClusterPair.StartAsync(new MembershipSpec(Duration.FromSeconds(10), Duration.FromSeconds(600)));
        TrialSpec spec = TrialBuilder.Spec(TrialBuilder.Link(latencyMs), new RoutingSpec(), nodes: 1);
        using EndpointTrial ahead = At(0, pair.Coordinator), behind = At(1, pair.Node);
        using var inbox = Inbox.Create(pair.Node.System);
        behind.Carrier.Endpoint = inbox.Receiver;
        ahead.Start(pair.Coordinator.Timer.Now);

        var hop = new HopMessage(new Journey { Request = 3, Images = 1, Route = [0], Deadline = Instant.Never }, 0, 0);
        ahead.Transport.Send(0, 1, hop);
        Hand(await pair.Frame(1));
        HopAcknowledged ack = HopAcknowledged.Of(hop, 0, 1);
        ahead.Transport.SendControl(0, 1, ack);
        behind.Carrier.OnControl((RoutedControl)await pair.Message(1));
        behind.Start(pair.Coordinator.Timer.Now);

        object[] received = [inbox.Receive(ClusterPair.Patience), inbox.Receive(ClusterPair.Patience)];
        received.OfType<HopMessage>().ShouldHaveSingleItem().Journey.Request.ShouldBe(3);
        received.ShouldContain(ack);

        EndpointTrial At(int endpoint, ClusterProcess process) =>
            new(1, new TrialSetting(spec, 1), endpoint, 1, 1, process, null!, new ActivationStore(), _ => 100, _ => { });

        void Hand(IncomingFrame frame)
        {
            using (frame)
            {
                var reader = new WireReader(frame.Meta, "frame 'hop'");
                reader.ReadNumber().ShouldBe(1);
                behind.Carrier.OnFrame(ref reader, frame);
            }
        }
    }
}
