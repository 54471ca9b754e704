using System.Text.Json;
using LayerShuffle.Cluster.Tests.Serialization;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Trials;
using LayerShuffle.Simulation;
using LayerShuffle.Vision.Model;
using static LayerShuffle.Cluster.Tests.TrialBuilder;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Tests.Routing;

/// <summary>Neighbours of the order that run at once.</summary>
public class ParallelTests
{
    private const double C = 2, D = 5;

    private static RoutingSpec Parallel(int layers, OnFailure onFailure = OnFailure.Skip, int retries = 1) =>
        new() { Timeout = Ms(50), Retries = retries, OnFailure = onFailure, Parallel = layers };

    private static FaultSpec Dead(string node, double at = 0) => new CrashFault("outage", Ms(at), NodeSelector.Of(node), null);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)] // a group of four and one of two
    [InlineData(6)]
    [InlineData(9)]
    public void A_group_takes_the_time_of_a_layer_and_a_hop(int parallel)
    {
        int groups = (Layers + parallel - 1) / parallel;
        TrialRecord trial = Run(Spec(Link(D), Parallel(parallel), C));
        trial.Requests.ShouldAllBe(r => r.Latency == Ms((groups * C) + ((groups + 1) * D)));
        trial.Requests.ShouldAllBe(r => r.Order!.SequenceEqual(Enumerable.Range(0, Layers)) && r.Skipped!.Count == 0);
        // From the coordinator to each of the first group, from each of a group to each of the next, and from each of the last one back.
        int[] sizes = [.. Enumerable.Range(0, groups).Select(group => Math.Min(parallel, Layers - (group * parallel)))];
        int messages = sizes[0] + sizes[^1] + sizes.Zip(sizes.Skip(1), (a, b) => a * b).Sum();
        trial.Hops.Count.ShouldBe(messages * trial.Requests.Count);
        trial.Hops.Count(hop => hop.ComputeEnd is not null).ShouldBe(Layers * trial.Requests.Count);
        trial.ResultsSuperseded.ShouldBe(0);
        // What was given travels beside what was made of it, where the sum has several parts.
        int twice = (sizes[^1] > 1 ? sizes[^1] : 0) + sizes.Zip(sizes.Skip(1), (a, b) => a > 1 ? a * b : 0).Sum();
        trial.Links.Sum(link => link.Bytes).ShouldBe((long)(messages + twice) * Tokens * Hidden * 4 * trial.Requests.Count);
    }

    [Fact]
    public void One_that_is_dead_is_left_out_after_its_senders_have_tried()
    {
        // Node-4 has layer 3, one of the second of three groups. The third group waits for its part as long as a sender tries: two timeouts.
        TrialRecord trial = Run(Spec(Link(D), Parallel(2), C, faults: [Dead("node-4")]));
        trial.Requests.ShouldAllBe(r => r.Order!.SequenceEqual(new[] { 0, 1, 2, 4, 5 }) && r.Skipped!.SequenceEqual(new[] { 3 }));
        trial.Requests.ShouldAllBe(r => r.Latency == Ms((3 * C) + (4 * D) + 100));
    }

    [Fact]
    public void A_group_that_is_dead_is_gone_round()
    {
        // With six layers by fours the last group is {4, 5}: the first four give both of them up at the same time, and send what they have to the coordinator.
        FaultSpec both = new CrashFault("outage", default, NodeSelector.Of("node-5", "node-6"), null);
        TrialRecord trial = Run(Spec(Link(D), Parallel(4), C, faults: [both]));
        trial.Requests.ShouldAllBe(r => r.Order!.SequenceEqual(new[] { 0, 1, 2, 3 }) && r.Skipped!.SequenceEqual(new[] { 4, 5 }));
        trial.Requests.ShouldAllBe(r => r.Latency == Ms(C + (2 * D) + 100));
    }

    [Theory]
    [InlineData(OnFailure.Fail)]
    [InlineData(OnFailure.Wait)]
    public void Where_nothing_is_skipped_all_parts_are_waited_for(OnFailure onFailure)
    {
        FaultSpec away = new CrashFault("away", default, NodeSelector.Of("node-4"), Ms(300));
        TrialRecord trial = Run(Spec(Link(D), Parallel(2, onFailure, retries: 10), C, requests: 1, faults: [away]));
        trial.Requests[0].Order.ShouldBe(Enumerable.Range(0, Layers));
        // Sent at 7 ms, after a hop and a layer, then every 50 ms: the seventh time, at 307 ms, it is back.
        trial.Requests[0].Latency.ShouldBe(Ms((3 * C) + (4 * D) + 300));
    }

    [Fact]
    public void Losses_cost_contributions_and_no_requests()
    {
        TrialRecord trial = Run(Spec(Link(1, 0.1), Parallel(2), C, requests: 300, concurrency: 4, deadlineMs: 5000));
        trial.Requests.ShouldAllBe(r => r.Outcome == RequestOutcome.Completed);
        foreach (RequestRecord request in trial.Requests)
            request.Order!.Concat(request.Skipped!).Order().ShouldBe(Enumerable.Range(0, Layers));
        trial.Requests.Average(r => (double)r.Skipped!.Count).ShouldBeLessThan(0.3);
        string story = JsonSerializer.Serialize(trial);
        JsonSerializer.Serialize(Run(Spec(Link(1, 0.1), Parallel(2), C, requests: 300, concurrency: 4, deadlineMs: 5000))).ShouldBe(story);
    }

    [Fact]
    public void Who_dies_with_parts_in_hand_has_them_sent_again()
    {
        // Node-3 and node-4 compute from 12 ms on; node-3 dies and is back before the timeout: its parts are sent again by both who keep them.
        FaultSpec blip = new CrashFault("blip", Ms(13), NodeSelector.Of("node-3"), Ms(5));
        TrialRecord trial = Run(Spec(Link(D), Parallel(2, retries: 3) with { Detection = Ms(20) }, C, requests: 1, faults: [blip]));
        trial.Requests[0].Skipped.ShouldBeEmpty();
        trial.Requests[0].Latency.ShouldBe(Ms(33 + D + C + D + C + D)); // known at 33 ms
    }

    [Theory]
    [InlineData(ModelVariant.LayerShuffle)]
    [InlineData(ModelVariant.LayerShufflePosition)]
    public void The_answer_is_that_of_the_sum_to_the_bit(ModelVariant variant)
    {
        const int images = 40, layers = 5;
        VitConfig config = TinyModels.Config(variant, layers: layers);
        VisionTransformer model = TinyModels.Random(config);
        (Tensor pixels, Tensor labels) = TinyModels.Images(config, images);
        TrialSpec spec = Spec(Link(D), Parallel(2) with { Order = OrderKind.Arbitrary }, requests: images, nodes: layers, faults: [Dead("node-2")]);
        var recorder = new LogitRecorder(model, new ImageSet(pixels, labels));
        using var system = new VirtualActorSystem();
        TrialRecord trial = new VirtualTrialRunner(system) { Wire = WireCopy.Of }.Run(spec, recorder, images);
        trial.Requests.ShouldAllBe(r => r.Skipped!.SequenceEqual(new[] { 1 }));

        using IDisposable inference = inference_mode();
        var routes = new RoutePlanner(spec.Routing, layers, spec.Luck);
        for (int request = 0; request < images; request++)
        {
            int image = trial.Requests[request].FirstImage;
            int[] order = routes.Plan(request).Order;
            Tensor hidden = model.Embeddings.Forward(pixels[image..(image + 1)]);
            int position = 0;
            foreach (int[] group in order.Chunk(2))
            {
                Tensor sum = hidden;
                bool any = false;
                for (int member = 0; member < group.Length; member++)
                {
                    if (group[member] == 1)
                        continue; // its node is dead
                    Tensor output = model.Layers[group[member]].Forward(hidden, model.Embeddings.PositionEmbedding(position + member));
                    sum = group.Length == 1 ? output : sum + (output - hidden);
                    any = true;
                }

                position += any ? group.Count(layer => layer != 1) : 0;
                hidden = sum;
            }

            recorder.Judged[request].Logits.data<float>().ToArray().ShouldBe(model.Head.Forward(hidden).data<float>().ToArray());
        }
    }
}
