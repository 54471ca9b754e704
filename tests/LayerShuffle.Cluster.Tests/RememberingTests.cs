using LayerShuffle.Actors.Models;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Trials;
using LayerShuffle.Simulation;
using LayerShuffle.Vision.Model;
using static LayerShuffle.Cluster.Tests.TrialBuilder;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Tests;

/// <summary>
/// A model that remembers what it has answered, and computes together what it expects to be asked, answers as one that computes every hop: bit by bit.
/// </summary>
[Collection(AloneCollection.Name)] // tensors are counted for the whole process
public sealed class RememberingTests : IDisposable
{
    private const int Images = 150, Fewer = 80;
    private readonly VirtualActorSystem system = new();

    public RememberingTests() => set_num_threads(1); // tiny tensors: a second thread only waits at barriers

    public static TheoryData<ModelVariant, ModelArchitecture> All => TinyModels.All();

    [Theory]
    [MemberData(nameof(All))]
    public void Logits_and_records_are_those_of_the_model_that_computes_every_hop(ModelVariant variant, ModelArchitecture architecture)
    {
        VitConfig config = TinyModels.Config(variant, architecture, layers: 4);
        using VisionTransformer model = TinyModels.Random(config);
        (Tensor pixels, Tensor labels) = TinyModels.Images(config, Fewer);
        using (pixels)
        using (labels)
        {
            var set = new ImageSet(pixels, labels);
            var remembering = new RememberingTrialModel(model, set);
            var told = new Dictionary<string, List<byte[]>>();
            foreach (TrialSpec spec in Trials())
            {
                remembering.Judged = (images, given) =>
                {
                    // Several orders of one request may be answered in a trial: one foreseen, one met.
                    if (!told.TryGetValue(string.Join(' ', images), out List<byte[]>? known))
                        told[string.Join(' ', images)] = known = [];
                    known.Add(given.bytes.ToArray());
                };
                var recorder = new LogitRecorder(model, set);
                TrialRecord eager = Runner(system).Run(spec, recorder, set.Count), lazy = Runner(system).Run(spec, remembering, set.Count);
                lazy.Requests.Select(Text).ShouldBe(eager.Requests.Select(Text));
                foreach ((IReadOnlyList<int> images, Tensor given) in recorder.Judged)
                {
                    byte[] bits = given.bytes.ToArray();
                    told[string.Join(' ', images)].Any(bytes => bytes.SequenceEqual(bits))
                        .ShouldBeTrue($"{string.Join(' ', images)}: these bits were not computed");
                }

            }

            remembering.Remembered.ShouldBeGreaterThan(Fewer);
        }
    }

    [Fact]
    public void Conditions_that_differ_in_time_alone_compute_nothing_again()
    {
        using var world = new World();
        var remembering = new RememberingTrialModel(world.Model, world.Set);
        var routing = new RoutingSpec { Order = OrderKind.Arbitrary, Timeout = Ms(5000) };
        Runner(system).Run(Spec(Link(5), routing, requests: Images, nodes: 3), remembering, Images);
        int computed = remembering.Computed;
        computed.ShouldBe(Images);
        foreach (double latency in new[] { 1.0, 20, 80 })
            Runner(system).Run(Spec(Link(latency), routing, requests: Images, nodes: 3, concurrency: 4), remembering, Images);
        remembering.Computed.ShouldBe(computed);
        remembering.Remembered.ShouldBeGreaterThanOrEqualTo(3 * Images);
    }

    [Fact]
    public void What_it_guesses_wrongly_it_stops_guessing()
    {
        using var world = new World();
        var remembering = new RememberingTrialModel(world.Model, world.Set);
        TrialSpec spec = Spec(Link(5, 0.5), new RoutingSpec { Retries = 0, Timeout = Ms(12) }, requests: Images, nodes: 3); // hardly a request runs as planned
        TrialRecord trial = Runner(system).Run(spec, remembering, Images);
        trial.Requests.Count(request => request.Skipped is { Count: > 0 }).ShouldBeGreaterThan(Images / 2);
        remembering.Computed.ShouldBeLessThan(Images + 70);
    }

    [Fact]
    public void Without_room_to_remember_it_computes_every_answer()
    {
        using var world = new World();
        var remembering = new RememberingTrialModel(world.Model, world.Set, most: 0);
        TrialSpec spec = Spec(Link(5), new RoutingSpec { Timeout = Ms(100) }, requests: 20, nodes: 3);
        Runner(system).Run(spec, remembering, Images);
        Runner(system).Run(spec, remembering, Images);
        (remembering.Computed, remembering.Remembered).ShouldBe((40, 0));
    }

    [Fact]
    public void It_holds_no_tensors_between_two_answers()
    {
        using var world = new World();
        var remembering = new RememberingTrialModel(world.Model, world.Set);
        TrialSpec spec = Spec(Link(5, 0.1, duplicate: 0.1), new RoutingSpec { Order = OrderKind.Arbitrary, Retries = 1, Timeout = Ms(12) }, requests: Images,
            nodes: 3, trace: 0);
        Runner(system).Run(spec with { Workload = spec.Workload with { Requests = 5 } }, new RememberingTrialModel(world.Model, world.Set), Images);
        long before = TensorChecks.Settled();
        List<long> counts = [];
        Runner(system).Run(spec, remembering, Images, _ => counts.Add(Tensor.TotalCount));
        counts.Count.ShouldBe(Images);
        counts.ShouldAllBe(count => count == before);
    }

    public void Dispose() => system.Dispose();

    private static IEnumerable<TrialSpec> Trials()
    {
        var routing = new RoutingSpec { Timeout = Ms(12), Retries = 1 };
        yield return Spec(Link(5), routing, requests: Fewer, nodes: 4);
        yield return Spec(Link(5), routing with { Order = OrderKind.Arbitrary }, requests: Fewer, nodes: 4, concurrency: 3);
        yield return Spec(Link(5, 0.2, duplicate: 0.1), routing with { Order = OrderKind.Arbitrary }, requests: Fewer, nodes: 4);
        TrialSpec several = Spec(Link(5), routing, requests: Fewer / 4, nodes: 4);
        yield return several with { Workload = several.Workload with { ImagesPerRequest = 4 } };
        TrialSpec rounded = Spec(Link(5), routing, requests: 40, nodes: 4);
        yield return rounded with { Cluster = rounded.Cluster with { Wire = WireFormat.BFloat16 } };
    }

    private static string Text(RequestRecord record) => FormattableString.Invariant(
        $"{record.Request} {record.FirstImage} {record.Correct} {record.CorrectTop5} {record.Outcome} {record.Latency} {string.Join(' ', record.Order ?? [])} ")
            + FormattableString.Invariant($"/ {string.Join(' ', record.Skipped ?? [])}");

    private sealed class World : IDisposable
    {
        private readonly Tensor pixels, labels;

        public World()
        {
            VitConfig config = TinyModels.Config();
            Model = TinyModels.Random(config);
            (pixels, labels) = TinyModels.Images(config, Images);
            Set = new ImageSet(pixels, labels);
        }

        public VisionTransformer Model { get; }

        public ImageSet Set { get; }

        public void Dispose()
        {
            Model.Dispose();
            pixels.Dispose();
            labels.Dispose();
        }
    }
}
