using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Time;
using static LayerShuffle.Core.Tests.Make;

namespace LayerShuffle.Core.Tests.Links;

public sealed class LinkFaultTests
{
    [Fact]
    public void A_link_is_up_when_no_partition_cuts_it()
    {
        LinkInjector injector = Injector(Latency(1), nodes: 4);
        LinkHold first = injector.Cut(new PartitionFault("first", default, [["node-1", "node-2"], ["node-3", "node-4"]], null));
        injector.Cut(new PartitionFault("second", default, [["node-1"], ["node-3"]], null));
        injector.IsUp(1, 3).ShouldBeFalse();
        injector.IsUp(2, 4).ShouldBeFalse();
        injector.IsUp(1, 2).ShouldBeTrue();
        injector.IsUp(0, 3).ShouldBeTrue();
        first.Dispose();
        first.Dispose(); // again does nothing
        injector.IsUp(1, 3).ShouldBeFalse();
        injector.IsUp(2, 4).ShouldBeTrue();
        injector.Lift("second").ShouldBeTrue();
        injector.Lift("second").ShouldBeFalse();
        injector.IsUp(1, 3).ShouldBeTrue();
    }

    [Fact]
    public void A_cut_link_takes_neither_data_nor_control()
    {
        LinkInjector injector = Injector(Latency(1));
        using (injector.Cut("split", [1]))
        {
            SendVerdict verdict = injector.Send(0, 1, Key(0), 10, At(0));
            verdict.Fate.ShouldBe(MessageFate.LinkDown);
            verdict.Copies.ShouldBe(0);
            injector.SendControl(0, 1, ControlKind.Ack, Key(0), 0, At(0)).ShouldBe(new(ControlFate.LinkDown, Instant.Never));
            injector.Send(1, 0, Key(0), 10, At(0)).Fate.ShouldBe(MessageFate.Sent);
        }
        injector.Send(0, 1, Key(0), 10, At(0)).Fate.ShouldBe(MessageFate.Sent);
        injector.Records()[0].DroppedLinkDown.ShouldBe(1);
    }

    [Fact]
    public void Of_several_link_faults_the_later_start_wins_key_by_key()
    {
        LinkInjector injector = Injector(Latency(1) with { Loss = 0.01, Duplicate = 0.02 });
        LinkHold late = injector.ApplyPatch("late", [1], new() { Loss = 0.5 }, 20);
        LinkHold early = injector.ApplyPatch("early", [1], new() { Loss = 0.3, Corrupt = 0.1 }, 10);
        Expect(loss: 0.5, corrupt: 0.1);
        late.Dispose();
        Expect(loss: 0.3, corrupt: 0.1);
        LinkHold same = injector.ApplyPatch("same", [1], new() { Corrupt = 0.2 }, 10);
        Expect(loss: 0.3, corrupt: 0.2); // of one instant, the later call
        early.Dispose();
        Expect(loss: 0.01, corrupt: 0.2);
        same.Dispose();
        Expect(loss: 0.01, corrupt: 0);
        injector.Send(0, 1, Key(0), 10, At(0));
        injector.Records()[0].Asked.Loss.ShouldBe(0.01);

        void Expect(double loss, double corrupt)
        {
            injector.Conditions(0, 1).ShouldBe(LinkConditions.Perfect.With(Latency(1)) with { Loss = loss, Corrupt = corrupt, Duplicate = 0.02 });
            injector.Conditions(1, 0).ShouldBe(LinkConditions.Perfect.With(Latency(1)) with { Loss = 0.01, Duplicate = 0.02 });
        }
    }

    [Fact]
    public void A_link_fault_names_its_links_and_its_start()
    {
        LinkInjector injector = Injector(Latency(1));
        injector.ApplyPatch(new LinkFault("storm", Ms(3), ["all"], ["node-1"], new() { Loss = 0.3 }, Ms(1)));
        injector.ApplyPatch(new LinkFault("calm", Ms(2), ["node-2"], ["node-1"], new() { Loss = 0, Bandwidth = 1e3 }, Ms(5)));
        injector.Conditions(0, 1).Loss.ShouldBe(0.3);
        injector.Conditions(2, 1).Loss.ShouldBe(0.3);
        injector.Conditions(2, 1).BandwidthBytesPerSecond.ShouldBe(1e3);
        injector.Conditions(1, 2).Loss.ShouldBe(0);
        injector.Lift("storm");
        injector.Conditions(2, 1).Loss.ShouldBe(0);
    }

    [Fact]
    public void A_lifted_bandwidth_limit_leaves_what_was_queued_in_front()
    {
        LinkInjector injector = Injector(Latency(5) with { Bandwidth = 1e6 });
        injector.Send(0, 1, Key(0), 10_000, At(0))[0].At.ShouldBe(At(15));
        injector.ApplyPatch("wide", [1], new() { Bandwidth = double.PositiveInfinity }, 0);
        injector.Send(0, 1, Key(1), 10_000, At(1))[0].At.ShouldBe(At(15));
    }

    [Fact]
    public void Overhead_of_a_fault_is_transmitted_until_it_is_lifted()
    {
        LinkInjector injector = Injector(Latency(5) with { Bandwidth = 1e6, Overhead = 1000 });
        injector.Send(0, 1, Key(0), 9_000, At(0))[0].At.ShouldBe(At(15));
        injector.ApplyPatch("headers", [1], new() { Overhead = 11_000 }, 0);
        injector.Send(0, 1, Key(1), 9_000, At(100))[0].At.ShouldBe(At(125));
        injector.Lift("headers");
        injector.Send(0, 1, Key(2), 9_000, At(200))[0].At.ShouldBe(At(215));
        injector.Records()[0].Bytes.ShouldBe(27_000);
    }

    [Fact]
    public void Exceptions_apply_in_order_to_their_links()
    {
        LinkInjector injector = Injector(
            Latency(1), 3, null, new("all", "node-2", Latency(5)), new("node-1", "node-2", new() { Loss = 0.1 }), new("node-3", "node-2", Latency(9)));
        injector.Conditions(1, 2).ShouldBe(LinkConditions.Perfect.With(Latency(5)) with { Loss = 0.1 });
        injector.Conditions(3, 2).Latency.Mean.ShouldBe(Ms(9));
        injector.Conditions(0, 2).Latency.Mean.ShouldBe(Ms(5));
        injector.Conditions(2, 1).Latency.Mean.ShouldBe(Ms(1));
        Should.Throw<ArgumentException>(() => Injector(Latency(1), 3, null, new LinkException("node-9", "all", Latency(5))));
    }

    [Fact]
    public void The_books_balance()
    {
        LinkInjector injector = Injector(new() { Loss = 0.1, Corrupt = 0.1, Duplicate = 0.1, Reorder = 0.1, Latency = Jitter(20, 5), Bandwidth = 1e6 });
        LinkHold? cut = null;
        for (int i = 0; i < 10_000; i++)
        {
            if (i % 1000 == 500)
                cut = injector.Cut("split", [1]);
            if (i % 1000 == 600)
                cut!.Dispose();
            SendVerdict verdict = injector.Send(0, 1, Key(i), 100, At(i));
            for (int copy = 0; copy < verdict.Copies; copy++)
                if (verdict[copy].Fate != CopyFate.Lost)
                    injector.CountArrival(0, 1, verdict[copy].Fate, receiverUp: i % 7 != 0, verdict[copy].Overtakes);
        }
        LinkRecord record = injector.Records()[0];
        (record.MessagesSent + record.Duplicated)
            .ShouldBe(record.Lost + record.Corrupted + record.Delivered + record.DroppedLinkDown + record.DroppedReceiverDown);
        record.Carried.ShouldBe(record.Corrupted + record.Delivered + record.DroppedReceiverDown);
        record.MessagesSent.ShouldBe(10_000);
        record.Bytes.ShouldBe(1_000_000);
        record.DroppedLinkDown.ShouldBe(1_000);
        record.Busy.ShouldBe(Ms(0.1) * record.Carried);
        new[] { record.Lost, record.Corrupted, record.Duplicated, record.DroppedReceiverDown, record.Overtook }.ShouldAllBe(count => count > 0);
        injector.Conditions(1, 0);
        injector.Records().Count.ShouldBe(1, "the other five links carried nothing");
        injector.SendControl(2, 1, ControlKind.Ack, Key(0), 0, At(0));
        injector.Records()[1].MessagesSent.ShouldBe(0);
        injector.Records()[1].ControlMessages.ShouldBe(1);
        injector.Records()[1].LatencyMeanMs.ShouldBeNull();
        Should.Throw<ArgumentException>(() => injector.CountArrival(0, 1, CopyFate.Lost, true));
    }
}
