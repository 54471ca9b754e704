using LayerShuffle.Actors.Messages;
using LayerShuffle.Actors.Models;
using LayerShuffle.Actors.Ports;
using LayerShuffle.Actors.Tracing;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Time;
using LayerShuffle.Core.Trials;
using LayerShuffle.Simulation;
using static LayerShuffle.Cluster.Tests.TrialBuilder;

namespace LayerShuffle.Cluster.Tests.Serialization;

public class TraceReplayTests
{
    [Theory]
    [InlineData(int.MaxValue, 1)]
    [InlineData(int.MaxValue, 4)]
    [InlineData(5, 1)]
    public void Replaying_a_trial_s_events_gives_the_same_hops(int trace, int batch)
    {
        TrialSpec spec = Spec(
            Link(4, 0.15, duplicate: 0.15, reorder: 0.2) with { Corrupt = 0.1 }, new RoutingSpec { Order = OrderKind.Arbitrary, Retries = 1, Timeout = Ms(15) },
            3, 200, nodes: 4, concurrency: 8, deadlineMs: 120, trace: trace, faults:
            [
                new CrashFault("a", Ms(100), NodeSelector.Of("node-1", "node-3"), Ms(150)),
                new CrashFault("b", Ms(300), NodeSelector.Of("node-2"), null),
            ]);
        var topology = new Topology([.. spec.Cluster.Nodes.Select(n => n.Name)]);
        List<(Instant, int, int)> downs = [], replayedDowns = [];
        using var system = new VirtualActorSystem();
        var copy = new TraceRecorder(
            trace, topology, () => throw new InvalidOperationException("Events bring their own time."),
                (at, node, life) => replayedDowns.Add((at, node, life)));
        var replay = new TraceReplay(copy);
        var recorder = new HopEventRecorder(3, new VirtualClock(system.Kernel), events => replay.Add((HopEvents)WireCopy.Of(events)), batch);
        Tee? tee = null;
        TrialRecord trial = new VirtualTrialRunner(system)
        {
            Wire = WireCopy.Of,
            Observe = direct => tee = new Tee(direct, recorder, copy, downs, new VirtualClock(system.Kernel)),
        }.Run(spec, new SizesOnlyModel(Layers, Tokens, Hidden), 1000, outcome =>
        {
            recorder.Flush();
            replay.Advance(system.Kernel.Now); // in pieces, as a coordinator does
            copy.Ended(outcome);
        });
        recorder.Flush();
        replay.Complete();

        replay.Waiting.ShouldBe(0);
        IReadOnlyList<HopRecord> hops = copy.Hops();
        hops.ShouldBe(trial.Hops);
        hops.Select(h => h.Request).Distinct().Count().ShouldBe(trace == 5 ? 10 : 200); // the first five, and five that failed
        if (trace > 5)
            hops.Select(h => h.Fate).Distinct().Order().ShouldBe(["corrupted", "delivered", "local", "lost", "receiver_down"]);
        copy.Resends.ShouldBe(trial.Retries);
        copy.Resends.ShouldBeGreaterThan(10);
        replayedDowns.ShouldBe(downs);
        downs.ShouldNotBeEmpty();
    }

    [Fact]
    public void Events_of_several_endpoints_find_together_whatever_order_they_come_in()
    {
        var topology = new Topology(["node-1"]);
        var direct = new TraceRecorder(9, topology, () => default, (_, _, _) => { });
        direct.Begin(1);
        var journey = new Journey { Request = 1, Images = 1, Route = [4], Deadline = Instant.Never };
        var message = new HopMessage(journey, 0, 0);
        HopEvent sent = HopEvent.Of(HopEventKind.Sent, new Instant(100), message, 1);
        HopEvent delivered = HopEvent.Of(HopEventKind.Delivered, new Instant(90), message, 1); // that machine's clock is behind
        HopEvent ended = HopEvent.Of(HopEventKind.ComputeEnded, new Instant(300), message, 1);
        HopEvent started = HopEvent.Of(HopEventKind.ComputeStarted, new Instant(200), message, 1);
        HopEvent acknowledged = HopEvent.Acknowledged(new Instant(150), HopAcknowledged.Of(message, 1, 1), 0);
        var replay = new TraceReplay(direct);
        replay.Add(new HopEvents(1, [delivered, ended, started]));
        replay.Advance(new Instant(95));
        replay.Waiting.ShouldBe(3);
        replay.Add(new HopEvents(0, [sent, acknowledged]));
        replay.Advance(new Instant(100));
        replay.Waiting.ShouldBe(3);
        replay.Complete();
        HopRecord hop = direct.Hops().ShouldHaveSingleItem();
        (hop.Sent.Nanoseconds, hop.Delivered?.Nanoseconds, hop.Acked?.Nanoseconds, hop.ComputeStart?.Nanoseconds, hop.ComputeEnd?.Nanoseconds, hop.Layer,
            hop.Fate)
            .ShouldBe((100, 90, 150, 200, 300, 4, "delivered"));
        replay.Waiting.ShouldBe(0);
    }

    /// <summary>Two traces of one trial.</summary>
    private sealed class Tee(TraceRecorder direct, HopEventRecorder events, TraceRecorder copy, List<(Instant, int, int)> downs, IClock clock) : IHopTrace
    {
        private readonly HashSet<int> begun = [];

        public void Sent(HopMessage message, int to)
        {
            if (begun.Add(message.Journey.Request))
                copy.Begin(message.Journey.Request);
            direct.Sent(message, to);
            events.Sent(message, to);
        }

        public void Local(HopMessage message)
        {
            direct.Local(message);
            events.Local(message);
        }

        public void Delivered(HopMessage message)
        {
            direct.Delivered(message);
            events.Delivered(message);
        }

        public void Fate(HopMessage message, string fate)
        {
            direct.Fate(message, fate);
            events.Fate(message, fate);
        }

        public void Acknowledged(HopAcknowledged ack, int to)
        {
            direct.Acknowledged(ack, to);
            events.Acknowledged(ack, to);
        }

        public void ComputeStarted(HopMessage message, int at)
        {
            direct.ComputeStarted(message, at);
            events.ComputeStarted(message, at);
        }

        public void ComputeEnded(HopMessage message, int at)
        {
            direct.ComputeEnded(message, at);
            events.ComputeEnded(message, at);
        }

        public void PeerDownDetected(int peer, int incarnation)
        {
            downs.Add((clock.Now, peer, incarnation));
            direct.PeerDownDetected(peer, incarnation);
            events.PeerDownDetected(peer, incarnation);
        }
    }
}
