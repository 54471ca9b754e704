using CsCheck;
using LayerShuffle.Core.Distributions;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Time;
using static LayerShuffle.Core.Tests.Make;

namespace LayerShuffle.Core.Tests.Links;

/// <summary>Links that follow a trace, at instants that are worked out by hand.</summary>
public sealed class LinkTraceTests
{
    private static readonly TraceTable TwoLatencies = TraceTable.Of([Row(0, latency: 10), Row(1000, latency: 50), Row(2000, latency: 70)]);

    [Theory]
    [InlineData(0, true, 0, 10)]
    [InlineData(999, true, 0, 10)]
    [InlineData(1000, true, 0, 50)]
    [InlineData(2000, true, 0, 10)] // begins again: the last row's time is the end
    [InlineData(3500, true, 0, 50)]
    [InlineData(2000, false, 0, 70)]
    [InlineData(1e7, false, 0, 70)]
    [InlineData(0, true, 1500, 50)]
    [InlineData(500, true, 1500, 10)]
    [InlineData(1499, true, 3500, 10)]
    [InlineData(1500, true, 3500, 50)]
    [InlineData(400, false, 1700, 70)]
    public void Conditions_at_an_instant_are_those_of_the_row(double at, bool repeats, double offset, double latency)
    {
        LinkInjector injector = Following(TwoLatencies, repeats, offset);
        injector.Send(0, 1, Key(0), 100, At(at))[0].At.ShouldBe(At(at + latency));
        injector.SendControl(0, 1, ControlKind.Ack, Key(0), 0, At(at)).At.ShouldBe(At(at + latency));
        injector.SendMembership(0, 1, At(at)).At.ShouldBe(At(at + latency));
    }

    [Fact]
    public void One_link_meets_all_rows_in_turn()
    {
        LinkInjector injector = Following(TwoLatencies, true, 0);
        for (int i = 0; i < 100; i++)
            injector.Send(0, 1, Key(i), 100, At(i * 170))[0].At.ShouldBe(At((i * 170) + (i * 170 % 2000 < 1000 ? 10 : 50)));
    }

    [Fact]
    public void A_row_that_says_down_takes_the_link_down_and_a_row_without_a_value_leaves_the_link_its_own()
    {
        TraceTable table = TraceTable.Of([Row(0), Row(100, up: false), Row(200, loss: 1, up: true), Row(300, up: true)]);
        LinkInjector injector = Following(table, false, 0, Latency(5));
        injector.Send(0, 1, Key(0), 100, At(99))[0].At.ShouldBe(At(104));
        injector.Send(0, 1, Key(1), 100, At(100)).Fate.ShouldBe(MessageFate.LinkDown);
        injector.SendControl(0, 1, ControlKind.Ack, Key(1), 0, At(150)).Fate.ShouldBe(ControlFate.LinkDown);
        injector.IsUp(0, 1).ShouldBeFalse();
        injector.Send(0, 1, Key(2), 100, At(250))[0].Fate.ShouldBe(CopyFate.Lost);
        injector.Send(0, 1, Key(3), 100, At(300))[0].At.ShouldBe(At(305));
        LinkRecord record = injector.Records()[0];
        (record.DroppedLinkDown, record.Lost, record.Carried).ShouldBe((1, 1, 2));
    }

    [Fact]
    public void A_transmission_takes_the_rates_that_hold_while_it_lasts()
    {
        // 1 MB/s for a second, nothing for half a second, 2 MB/s for half a second: 2 MB a round of 2 s.
        TraceTable table = TraceTable.Of([Row(0, rate: 1e6), Row(1000, rate: 0), Row(1500, rate: 2e6), Row(2000, rate: 2e6)]);
        LinkInjector injector = Following(table, true, 0, Latency(5));
        injector.Send(0, 1, Key(0), 500_000, At(800))[0].At.ShouldBe(At(1650 + 5)); // 200 KB by 1000, 300 KB from 1500 on
        injector.Send(0, 1, Key(1), 700_000, At(900))[0].At.ShouldBe(At(2000 + 5)); // waits until 1650
        injector.Send(0, 1, Key(2), 5_000_000, At(900))[0].At.ShouldBe(At(7000 + 5)); // two rounds of 2 MB, and a second
        injector.Records()[0].Busy.ShouldBe(Ms(6200));
    }

    [Fact]
    public void A_faults_rate_goes_before_the_traces_while_it_lasts()
    {
        LinkInjector injector = Following(TraceTable.Of([Row(0, latency: 10, rate: 1e6)]), true, 0);
        using (injector.ApplyPatch("storm", [1], new() { Bandwidth = 2e6, Latency = DelayDistribution.Constant(Ms(7)) }, 0))
            injector.Send(0, 1, Key(0), 2000, At(0))[0].At.ShouldBe(At(1 + 7));
        injector.Send(0, 1, Key(1), 2000, At(0))[0].At.ShouldBe(At(1 + 2 + 10));
    }

    [Fact]
    public void A_random_offset_is_the_links_own_and_is_drawn_evenly_from_the_seed()
    {
        TraceTable table = TraceTable.Of([Row(0, latency: 1), Row(250, latency: 2), Row(1000, latency: 2)]);
        long late = 0;
        for (int trial = 0; trial < 2000; trial++)
        {
            LinkInjector one = Following(table, true, null, seed: Seed.Child(trial)), same = Following(table, true, null, seed: Seed.Child(trial));
            Instant arrival = one.Send(0, 1, Key(0), 100, At(0))[0].At;
            same.Send(0, 1, Key(0), 100, At(0))[0].At.ShouldBe(arrival);
            late += arrival == At(2) ? 1 : 0;
        }

        late.ShouldBeBinomial(2000, 0.75);
        LinkInjector both = Following(table, true, null);
        Enumerable.Range(0, 1000).ShouldContain(ms => both.Send(0, 1, Key(ms), 1, At(ms))[0].At != both.Send(0, 2, Key(ms), 1, At(ms))[0].At);
    }

    [Fact]
    public void What_was_asked_for_is_the_mean_over_the_traces_time()
    {
        TraceTable table = TraceTable.Of([Row(0, latency: 10, loss: 0.2), Row(1500, latency: 30), Row(2000, latency: 1e6)]);
        LinkInjector injector = Following(table, true, 0, new() { Loss = 0.4, Duplicate = 0.1 });
        injector.Send(0, 1, Key(0), 100, At(0));
        LinkConditions asked = injector.Records()[0].Asked;
        (asked.Latency.Mean, asked.Loss, asked.Duplicate, asked.Trace).ShouldBe((Ms(15), ((0.2 * 3) + 0.4) / 4, 0.1, null));
    }

    [Fact]
    public void Mahimahis_opportunities_by_hand()
    {
        // Two packets at 10, one at 20, one at 40, where it begins again: 50 twice, 60, 80, …
        LinkInjector injector = Following(TraceTable.OfPackets([Packets(10, 2), Packets(20, 1), Packets(40, 1)]), true, 0, Latency(5));
        (long Bytes, double At)[] messages =
            [(1500, 0), (1500, 0), (3000, 0), (1500, 41), (1000, 55), (500, 60), (500, 60), (1200, 95), (1800, 95), (1, 101)];
        messages.Select(Sent).ShouldBe([10, 10, 40, 50, 60, 60, 80, 100, 120, 130]);

        double Sent((long Bytes, double At) message, int i) => (injector.Send(0, 1, Key(i), message.Bytes, At(message.At))[0].At - At(5)).TotalMilliseconds;
    }

    [Fact]
    public void A_saturated_mahimahi_link_carries_1500_bytes_an_opportunity()
    {
        // 7 opportunities a round of 40 ms: 262.5 KB/s.
        LinkInjector injector = Following(TraceTable.OfPackets([Packets(3, 1), Packets(10, 2), Packets(20, 1), Packets(40, 3)]), true, 12);
        long bytes = 0;
        Instant last = default;
        for (int i = 0; i < 20_000; i++)
        {
            long size = 200 + (i * 7919 % 4000);
            bytes += size;
            last = injector.Send(0, 1, Key(i), size, At(0))[0].At;
        }

        (bytes / (last - At(0)).TotalSeconds).ShouldBe(7 * 1500 / 0.04, 100);
        injector.Records()[0].Busy.TotalSeconds.ShouldBe((last - At(0)).TotalSeconds, 1e-9);
    }

    [Fact]
    public void A_queue_before_a_mahimahi_link_drops_what_it_has_no_room_for()
    {
        LinkInjector injector = Following(TraceTable.OfPackets([Packets(10, 1)]), true, 0, new() { Queue = new(null, 1, QueueDrop.Tail) });
        injector.Send(0, 1, Key(0), 1500, At(0))[0].At.ShouldBe(At(10));
        injector.Send(0, 1, Key(1), 1500, At(0))[0].At.ShouldBe(At(20));
        injector.Send(0, 1, Key(2), 1500, At(0))[0].Fate.ShouldBe(CopyFate.Dropped);
        injector.Send(0, 1, Key(3), 1500, At(10))[0].At.ShouldBe(At(30));
    }

    [Fact]
    public void Two_messages_one_after_the_other_take_as_long_as_one_of_both_sizes() =>
        Gen.Select(Gen.Bool, Gen.Int[1, 60].Array[2, 8], Gen.Double[1e5, 3e6].Array[8], Gen.Int[0, 100_000], Gen.Int[1, 200_000], Gen.Int[1, 200_000], Gen.Bool)
            .Sample((isPackets, gaps, rates, start, first, second, repeats) =>
            {
                long at = 0;
                TracePoint[] points = [.. gaps.Select((gap, i) => isPackets
                    ? Packets(at += gap, 1 + (i % 3))
                    : Row((at += gap) - gaps[0], rate: i % 3 == 2 ? 0 : rates[i]))];
                var trace = new LinkTrace(isPackets ? TraceTable.OfPackets(points) : TraceTable.Of(points), isPackets || repeats, Ms(start % 97));
                if (trace.EndsStuck)
                    return;
                LinkInjector parts = Injector(new() { Trace = trace }), one = Injector(new() { Trace = trace });
                Instant middle = parts.Send(0, 1, Key(0), first, At(start))[0].At, end = parts.Send(0, 1, Key(1), second, At(start))[0].At;
                Instant whole = one.Send(0, 1, Key(0), first + second, At(start))[0].At;
                (end - whole).TotalMilliseconds.ShouldBe(0, isPackets ? 1e-9 : 1e-3 + (1e-9 * (end - At(start)).TotalMilliseconds));
                middle.ShouldBeInRange(At(start), end);
            }, iter: 2000, threads: 1);

    [Fact]
    public void Impossible_tables_are_refused()
    {
        TraceTable.Problem([], false).ShouldNotBeNull();
        TraceTable.Problem([Row(1)], false).ShouldNotBeNull();
        TraceTable.Problem([Row(0), Row(0)], false).ShouldNotBeNull();
        TraceTable.Problem([Row(0, loss: 1.1)], false).ShouldNotBeNull();
        TraceTable.Problem([Row(0, rate: double.PositiveInfinity)], false).ShouldNotBeNull();
        TraceTable.Problem([Packets(0, 1)], true).ShouldNotBeNull();
        TraceTable.Problem([Packets(5, 0)], true).ShouldNotBeNull();
        new LinkTrace(TraceTable.Of([Row(0, rate: 0), Row(10, rate: 5)]), true, null).EndsStuck.ShouldBeTrue("the last row never holds");
        new LinkTrace(TraceTable.Of([Row(0, rate: 0), Row(10, rate: 5)]), false, null).EndsStuck.ShouldBeFalse();
        new LinkTrace(TraceTable.Of([Row(0, rate: 5), Row(10, rate: 0)]), false, null).EndsStuck.ShouldBeTrue();
    }

    private static TracePoint Row(double ms, double? latency = null, double? loss = null, double? rate = null, bool? up = null) =>
        new(Ms(ms), latency is { } value ? Ms(value) : null, loss, rate, up, 0);

    private static TracePoint Packets(double ms, int count) => new(Ms(ms), null, null, null, null, count);

    private static LinkInjector Following(TraceTable table, bool repeats, double? offsetMs, LinkPatch? own = null, Core.Seeds.SeedTree? seed = null) =>
        Injector((own ?? new()) with { Trace = new(table, repeats, offsetMs is { } ms ? Ms(ms) : null) }, seed: seed);
}
