using System.Diagnostics.Metrics;
using LayerShuffle.Actors.Models;
using LayerShuffle.Cluster.Tests.Wire;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Metrics;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Trials;
using LayerShuffle.Simulation;
using LayerShuffle.Transport.Wire;
using LayerShuffle.Vision.Numbers;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Tests.Metrics;

/// <summary>What a listener to the meter sees. Alone: the meter is the process's.</summary>
[Collection(AloneCollection.Name)]
public sealed class ClusterMetricsTests : IDisposable
{
    private readonly MeterListener listener = new();
    private readonly Dictionary<string, string?> units = [];
    private readonly List<(string Name, double Value, string Tags)> seen = [];

    public ClusterMetricsTests()
    {
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Name != ClusterMetrics.MeterName)
                return;
            units[instrument.Name] = instrument.Unit;
            l.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Keep(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Keep(instrument, value, tags));
        listener.Start();
    }

    [Fact]
    public void Everything_that_is_counted_is_seen_with_its_name()
    {
        ClusterMetrics.RequestBegun();
        ClusterMetrics.RequestEnded("completed", 0.25);
        ClusterMetrics.HopSent();
        ClusterMetrics.HopSent(resent: true);
        ClusterMetrics.HopLost("lost");
        ClusterMetrics.LayerComputed(3, 0.001);
        ClusterMetrics.FaultInjected("crash");
        ClusterMetrics.TrainingStep(1.5);
        ClusterMetrics.LayerRestored(4);
        ClusterMetrics.SetMembersUp(5);
        listener.RecordObservableInstruments();
        ClusterMetrics.SetMembersUp(0);
        lock (seen)
        {
            seen.Where(s => s.Name != "layershuffle.data_plane.sent").ShouldBe(
            [
                ("layershuffle.request.active", 1, ""),
                ("layershuffle.request.active", -1, ""),
                ("layershuffle.requests", 1, "layershuffle.outcome=completed"),
                ("layershuffle.request.duration", 0.25, "layershuffle.outcome=completed"),
                ("layershuffle.hop.sent", 1, ""),
                ("layershuffle.hop.sent", 1, ""),
                ("layershuffle.hop.resent", 1, ""),
                ("layershuffle.hop.lost", 1, "layershuffle.reason=lost"),
                ("layershuffle.layer.duration", 0.001, "layershuffle.layer=3"),
                ("layershuffle.faults", 1, "layershuffle.fault.kind=crash"),
                ("layershuffle.training.steps", 1, ""),
                ("layershuffle.training.loss", 1.5, ""),
                ("layershuffle.training.layers_restored", 1, "layershuffle.layer=4"),
                ("layershuffle.member.up", 5, ""),
            ]);
        }

        units["layershuffle.request.duration"].ShouldBe("s");
        units["layershuffle.layer.duration"].ShouldBe("s");
        units["layershuffle.data_plane.sent"].ShouldBe("By");
        units.Count.ShouldBe(13);
    }

    [Fact]
    public void A_trial_on_the_virtual_clock_can_be_watched()
    {
        ClusterMetrics.IsWatched.ShouldBeTrue();
        TrialSpec spec = TrialBuilder.Spec(
            TrialBuilder.Link(5, 0.2), new RoutingSpec { Retries = 1, Timeout = TrialBuilder.Ms(50) }, requests: 30,
                faults: [new CrashFault("blip", TrialBuilder.Ms(100), NodeSelector.Of("node-2"), TrialBuilder.Ms(200))]);
        using var system = new VirtualActorSystem();
        TrialRecord trial = new VirtualTrialRunner(system) { Metered = true }
            .Run(spec, new SizesOnlyModel(TrialBuilder.Layers, TrialBuilder.Tokens, TrialBuilder.Hidden), 1000);
        lock (seen)
        {
            Sum("layershuffle.requests").ShouldBe(30);
            Sum("layershuffle.request.active").ShouldBe(0);
            seen.Where(s => s.Name == "layershuffle.request.duration").Select(s => s.Value).Order()
                .ShouldBe(trial.Requests.Select(r => r.Latency!.Value.TotalSeconds).Order(), 1e-9);
            Sum("layershuffle.hop.sent").ShouldBe(trial.Links.Sum(l => l.MessagesSent));
            Sum("layershuffle.hop.resent").ShouldBe(trial.Retries);
            Sum("layershuffle.hop.lost").ShouldBe(trial.Links.Sum(l => l.Lost + l.DroppedReceiverDown));
            seen.Count(s => s.Name == "layershuffle.layer.duration").ShouldBe(trial.Hops.Count(h => h.ComputeEnd is not null));
            seen.Where(s => s.Name == "layershuffle.faults").ShouldBe([("layershuffle.faults", 1, "layershuffle.fault.kind=crash")]);
        }

        double Sum(string name) => seen.Where(s => s.Name == name).Sum(s => s.Value);
    }

    [Fact]
    public async Task The_data_plane_counts_what_it_writes()
    {
        await using var one = new Station(1);
        await using var two = new Station(4242);
        one.Knows(two);
        using Tensor tensor = zeros(1000);
        await one.Plane.SendAsync(4242, new OutgoingFrame(1, [1], [tensor], WireDtype.Float32));
        using IncomingFrame frame = await two.Next();
        lock (seen)
            seen.Where(s => s.Tags == "layershuffle.peer=4242").ShouldBe([("layershuffle.data_plane.sent", frame.WireBytes, "layershuffle.peer=4242")]);
    }

    public void Dispose() => listener.Dispose();

    private void Keep(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        string text = string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"));
        lock (seen)
            seen.Add((instrument.Name, value, text));
    }
}
