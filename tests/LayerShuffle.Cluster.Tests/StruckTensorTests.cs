using System.Numerics;
using System.Runtime.InteropServices;
using LayerShuffle.Actors.Models;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Damages;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Core.Trials;
using LayerShuffle.Simulation;
using LayerShuffle.Vision.Model;
using TorchSharp;
using static LayerShuffle.Cluster.Tests.TrialBuilder;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Tests;

/// <summary>What links do to activations, memory to weights and liars to answers shows in the answers of a trial, as computed by hand.</summary>
public sealed class StruckTensorTests : IDisposable
{
    private const int Images = 40, ModelLayers = 3;
    private static readonly RoutingSpec Patient = new() { Timeout = Ms(500) };
    private readonly VirtualActorSystem system = new();
    private readonly VitConfig config = TinyModels.Config();
    private readonly VisionTransformer model, before;
    private readonly Tensor pixels, labels;

    public StruckTensorTests()
    {
        set_num_threads(1);
        model = TinyModels.Random(config);
        before = TinyModels.Random(config, seed: 6);
        (pixels, labels) = TinyModels.Images(config, Images);
    }

    [Fact]
    public void A_receiver_without_checksum_computes_on_what_came()
    {
        LinkConditions link = Link(5) with { Corrupt = 1, Corruption = new(CorruptionKind.Zero) { Share = 1 }, Checksum = false };
        TrialRecord trial = Run(Trial(link));
        Correct(trial).ShouldBe(ByHand((h, _) => zeros_like(h)));
        trial.Links.ShouldAllBe(record => record.Corrupted == record.MessagesSent && record.Delivered == 0);
        trial.Hops.ShouldAllBe(hop => hop.Fate == "garbled" && hop.Delivered != null);
        trial.Requests.ShouldAllBe(request => request.Outcome == RequestOutcome.Completed && request.Retries == 0);
    }

    [Fact]
    public void With_checksum_the_same_messages_count_as_lost()
    {
        LinkConditions link = Link(5) with { Corrupt = 0.2 };
        TrialRecord guarded = Run(Trial(link)), taken = Run(Trial(link with { Checksum = false }));
        guarded.Hops.Count(hop => hop.Fate == "corrupted").ShouldBeGreaterThan(5);
        taken.Hops.Count(hop => hop.Fate == "garbled").ShouldBeGreaterThan(5);
        guarded.Retries.ShouldBeGreaterThan(0);
        taken.Retries.ShouldBe(0);
    }

    [Fact]
    public void A_layer_that_gives_what_is_no_number_is_as_good_as_skipped()
    {
        Poison(1);
        TrialSpec spec = Trial(Link(5));
        TrialRecord open = Run(spec), guarded = Run(Guarded(spec)), pruned = Run(spec with
        {
            Routing = spec.Routing with { Prune = new PruneSpec(1, PruneChoice.Explicit, [1], false) },
        });
        open.Requests.Sum(request => request.NotFinite).ShouldBe(Images);
        guarded.Requests.ShouldAllBe(request => request.NotFinite == 0 && request.Order!.SequenceEqual(new[] { 0, 2 })
            && request.Skipped!.SequenceEqual(new[] { 1 }));
        Correct(guarded).ShouldBe(Correct(pruned));
        new BookChecker(Guarded(spec), guarded, 4L * config.Tokens * config.HiddenSize).Check();
    }

    [Fact]
    public void A_layer_that_is_given_what_is_no_number_hands_it_on()
    {
        // Half of the exponents' bits of what leaves the coordinator flip, so that some of it is infinite: no layer computes, and the answer is none.
        TrialSpec spec = Guarded(Trial(Link(5)));
        var wild = new CorruptionSpec(CorruptionKind.Flip) { Bits = 200, Field = BitField.Exponent };
        spec = spec with
        {
            Network = spec.Network with { Links = [new("coordinator", "all", new() { Corrupt = 1, Corruption = wild, Checksum = false })] },
            Cluster = spec.Cluster with { Wire = WireFormat.Float16 },
        };
        TrialRecord trial = Run(spec);
        foreach (RequestRecord request in trial.Requests.Where(request => request.NotFinite > 0))
            request.Skipped!.Count.ShouldBe(ModelLayers);
        trial.Requests.Count(request => request.NotFinite > 0).ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData(BitField.Any, 1)]
    [InlineData(BitField.Exponent, 7)]
    [InlineData(BitField.Sign, 3)]
    public void Faults_of_memory_flip_exactly_so_many_bits(BitField field, int flips)
    {
        var fault = new MemoryFault("soft", Ms(3), NodeSelector.Of("node-1", "node-2"), flips, field);
        TrialSpec spec = Trial(Link(5), [fault]);
        var memory = new MemoryFlips(Placement.Compute(spec.Cluster, ModelLayers, 1), spec.LayerBytes, Topology.Of(spec.Cluster), spec.Luck);
        IReadOnlyList<WeightFlip> first = memory.At(FaultTimeline.Build([fault], Topology.Of(spec.Cluster), spec.Luck)[0], 1);
        using NodeLayers node = new(new TensorTrialModel(model, Set).Source, false, spec.Luck);
        node.Flip(first);
        (int lowest, int count) = NumberBits.Of(field, WireFormat.Float32);
        uint allowed = (uint)(((1UL << count) - 1) << lowest);
        int flipped = 0;
        using DisposeScope scope = NewDisposeScope();
        for (int layer = 0; layer < ModelLayers; layer++)
        {
            foreach ((string name, Tensor trained) in model.Layers[layer].StateDictionary())
            {
                ReadOnlySpan<uint> was = Bits(trained), now = Bits(node.Of(layer).StateDictionary()[name]);
                for (int i = 0; i < was.Length; i++)
                {
                    ((was[i] ^ now[i]) & ~allowed).ShouldBe(0u);
                    flipped += BitOperations.PopCount(was[i] ^ now[i]);
                }
            }
        }

        flipped.ShouldBe(flips);
        node.Renew();
        node.Of(0).ShouldBeSameAs(model.Layers[0]);

        static ReadOnlySpan<uint> Bits(Tensor tensor) => MemoryMarshal.Cast<byte, uint>(tensor.detach().contiguous().bytes.ToArray());
    }

    [Fact]
    public void The_ledger_says_what_flipped_and_a_node_that_starts_again_has_its_weights_back()
    {
        // All exponents of node-1's layer: what it computes is no number, until it has crashed and come back.
        var soft = new MemoryFault("soft", Ms(0), NodeSelector.Of("node-1"), 4000, BitField.Exponent);
        var crash = new CrashFault("reboot", Ms(300), NodeSelector.Of("node-1"), Ms(50));
        TrialSpec spec = Trial(Link(5), [soft, crash]);
        TrialRecord clean = Run(spec with { Faults = [crash] }), struck = Run(spec);
        struck.Ledger.ShouldContain(row => row.Kind == "memory" && row.Target == "node-1" && row.Effect == "flipped 4000 exponent bits in layer 0");
        struck.Requests[0].NotFinite.ShouldBe(1);
        int healed = 0;
        foreach ((RequestRecord good, RequestRecord bad) in clean.Requests.Zip(struck.Requests))
        {
            if (good.Submitted <= Core.Time.Instant.Zero + Ms(360))
                continue;
            (bad.Correct, bad.NotFinite).ShouldBe((good.Correct, 0));
            healed++;
        }

        healed.ShouldBeGreaterThan(5);
    }

    [Fact]
    public void Nothing_flips_where_there_is_nothing_in_memory()
    {
        var crash = new CrashFault("down", Ms(0), NodeSelector.Of("node-1"), null);
        var soft = new MemoryFault("soft", Ms(10), NodeSelector.Of("node-1"), 1, BitField.Any);
        Run(Trial(Link(5), [crash, soft])).Ledger.Where(row => row.Kind == "memory").Select(row => row.Effect).ShouldBe(["already_down", "touched_nothing"]);
    }

    [Theory]
    [InlineData(ByzantineAnswer.Zero)]
    [InlineData(ByzantineAnswer.Constant)]
    [InlineData(ByzantineAnswer.Stale)]
    [InlineData(ByzantineAnswer.OtherLayer)]
    public void Liars_answer_as_they_are_told_to(ByzantineAnswer answer)
    {
        var liar = new ByzantineFault("liar", Ms(0), NodeSelector.Of("node-2"), answer, 0.5, null);
        TrialRecord trial = Run(Trial(Link(5), [liar]));
        Correct(trial).ShouldBe(ByHand((h, layer) => layer != 1 ? model.Layers[layer].Forward(h) : answer switch
        {
            ByzantineAnswer.Zero => zeros_like(h),
            ByzantineAnswer.Constant => full_like(h, 0.5),
            ByzantineAnswer.Stale => before.Layers[1].Forward(h),
            _ => model.Layers[2].Forward(h),
        }));
        trial.Ledger.ShouldHaveSingleItem().ToString().ShouldContain("byzantine");
    }

    [Fact]
    public void A_liar_that_stops_tells_the_truth()
    {
        var liar = new ByzantineFault("liar", Ms(0), NodeSelector.Of("node-2"), ByzantineAnswer.Zero, 1, Ms(200));
        TrialRecord clean = Run(Trial(Link(5))), trial = Run(Trial(Link(5), [liar]));
        trial.Ledger.Select(row => row.Effect).ShouldBe(["began", "ended"]);
        clean.Requests.Zip(trial.Requests).Where(pair => pair.Second.Submitted > Core.Time.Instant.Zero + Ms(210))
            .ShouldAllBe(pair => pair.First.Correct == pair.Second.Correct);
    }

    [Fact]
    public void Noise_has_the_strength_asked_for()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        var liar = new ByzantineFault("liar", default, NodeSelector.Of("node-1"), ByzantineAnswer.Noise, 0.5, null);
        using NodeLayers honest = new(new TensorTrialModel(model, Set).Source, false, SeedTree.Root(1)),
            lying = new(new TensorTrialModel(model, Set).Source, false, SeedTree.Root(1));
        lying.Lie(liar, begins: true);
        Tensor input = model.Embeddings.Forward(pixels), truth = honest.Execute(0, input, null, 0, 0)!, told = lying.Execute(0, input, null, 0, 0)!;
        double ratio = (told - truth).std(unbiased: false).item<float>() / truth.std(unbiased: false).item<float>();
        ratio.ShouldBe(0.5, 0.5 * 4 / Math.Sqrt(2.0 * truth.numel()));
        lying.Execute(0, input, null, 0, 0)!.bytes.SequenceEqual(told.bytes).ShouldBeTrue("the same request gets the same noise");
        lying.Execute(0, input, null, 1, 0)!.bytes.SequenceEqual(told.bytes).ShouldBeFalse("another has its own");
    }

    [Fact]
    public void Two_runs_of_everything_at_once_are_the_same()
    {
        LinkConditions link = Link(5, loss: 0.1, duplicate: 0.1) with
        {
            Packets = new(100, MissingPackets.Mean),
            Corrupt = 0.3,
            Checksum = false,
            Corruption = new(CorruptionKind.Flip) { Bits = 5, Field = BitField.Exponent },
        };
        TrialSpec spec = Guarded(Trial(link,
        [
            new MemoryFault("soft", Ms(40), new NodeSelector(null, true, null, null), 3, BitField.Any),
            new ByzantineFault("liar", Ms(60), NodeSelector.Of("node-3"), ByzantineAnswer.Noise, 1, Ms(100)),
            new CrashFault("crash", Ms(150), NodeSelector.Of("node-2"), Ms(40)),
        ]));
        spec = spec with { Routing = spec.Routing with { Order = OrderKind.Arbitrary, Timeout = Ms(30) } };
        TrialRecord first = Run(spec), second = Run(spec);
        Text(second).ShouldBe(Text(first));
        first.Hops.ShouldContain(hop => hop.Fate == "garbled");
        first.Links.Sum(record => record.PacketsLost ?? 0).ShouldBeGreaterThan(0);

        static string Text(TrialRecord trial) => string.Join('\n', trial.Requests.Select(request => FormattableString.Invariant(
            $"{request.Request} {request.Correct} {request.CorrectTop5} {request.NotFinite} {request.Outcome} {request.Latency} ")
                + $"{string.Join(' ', request.Order ?? [])}/{string.Join(' ', request.Skipped ?? [])}"))
            + string.Join('\n', trial.Ledger) + string.Join('\n', trial.Hops) + string.Join('\n', trial.Links.Select(record => record with { Asked = null! }));
    }

    public void Dispose()
    {
        system.Dispose();
        model.Dispose();
        before.Dispose();
        pixels.Dispose();
        labels.Dispose();
    }

    private ImageSet Set => new(pixels, labels);

    private TrialSpec Trial(LinkConditions link, IReadOnlyList<FaultSpec>? faults = null) =>
        Spec(link, Patient, requests: Images, nodes: ModelLayers, faults: faults) with { LayerBytes = config.LayerBytes };

    private static TrialSpec Guarded(TrialSpec spec) => spec with { Network = spec.Network with { NanGuard = true } };

    private TrialRecord Run(TrialSpec spec) =>
        Runner(system).Run((TrialSpec)Serialization.WireCopy.Of(spec), new TensorTrialModel(model, Set) { Before = before }, Images);

    private static int Correct(TrialRecord trial) => trial.Requests.Sum(request => request.Correct ?? 0);

    /// <summary>Right answers over all images where each layer is something else, and what came over the last link too.</summary>
    private int ByHand(Func<Tensor, int, Tensor> layer)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        Tensor h = model.Embeddings.Forward(pixels);                                // [images, tokens, hidden]
        for (int i = 0; i < ModelLayers; i++)
            h = layer(h, i);
        return (int)model.Head.Forward(h).argmax(1).eq(labels).sum().item<long>();
    }

    private void Poison(int layer)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable grad = no_grad();
        foreach (Tensor tensor in model.Layers[layer].StateDictionary().Values)
            tensor.fill_(float.NaN);
    }
}
