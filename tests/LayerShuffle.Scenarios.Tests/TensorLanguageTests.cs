using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Damages;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Links;

namespace LayerShuffle.Scenarios.Tests;

/// <summary>What is written of damaged tensors is what happens to them; what cannot be, and what does nothing, is said.</summary>
public sealed class TensorLanguageTests
{
    private const string Net = "name: x\nmodel: none\nworkload: {requests: 50}\ncluster: {nodes: 4}\n"; // four lines
    private const string Model = "name: x\ndataset: {kind: shapes}\nworkload: {requests: 50}\ncluster: {nodes: 4}\n";

    [Theory]
    [InlineData("{size: 1400B}", 1400, MissingPackets.Zero)]
    [InlineData("{size: 1KiB, missing: mean}", 1024, MissingPackets.Mean)]
    [InlineData("{size: 9KB, missing: drop}", 9000, MissingPackets.Drop)]
    [InlineData("{size: 1B, missing: resend}", 1, MissingPackets.Resend)]
    public void Packets_are_read(string text, long bytes, MissingPackets missing) =>
        Link($"loss: 1%, packets: {text}").Packets.ShouldBe(new PacketSpec(bytes, missing));

    [Fact]
    public void Corruption_is_read()
    {
        (Link("corrupt: 1%").Corrupt, Link("corrupt: 1%").Corruption, Link("corrupt: 1%").Checksum).ShouldBe((0.01, CorruptionSpec.OneBit, true));
        Link("checksum: false, corrupt: {probability: 2%, bits: 3}").Corruption.ShouldBe(new(CorruptionKind.Flip) { Bits = 3 });
        Corruption("kind: flip, bits: 2, field: exponent").ShouldBe(new(CorruptionKind.Flip) { Bits = 2, Field = BitField.Exponent });
        Corruption("kind: noise, strength: 0.5").ShouldBe(new(CorruptionKind.Noise) { Strength = 0.5 });
        Corruption("kind: zero, share: 25%").ShouldBe(new(CorruptionKind.Zero) { Share = 0.25 });
        Corruption("kind: swap").ShouldBe(new(CorruptionKind.Swap) { Tokens = 2 });
        Link("checksum: false, corrupt: 1%").Checksum.ShouldBeFalse();
        Some.Valid(Model + "network: {nan_guard: true}").Conditions[0].Network.NanGuard.ShouldBeTrue();

        static CorruptionSpec Corruption(string keys) => Link($"checksum: false, corrupt: {{{keys}, probability: 1%}}").Corruption;
    }

    [Fact]
    public void An_exception_and_a_fault_change_what_they_name_and_no_more()
    {
        LinkConditions link = Link("corrupt: {kind: noise, probability: 1%}, packets: {size: 1KB, missing: drop}, loss: 1%");
        link.With(new LinkPatch { Checksum = false }).ShouldBe(link with { Checksum = false });
        link.With(new LinkPatch { Corrupt = 0.5 }).Corruption.ShouldBe(CorruptionSpec.OneBit, "another corruption is not the old one more often");
        link.With(new LinkPatch { Loss = 0.5 }).Packets.ShouldBe(link.Packets);
    }

    [Fact]
    public void Faults_of_tensors_are_read()
    {
        IReadOnlyList<FaultSpec> faults = Some.Valid(Model + """
            faults:
              soft: {kind: memory, nodes: all, at: 1s, flips: 3, field: sign}
              liar: {kind: byzantine, nodes: [node-2], at: 2s, for: 1s, answer: constant, strength: 0.25}
              loses: {kind: crash, nodes: [node-1], at: 1s, restart_after: 1s, weights: lost}
              keeps: {kind: crash, nodes: [node-1], at: 9s, restart_after: 1s, weights: keep}
            """).Conditions[0].Faults;
        var soft = (MemoryFault)faults[0];
        (soft.Flips, soft.Field, soft.Nodes.All).ShouldBe((3, BitField.Sign, true));
        var liar = (ByzantineFault)faults[1];
        (liar.Answer, liar.Strength, liar.For!.Value.TotalSeconds).ShouldBe((ByzantineAnswer.Constant, 0.25, 1));
        faults.Select(fault => fault.LosesWeights).ShouldBe([false, false, true, false]);
    }

    [Theory]
    [InlineData("checkpoint", RestoreKind.Checkpoint)]
    [InlineData("neighbours", RestoreKind.Neighbours)]
    [InlineData("neighbours_weighted", RestoreKind.NeighboursWeighted)]
    [InlineData("copy", RestoreKind.Copy)]
    [InlineData("zero", RestoreKind.Zero)]
    [InlineData("random", RestoreKind.Random)]
    [InlineData("none", RestoreKind.None)]
    public void Where_weights_come_from_is_read(string word, RestoreKind kind) =>
        Some.Valid(Model.Replace("nodes: 4", $"nodes: 4, restore: {word}")).Conditions[0].Cluster.Restore.ShouldBe(kind);

    [Theory]
    [InlineData("network: {loss: 1%, packets: {size: 0B}}", "5:37: network.packets.size: a packet that carries nothing")]
    [InlineData("network: {loss: 1%, packets: {missing: zero}}", "5:21: network.packets.size: missing key `size`")]
    [InlineData("network: {loss: 1%, packets: {size: 1B, missing: guess}}", "5:50: network.packets.missing: unknown word `guess`")]
    [InlineData("network: {corrupt: {kind: melt, probability: 1%}}", "5:27: network.corrupt.kind: unknown word `melt`")]
    [InlineData("network: {corrupt: {kind: zero, probability: 1%}}", "5:11: network.corrupt.share: missing key `share`")]
    [InlineData("faults: {f: {kind: memory, nodes: all, at: 0s, flips: 0}}", "5:55: faults.f.flips: 0 is too small")]
    [InlineData("faults: {f: {kind: byzantine, nodes: all, at: 0s}}", "5:10: faults.f.answer: missing key `answer`")]
    [InlineData("faults: {f: {kind: byzantine, nodes: [coordinator], at: 0s, answer: zero}}", "5:39: faults.f.nodes[0]: the coordinator is not a node")]
    [InlineData("model: {training: {epochs: 1}}\nfaults: {f: {kind: byzantine, nodes: all, at: 0s, answer: stale}}",
        "6:59: faults.f.answer: model `default` has no checkpoint before its last")]
    [InlineData("clock: wall\nmodel: {training: {faults: true}}\nfaults: {f: {kind: memory, nodes: all, at: 0s}}",
        "7:20: faults.f.kind: it strikes trials only")]
    public void What_cannot_be_is_said_where_it_stands(string line, string mistake) =>
        Some.Mistakes(Model + line).ShouldContain(text => text.Contains(mistake, StringComparison.Ordinal), string.Join('\n', Some.Mistakes(Model + line)));

    [Fact]
    public void Weights_may_be_lost_in_training_too() => Some.Valid(Model
        + "clock: wall\nmodel: {training: {faults: true}}\nfaults: {f: {kind: crash, nodes: all, at: 0s, restart_after: 1s, weights: lost}}");

    [Fact]
    public void Eight_bit_numbers_have_no_exponent() =>
        Some.Mistakes(Model.Replace("nodes: 4", "nodes: 4, wire: int8") + "network: {checksum: false, corrupt: {probability: 1%, field: exponent}}")
            .Single().ShouldContain("5:62: network.corrupt.field: `int8` numbers have a sign and a value, and no exponent");

    [Fact]
    public void No_more_packets_than_can_be_drawn() =>
        Some.Mistakes(Model.Replace("requests: 50", "requests: 50, images_per_request: 2000") + "network: {loss: 1%, packets: {size: 1B}}")
            .Single().ShouldContain("at most 1000000 packets");

    [Theory]
    [InlineData(Model, "network: {packets: {size: 1KB}}", "5:20: network.packets: no effect: no packet is lost")]
    [InlineData(Net, "network: {loss: 1%, packets: {size: 1KB, missing: mean}}", "5:51: network.packets.missing: no effect: with `model: none`")]
    [InlineData(Model, "network: {corrupt: {probability: 1%, bits: 4}}", "5:44: network.corrupt.bits: no effect: what is garbled is dropped")]
    [InlineData(Net, "network: {checksum: false, corrupt: {probability: 1%, bits: 4}}", "5:61: network.corrupt.bits: no effect: with `model: none`")]
    [InlineData(Model, "network: {checksum: false}", "5:21: network.checksum: no effect: nothing is garbled")]
    [InlineData(Net, "network: {nan_guard: true}", "5:22: network.nan_guard: no effect: with `model: none`")]
    [InlineData(Net, "faults: {f: {kind: memory, nodes: all, at: 0s}}", "5:20: faults.f.kind: no effect: with `model: none`")]
    [InlineData(Model, "faults: {f: {kind: byzantine, nodes: all, at: 0s, answer: zero, strength: 2}}", "5:75: faults.f.strength: no effect: only `noise`")]
    [InlineData(Model, "faults: {f: {kind: crash, nodes: [node-1], at: 0s, weights: lost}}", "5:61: faults.f.weights: no effect: these nodes never")]
    [InlineData("name: x\ndataset: {kind: shapes}\n", "cluster: {nodes: 2, restore: zero}", "3:30: cluster.restore: no effect: no fault takes weights")]
    public void What_does_nothing_is_warned_about(string start, string line, string warning) =>
        Some.Warnings(start + line).ShouldContain(text => text.Contains(warning, StringComparison.Ordinal), string.Join('\n', Some.Warnings(start + line)));

    [Theory]
    [InlineData(Model, "network: {loss: 1%, packets: {size: 1KB, missing: mean}}")]
    [InlineData(Net, "network: {loss: 1%, packets: {size: 1KB, missing: resend}}")]
    [InlineData(Model, "network: {checksum: false, nan_guard: true, corrupt: {probability: 1%, bits: 4}}")]
    [InlineData(Net, "network: {checksum: false, corrupt: 1%}")]
    [InlineData(Model, "faults: {f: {kind: memory, nodes: all, at: 0s}, g: {kind: byzantine, nodes: all, at: 0s, answer: stale}}")]
    [InlineData(Net, "faults: {f: {kind: crash, nodes: [node-1], at: 0s, restart_after: 1ms, weights: lost}}")]
    public void What_does_something_is_not(string start, string line) => Some.Warnings(start + line).ShouldBeEmpty();

    private static LinkConditions Link(string keys) => Some.Valid(Model + $"network: {{{keys}}}").Conditions[0].Network.Default;
}
