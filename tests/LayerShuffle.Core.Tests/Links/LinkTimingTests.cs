using LayerShuffle.Core.Links;
using LayerShuffle.Core.Time;
using static LayerShuffle.Core.Tests.Make;

namespace LayerShuffle.Core.Tests.Links;

public sealed class LinkTimingTests
{
    [Fact]
    public void A_message_arrives_after_size_over_bandwidth_and_latency()
    {
        LinkInjector injector = Injector(Latency(5) with { Bandwidth = 1e6 });
        SendVerdict verdict = injector.Send(0, 1, Key(0), 2_000, At(10));
        verdict.Fate.ShouldBe(MessageFate.Sent);
        verdict.Copies.ShouldBe(1);
        verdict[0].ShouldBe(new(CopyFate.Delivered, At(10 + 2 + 5), 0));
        Should.Throw<ArgumentOutOfRangeException>(() => verdict[1]);
    }

    [Fact]
    public void Messages_queue_for_bandwidth_in_order_and_links_do_not_share_it()
    {
        LinkInjector injector = Injector(Latency(5) with { Bandwidth = 1e6 });
        injector.Send(0, 1, Key(0), 2_000, At(0))[0].At.ShouldBe(At(7));
        injector.Send(0, 1, Key(1), 3_000, At(1))[0].At.ShouldBe(At(2 + 3 + 5));
        injector.Send(0, 2, Key(1), 1_000, At(1))[0].At.ShouldBe(At(1 + 1 + 5));
        injector.Send(1, 0, Key(1), 1_000, At(1))[0].At.ShouldBe(At(1 + 1 + 5));
        injector.Send(0, 1, Key(2), 1_000, At(50))[0].At.ShouldBe(At(50 + 1 + 5));
        injector.Records()[0].Busy.ShouldBe(Ms(6));
    }

    [Fact]
    public void Duplicates_queue_for_bandwidth_behind_the_first_copy()
    {
        LinkInjector injector = Injector(Latency(5) with { Bandwidth = 1e6, Duplicate = 1 });
        SendVerdict verdict = injector.Send(0, 1, Key(0), 2_000, At(0));
        verdict.Copies.ShouldBe(2);
        verdict[0].ShouldBe(new(CopyFate.Delivered, At(7), 0));
        verdict[1].ShouldBe(new(CopyFate.Delivered, At(9), 1));
    }

    [Fact]
    public void Lost_messages_take_no_bandwidth_and_corrupted_ones_do()
    {
        LinkInjector losing = Injector(Latency(5) with { Bandwidth = 1e6, Loss = 1 });
        losing.Send(0, 1, Key(0), 2_000, At(0))[0].ShouldBe(new(CopyFate.Lost, Instant.Never, 0));
        losing.Records()[0].Busy.ShouldBe(Duration.Zero);
        LinkInjector garbling = Injector(Latency(5) with { Bandwidth = 1e6, Corrupt = 1 });
        garbling.Send(0, 1, Key(0), 2_000, At(0))[0].ShouldBe(new(CopyFate.Corrupted, At(7), 0));
        garbling.Send(0, 1, Key(1), 2_000, At(0))[0].ShouldBe(new(CopyFate.Corrupted, At(9), 0));
    }

    [Fact]
    public void A_reordered_message_queues_for_bandwidth_but_skips_its_latency_and_overtakes()
    {
        LinkInjector injector = Injector(Latency(5) with { Bandwidth = 1e6 });
        injector.Send(0, 1, Key(0), 2_000, At(0))[0].At.ShouldBe(At(7));
        CopyVerdict early;
        using (injector.ApplyPatch("storm", [1], new() { Reorder = 1 }, 0))
            early = injector.Send(0, 1, Key(1), 2_000, At(0))[0];
        early.ShouldBe(new(CopyFate.Delivered, At(4), 0, Overtakes: true));
        injector.Send(0, 1, Key(2), 2_000, At(0))[0].ShouldBe(new(CopyFate.Delivered, At(11), 0));
        injector.Records()[0].Overtook.ShouldBe(0, "it has not arrived");
        injector.CountArrival(0, 1, early.Fate, receiverUp: true, early.Overtakes);
        injector.Records()[0].ShouldSatisfyAllConditions(record => record.ReorderDrawn.ShouldBe(1), record => record.Overtook.ShouldBe(1),
            record => record.LatencyMeanMs.ShouldBe(5.0), record => record.LatencyStdMs.ShouldBe(0.0));
    }

    [Fact]
    public void Jitter_reorders_unless_order_is_kept()
    {
        LinkPatch jitter = new() { Latency = Jitter(20, 5) };
        Overtaken(jitter).ShouldBeGreaterThan(100);
        Overtaken(jitter with { KeepOrder = true }).ShouldBe(0);
        // Those that skip their latency are excepted.
        Overtaken(jitter with { KeepOrder = true, Reorder = 0.1 }).ShouldBeGreaterThan(50);

        static long Overtaken(LinkPatch conditions)
        {
            LinkInjector injector = Injector(conditions);
            Instant latest = Instant.Zero;
            long overtook = 0;
            for (int i = 0; i < 1000; i++)
            {
                CopyVerdict copy = injector.Send(0, 1, Key(i), 100, At(i))[0];
                Instant arrival = copy.At;
                injector.CountArrival(0, 1, copy.Fate, receiverUp: true, copy.Overtakes);
                if (arrival < latest)
                    overtook++;
                latest = Instant.Max(latest, arrival);
            }
            injector.Records()[0].Overtook.ShouldBe(overtook);
            return overtook;
        }
    }

    [Fact]
    public void Control_messages_pass_the_queue_by_and_have_a_latency()
    {
        LinkInjector injector = Injector(Latency(5) with { Bandwidth = 1e3, Loss = 1 });
        injector.Send(0, 1, Key(0), 1_000_000, At(0));
        injector.SendControl(0, 1, ControlKind.Ack, Key(0), 0, At(1)).ShouldBe(new(ControlFate.Delivered, At(6)));
        injector.Records()[0].ControlMessages.ShouldBe(1);
        injector.Records()[0].MessagesSent.ShouldBe(1);
    }

    [Fact]
    public void Each_kind_of_control_message_draws_from_its_own_stream()
    {
        LinkInjector injector = Injector(new() { Latency = Jitter(20, 5) });
        Instant[] arrivals =
        [
            injector.Send(0, 1, Key(0), 0, At(0))[0].At,
            .. Enum.GetValues<ControlKind>().Select(kind => injector.SendControl(0, 1, kind, Key(0), 0, At(0)).At),
            injector.SendControl(0, 1, ControlKind.Ack, Key(0), 1, At(0)).At,
        ];
        arrivals.Distinct().Count().ShouldBe(arrivals.Length);
    }

    [Fact]
    public void Lossy_control_messages_are_lost_at_the_rate_of_data()
    {
        LinkConditions conditions = LinkConditions.Perfect with { Loss = 0.1, ControlLossy = true };
        var injector = new LinkInjector(new(conditions, []), Topology(1), Seed);
        long lost = Enumerable.Range(0, 20_000).LongCount(i => !injector.SendControl(0, 1, ControlKind.Ack, Key(i), 0, At(0)).Delivered);
        lost.ShouldBeBinomial(20_000, 0.1);
    }

    [Fact]
    public void An_endpoint_does_not_send_to_itself() =>
        Should.Throw<ArgumentException>(() => Injector(Latency(1)).Send(1, 1, Key(0), 1, At(0)));
}
