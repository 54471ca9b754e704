using LayerShuffle.Core.Damages;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Time;
using static LayerShuffle.Core.Tests.Make;

namespace LayerShuffle.Core.Tests.Links;

public sealed class PacketTests
{
    private const int Messages = 20_000;

    [Theory]
    [InlineData(1400, 1)]
    [InlineData(1401, 2)]
    [InlineData(14_000, 10)]
    [InlineData(0, 1)]
    public void A_message_is_as_many_packets_as_its_bytes_need(long bytes, int packets) =>
        new PacketSpec(1400, MissingPackets.Drop).Count(bytes).ShouldBe(packets);

    [Theory]
    [InlineData(0.001, 10)]
    [InlineData(0.01, 10)]
    [InlineData(0.05, 30)]
    public void With_drop_a_message_is_lost_with_one_minus_the_luck_of_all_its_packets(double loss, int packets)
    {
        LinkRecord record = Send(new() { Loss = loss, Packets = new(1000, MissingPackets.Drop) }, packets * 1000L);
        record.Lost.ShouldBeBinomial(Messages, 1 - Math.Pow(1 - loss, packets));
        record.PacketsLost!.Value.ShouldBeBinomial(Messages * packets, loss);
    }

    [Theory]
    [InlineData(MissingPackets.Zero)]
    [InlineData(MissingPackets.Mean)]
    public void With_holes_a_message_is_lost_only_if_nothing_of_it_arrives(MissingPackets missing)
    {
        long holes = 0, damaged = 0;
        LinkRecord record = Send(new() { Loss = 0.3, Packets = new(1000, missing) }, 3000, verdict =>
        {
            if (verdict.Damage is not { } damage)
                return;
            damage.Missing.ShouldBeInOrder();
            damage.FillsWithMean.ShouldBe(missing == MissingPackets.Mean);
            verdict.Fate.ShouldBe(CopyFate.Delivered);
            holes += damage.Missing.Count;
            damaged++;
        });
        record.Lost.ShouldBeBinomial(Messages, Math.Pow(0.3, 3));
        record.PacketsLost!.Value.ShouldBe(holes + (3 * record.Lost));
        damaged.ShouldBeBinomial(Messages, 1 - Math.Pow(0.7, 3) - Math.Pow(0.3, 3));
    }

    [Theory]
    [InlineData(0.1, 1)]
    [InlineData(0.1, 20)]
    [InlineData(0.5, 5)]
    public void Sending_again_takes_as_many_rounds_as_the_greatest_of_so_many_geometric_numbers(double loss, int packets)
    {
        var spec = new PacketSpec(1000, MissingPackets.Resend);
        double rounds = 0, squares = 0;
        LinkRecord record = Send(Latency(10) with { Loss = loss, Packets = spec }, packets * 1000L, verdict =>
        {
            double needed = (1 + (verdict.At.TotalMilliseconds / 10)) / 2; // 10 ms, and 20 ms for each round after the first
            needed.ShouldBe(Math.Round(needed), 1e-9);
            rounds += needed;
            squares += needed * needed;
            verdict.Damage.ShouldBeNull();
        });
        record.Lost.ShouldBe(0);
        double mean = rounds / Messages, error = Math.Sqrt(((squares / Messages) - (mean * mean)) / Messages);
        mean.ShouldBe(spec.MeanRounds(loss, packets * 1000L), 3.3 * error);
        record.LatencyMeanMs!.Value.ShouldBe(10, 1e-9, "the latency is the link's own, whatever the rounds");
    }

    [Fact]
    public void The_mean_of_rounds_of_one_packet_is_that_of_a_geometric_number() =>
        new PacketSpec(1000, MissingPackets.Resend).MeanRounds(0.2, 1).ShouldBe(1 / 0.8, 1e-12);

    [Fact]
    public void What_never_arrives_whole_is_lost()
    {
        LinkRecord record = Send(new() { Loss = 1, Packets = new(1000, MissingPackets.Resend) }, 2000, messages: 3);
        record.Lost.ShouldBe(3);
    }

    [Fact]
    public void A_chain_takes_a_step_for_every_packet()
    {
        // Good to bad 1%, bad to good 20%: a burst has five packets in the mean, so that the losses of a message come together.
        var chain = new LossChain(LossKind.GilbertElliott) { P = 0.01, R = 0.2, LossBad = 1 };
        const int Packets = 25;
        long holes = 0, hit = 0;
        LinkRecord record = Send(new() { Loss = chain.StationaryLoss(), LossChain = chain, Packets = new(1000, MissingPackets.Drop) }, Packets * 1000L);
        holes = record.PacketsLost!.Value;
        hit = record.Lost;
        (holes / (double)(Messages * Packets)).ShouldBe(chain.StationaryLoss(), 0.003);
        // A message is whole if its first packet meets the good state and none of the 24 steps after it leaves that.
        double whole = 0.2 / 0.21 * Math.Pow(0.99, Packets - 1);
        (hit / (double)Messages).ShouldBe(1 - whole, 0.015);
    }

    [Fact]
    public void The_first_that_are_lost_are_packets()
    {
        LinkInjector injector = Injector(new() { LoseFirst = 5, Packets = new(1000, MissingPackets.Zero) });
        injector.Send(0, 1, Key(0), 3000, At(0))[0].Fate.ShouldBe(CopyFate.Lost);
        injector.Send(0, 1, Key(1), 3000, At(0))[0].Damage!.Missing.ShouldBe([0, 1]);
        injector.Send(0, 1, Key(2), 3000, At(0))[0].Damage.ShouldBeNull();
        injector.Records().Single().PacketsLost.ShouldBe(5);
    }

    [Fact]
    public void What_is_missing_takes_no_bandwidth_and_each_packet_has_its_overhead()
    {
        // 2500 bytes are packets of 1000, 1000 and 500; the first is lost. 1500 bytes and two headers of 40 bytes at 1 MB/s.
        LinkInjector injector = Injector(new() { LoseFirst = 1, Bandwidth = 1e6, Overhead = 40, Packets = new(1000, MissingPackets.Zero) });
        injector.Send(0, 1, Key(0), 2500, At(0))[0].At.ShouldBe(At(1.58));
        injector.Send(0, 1, Key(1), 2500, At(10))[0].At.ShouldBe(At(12.62));
    }

    [Fact]
    public void Packets_move_no_other_draw()
    {
        LinkPatch plain = new() { Loss = 0.2, Corrupt = 0.1, Duplicate = 0.1, Latency = Jitter(20, 5) };
        LinkInjector whole = Injector(plain), cut = Injector(plain with { Packets = new(1000, MissingPackets.Zero) });
        for (int i = 0; i < 2_000; i++)
        {
            SendVerdict expected = whole.Send(0, 1, Key(i), 5000, At(100 * i)), actual = cut.Send(0, 1, Key(i), 5000, At(100 * i));
            actual.Copies.ShouldBe(expected.Copies);
            for (int copy = 0; copy < expected.Copies; copy++)
            {
                if (expected[copy].Fate != CopyFate.Lost && actual[copy].Fate != CopyFate.Lost)
                    (actual[copy].Fate, actual[copy].At).ShouldBe((expected[copy].Fate, expected[copy].At));
            }
        }

        whole.Records().Single().PacketsLost.ShouldBeNull("no message was packets");
    }

    [Fact]
    public void Control_messages_are_one_packet_each()
    {
        LinkConditions lossy = LinkConditions.Perfect.With(new() { Loss = 0.1, Packets = new(1, MissingPackets.Drop) }) with { ControlLossy = true };
        LinkInjector injector = new(new(lossy, []), Topology(2), Seed);
        long lost = Enumerable.Range(0, Messages).Count(i => injector.SendControl(0, 1, ControlKind.Ack, Key(i), 0, At(0)).Fate == ControlFate.Lost);
        lost.ShouldBeBinomial(Messages, 0.1);
        injector.Records().Single().PacketsLost.ShouldBeNull();
    }

    [Fact]
    public void What_is_garbled_and_not_checked_arrives_damaged()
    {
        var flip = new CorruptionSpec(CorruptionKind.Flip) { Bits = 3 };
        LinkInjector unchecked_ = Injector(new() { Corrupt = 0.2, Corruption = flip, Checksum = false }), guarded = Injector(new() { Corrupt = 0.2 });
        HashSet<ulong> seeds = [];
        int garbled = 0;
        for (int i = 0; i < 2_000; i++)
        {
            CopyVerdict taken = unchecked_.Send(0, 1, Key(i), 100, At(i))[0], dropped = guarded.Send(0, 1, Key(i), 100, At(i))[0];
            taken.Fate.ShouldBe(dropped.Fate, "the same messages are garbled");
            (taken.Damage is not null).ShouldBe(taken.Fate == CopyFate.Corrupted);
            dropped.Damage.ShouldBeNull();
            (dropped.FailsChecksum, taken.FailsChecksum).ShouldBe((dropped.Fate == CopyFate.Corrupted, false));
            if (taken.Damage is not { } damage)
                continue;
            damage.Corruption.ShouldBe(flip);
            seeds.Add(damage.Seed).ShouldBeTrue("each has luck of its own");
            garbled++;
            unchecked_.CountArrival(0, 1, taken.Fate, receiverUp: true);
        }

        LinkRecord record = unchecked_.Records().Single();
        record.Corrupted.ShouldBe(garbled);
        garbled.ShouldBeGreaterThan(300);
    }

    private static LinkRecord Send(LinkPatch conditions, long bytes, Action<CopyVerdict>? seen = null, int messages = Messages)
    {
        LinkInjector injector = Injector(conditions);
        for (int i = 0; i < messages; i++)
        {
            CopyVerdict verdict = injector.Send(0, 1, Key(i), bytes, Instant.Zero)[0];
            if (verdict.Fate != CopyFate.Lost)
                seen?.Invoke(verdict);
        }

        return injector.Records().Single();
    }
}
