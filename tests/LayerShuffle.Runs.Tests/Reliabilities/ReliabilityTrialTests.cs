using LayerShuffle.Actors.Models;
using LayerShuffle.Actors.Ports;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Reliabilities;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Time;
using LayerShuffle.Core.Trials;
using LayerShuffle.Core.Workloads;
using LayerShuffle.Runs.Reliabilities;

namespace LayerShuffle.Runs.Tests.Reliabilities;

/// <summary>Expected accuracy over sets of dead nodes, by hand.</summary>
public sealed class ReliabilityTrialTests
{
    private const int Requests = 6, Images = 10;

    [Fact]
    public void Three_nodes_are_weighed_as_by_hand()
    {
        var model = new WorthOfLayers();
        ReliabilityRecord record = Weigh(model, [0.9, 0.8, 0.5]);
        // Layer 0 is worth 5 of 10 images, layer 1 3, layer 2 1, and one is right without any: 0.1 + 0.9 · 0.5 + 0.8 · 0.3 + 0.5 · 0.1 = 0.84.
        record.Expected.Top1.ShouldNotBeNull().ShouldBe(0.84, 1e-12);
        record.Sets.Select(set => set.Top1!.Value).ShouldBe([1, 0.5, 0.7, 0.2, 0.9, 0.4, 0.6, 0.1], 1e-12);
        record.Expected.Completion.ShouldBe(1, 1e-12);
        record.Loss.ShouldNotBeNull().ShouldBe(10 - 8.4, 1e-12);
        record.LayersExecuted.ShouldNotBeNull().ShouldBe(0.9 + 0.8 + 0.5, 1e-12);
        record.LayersSkipped.ShouldNotBeNull().ShouldBe(3 - 2.2, 1e-12);
        record.NodesUp.ShouldBe(2.2 / 3, 1e-12);
        // Worths that add up: what is lost with a node, and with its layer, is its worth whatever else is dead.
        record.Importance.Select(one => (one.Kind, one.Target)).ShouldBe(
            [("node", "node-1"), ("node", "node-2"), ("node", "node-3"), ("layer", "0"), ("layer", "1"), ("layer", "2")]);
        record.Importance.Select(one => one.Value!.Value).ShouldBe([0.5, 0.3, 0.1, 0.5, 0.3, 0.1], 1e-12);
        record.Importance.Select(one => one.Up).ShouldBe([0.9, 0.8, 0.5, 0.9, 0.8, 0.5], 1e-12);
        // All requests are answered alike: nothing is uncertain.
        record.Expected.Low.ShouldNotBeNull().ShouldBe(0.84, 1e-12);
        record.Expected.High.ShouldNotBeNull().ShouldBe(0.84, 1e-12);
    }

    [Fact]
    public void A_layer_with_two_copies_is_missing_only_where_both_hosts_are_dead()
    {
        ReliabilityRecord record = Weigh(new WorthOfLayers(), [0.9, 0.8, 0.5], replicas: 2); // layer i on nodes i and i + 1
        double there0 = 1 - (0.1 * 0.2), there1 = 1 - (0.2 * 0.5), there2 = 1 - (0.5 * 0.1);
        record.Expected.Top1.ShouldNotBeNull().ShouldBe(0.1 + (0.5 * there0) + (0.3 * there1) + (0.1 * there2), 1e-12);
        record.Importance.Where(one => one.Kind == "layer").Select(one => one.Up).ShouldBe([there0, there1, there2], 1e-12);
        // Birnbaum by hand for node 1: layer 0 then needs node 2, layer 2 node 3.
        record.Importance[0].Value.ShouldNotBeNull().ShouldBe((0.5 * 0.2) + (0.1 * 0.5), 1e-12);
    }

    [Fact]
    public void Sets_that_lose_the_same_layers_share_their_answers()
    {
        var model = new WorthOfLayers();
        Weigh(model, [0.9, 0.8, 0.5, 0.5, 0.5, 0.5]); // nodes 4 to 6 host nothing
        model.Judged.ShouldBe(8 * Requests);
    }

    [Fact]
    public void Where_a_missing_layer_fails_a_request_only_the_whole_set_counts()
    {
        foreach (OnFailure policy in (OnFailure[])[OnFailure.Fail, OnFailure.Wait])
        {
            ReliabilityRecord record = Weigh(new WorthOfLayers(), [0.9, 0.8, 0.5], policy: policy);
            record.Expected.Top1.ShouldNotBeNull().ShouldBe(0.36, 1e-12);
            record.Expected.Completion.ShouldBe(0.36, 1e-12);
            record.Top1Completed.ShouldNotBeNull().ShouldBe(1, 1e-12);
            record.Loss.ShouldNotBeNull().ShouldBe(0, 1e-12);
            record.LayersExecuted.ShouldNotBeNull().ShouldBe(3, 1e-12);
        }
    }

    [Fact]
    public void Drawn_sets_come_to_what_is_weighed_exactly_within_their_interval()
    {
        double[] up = [0.9, 0.8, 0.5, .. Enumerable.Repeat(0.7, 10)]; // 13 may be dead, the last ten of which host nothing
        ReliabilityRecord drawn = Weigh(new WorthOfLayers(), up);
        drawn.Expected.IsExact.ShouldBeFalse();
        drawn.Sets.Sum(set => set.Probability).ShouldBe(1, 1e-12);
        // Variance of a draw by hand: Σ worth² · p · (1 − p). Answers differ in no request, so that the draws are all that the interval tells of.
        double half = 1.96 * Math.Sqrt(((0.25 * 0.09) + (0.09 * 0.16) + (0.01 * 0.25)) / ReliabilitySpec.Draws);
        (drawn.Expected.High!.Value - drawn.Expected.Low!.Value).ShouldBe(2 * half, 0.1 * half);
        0.84.ShouldBeInRange(drawn.Expected.Low.Value, drawn.Expected.High.Value);
        foreach ((Importance one, double worth) in drawn.Importance.Take(3).Zip([0.5, 0.3, 0.1]))
            worth.ShouldBeInRange(one.Low!.Value, one.High!.Value);
    }

    [Fact]
    public void What_never_fails_has_no_importance()
    {
        ReliabilityRecord record = Weigh(new WorthOfLayers(), [0.9, 1, 0.5]);
        (record.Importance[1].Up, record.Importance[1].Top1Down, record.Importance[1].Value).ShouldBe((1, null, null));
    }

    [Fact]
    public void Without_a_model_sets_and_completion_are_told_and_accuracies_blank()
    {
        ReliabilityRecord record = Weigh(new SizesOnlyModel(3, 4, 8), [0.9, 0.8, 0.5], policy: OnFailure.Fail);
        (record.Expected.Top1, record.Expected.Low, record.Top5, record.Loss).ShouldBe((null, null, null, null));
        record.Expected.Completion.ShouldBe(0.36, 1e-12);
        record.Sets.ShouldAllBe(set => set.Top1 == null);
    }

    private static ReliabilityRecord Weigh(ITrialModel model, double[] up, int replicas = 1, OnFailure policy = OnFailure.Skip)
    {
        string[] names = [.. up.Select((_, i) => $"node-{i + 1}")];
        var placed = new Dictionary<string, IReadOnlyList<int>> { ["node-1"] = [0], ["node-2"] = [1], ["node-3"] = [2] };
        var spec = new TrialSpec
        {
            Key = new TrialKey(0, "m", 0, "default", "default", 0),
            Seed = 5,
            Network = NetworkSpec.Perfect,
            Faults = [],
            Cluster = new ClusterSpec([.. names.Select(name => new NodeSpec(name, ComputeTimeSpec.Zero, 1, null))],
                replicas > 1 ? PlacementSpec.RoundRobin : new PlacementSpec(PlacementKind.Explicit, placed)),
            Routing = new RoutingSpec { Replicas = replicas, OnFailure = policy },
            Workload = new WorkloadSpec(Requests, Images, new ArrivalSpec(ArrivalKind.Closed, 1, 0), Duration.FromSeconds(1)),
            Reliability = new ReliabilitySpec([.. names.Select((name, i) => new ReliabilityUnit(name, false, up[i]))]),
            TraceRequests = 0,
        };
        TrialRecord record = new ReliabilityTrial(spec, model, Requests * Images).Run((_, _) => { }, TestContext.Current.CancellationToken);
        return record.Reliability.ShouldNotBeNull();
    }

    /// <summary>A model whose accuracy can be added up: layer 0 is worth 5 of 10 images, layer 1 3, layer 2 1, and one is right without any.</summary>
    private sealed class WorthOfLayers : ITrialModel
    {
        public int Judged { get; private set; }

        public int Layers => 3;

        public bool Computes => true;

        public long ActivationBytes(int images) => images;

        public object? Embed(int request, IReadOnlyList<int> images) => 1;

        public object? Execute(int layer, object? activation, int request, int position) => (int)activation! + (layer switch { 0 => 5, 1 => 3, _ => 1 });

        public object? Carry(object? activation, int request, WireFormat format) => activation;

        public Judgement? Judge(object? activation, IReadOnlyList<int> images)
        {
            Judged++;
            return new Judgement((int)activation!, images.Count, 0, 10 - (int)activation!);
        }

        public void Release(int request)
        {
        }
    }
}
