using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Damages;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Time;
using static LayerShuffle.Core.Tests.Make;

namespace LayerShuffle.Core.Tests.Links;

/// <summary>
/// Uplinks and downlinks, against schedules that are worked out by hand. Endpoint 1 has an uplink of 1 MB/s, endpoint 3 a downlink of 1 MB/s.
/// </summary>
public sealed class SharedRateTests
{
    [Fact]
    public void Two_links_share_an_uplink_in_the_order_of_sending_and_then_have_their_own_rates()
    {
        LinkInjector injector = Injector(Latency(5) with { Bandwidth = 2e6 });
        injector.Send(1, 2, Key(0), 2000, At(0))[0].At.ShouldBe(At(2 + 1 + 5));
        injector.Send(1, 3, Key(0), 1000, At(0))[0].At.ShouldBe(At(3 + 0.5 + 5)); // the uplink is free at 2
        injector.Send(1, 2, Key(1), 1000, At(1))[0].At.ShouldBe(At(4 + 0.5 + 5)); // and at 3
        injector.Send(1, 3, Key(1), 1000, At(10))[0].At.ShouldBe(At(11 + 0.5 + 5));
        injector.Send(2, 1, Key(0), 1000, At(0))[0].At.ShouldBe(At(0.5 + 5)); // nobody else's
        injector.Send(0, 1, Key(0), 1000, At(0))[0].At.ShouldBe(At(0.5 + 5));
    }

    [Fact]
    public void A_slower_link_has_its_queue_behind_the_uplink()
    {
        LinkInjector injector = Injector(Latency(5) with { Bandwidth = 0.5e6, Queue = new(null, 1, QueueDrop.Tail) });
        injector.Send(1, 2, Key(0), 1000, At(0))[0].At.ShouldBe(At(1 + 2 + 5));
        injector.Send(1, 2, Key(1), 1000, At(0))[0].At.ShouldBe(At(3 + 2 + 5)); // comes to the link at 2 and waits until 3
        injector.Send(1, 2, Key(2), 1000, At(0))[0].At.ShouldBe(At(5 + 2 + 5)); // comes to the link at 3: the one before has just left the queue
        injector.Send(1, 2, Key(3), 1000, At(0))[0].Fate.ShouldBe(CopyFate.Dropped); // comes to the link at 4: one waits until 5
        injector.Send(1, 3, Key(3), 1000, At(0))[0].At.ShouldBe(At(5 + 2 + 5)); // what was dropped has taken the uplink
    }

    [Fact]
    public void Lost_copies_take_no_uplink_duplicates_do_and_control_messages_pass_it_by()
    {
        LinkInjector losing = Injector(Latency(5) with { Loss = 1 });
        losing.Send(1, 2, Key(0), 2000, At(0))[0].Fate.ShouldBe(CopyFate.Lost);
        using (losing.ApplyPatch("calm", [(1 * 4) + 3], new() { Loss = 0, Duplicate = 1 }, 0))
        {
            SendVerdict twice = losing.Send(1, 3, Key(0), 1000, At(0));
            (twice[0].At, twice[1].At).ShouldBe((At(1 + 5), At(2 + 5)));
        }

        losing.SendControl(1, 2, ControlKind.Ack, Key(0), 0, At(0)).At.ShouldBe(At(5));
    }

    [Fact]
    public void The_uplink_is_taken_by_overhead_too()
    {
        LinkInjector injector = Injector(Latency(5) with { Overhead = 500 });
        injector.Send(1, 2, Key(0), 1000, At(0))[0].At.ShouldBe(At(1.5 + 5));
        injector.PassDownlink(2, 3, 1, 1000, At(10)).ShouldBe(At(11.5));
    }

    [Fact]
    public void A_link_is_busy_when_its_messages_have_come_through_the_uplink_and_not_before()
    {
        LinkInjector injector = Injector(Latency(5) with { Bandwidth = 2e6 });
        injector.Send(1, 2, Key(0), 2000, At(0)); // 2 to 3
        injector.Send(1, 3, Key(0), 1000, At(0));
        injector.Send(1, 2, Key(1), 1000, At(0)); // 4 to 4.5
        Busy(10).ShouldBe(Ms(1.5));
        Busy(4.25).ShouldBe(Ms(1.25));
        Busy(2.5).ShouldBe(Ms(0.5));
        Busy(1).ShouldBe(Duration.Zero);
        injector.Send(1, 2, Key(2), 1000, At(20)); // 21 to 21.5
        Busy(30).ShouldBe(Ms(2));

        Duration Busy(double end) => injector.Records(end: At(end)).Single(link => link.To == "node-2").Busy;
    }

    [Fact]
    public void A_downlink_serves_in_the_order_of_arrival_and_a_crash_empties_it()
    {
        LinkInjector injector = Injector(Latency(5));
        (injector.HasDownlink(0), injector.HasDownlink(1), injector.HasDownlink(3)).ShouldBe((false, false, true));
        injector.PassDownlink(1, 3, 1, 2000, At(5)).ShouldBe(At(7));
        injector.PassDownlink(2, 3, 1, 1000, At(6)).ShouldBe(At(8));
        injector.PassDownlink(0, 3, 1, 1000, At(20)).ShouldBe(At(21));
        injector.PassDownlink(1, 3, 1, 9000, At(30)).ShouldBe(At(39));
        injector.PassDownlink(2, 3, 2, 1000, At(31)).ShouldBe(At(32));
        injector.PassDownlink(2, 1, 1, 1000, At(31)).ShouldBe(At(31)); // has none
    }

    [Fact]
    public void Waiting_for_an_uplink_is_that_of_M_D_1_however_many_links_share_it()
    {
        // Poisson arrivals, 1,000 bytes at 1 MB/s: 1 ms each. At a load of ρ the mean wait is ρ/(2(1 − ρ)) of a transmission (Pollaczek and Khinchine).
        const double load = 0.7;
        const int messages = 100_000;
        int[] targets = [0, 2, 3];
        LinkInjector injector = Injector(Latency(3));
        double at = 0, waits = 0;
        for (int i = 0; i < messages; i++)
        {
            at += -Math.Log(1 - Seed.Child("arrivals").Child(i).Uniform) / load;
            waits += (injector.Send(1, targets[i % 3], Key(i), 1000, At(at))[0].At - At(at)).TotalMilliseconds - 1 - 3;
        }

        (waits / messages).ShouldBe(load / (2 * (1 - load)), 0.06);
    }

    [Fact]
    public void Packets_that_are_missing_take_no_downlink()
    {
        // 3,264 bytes are packets of 1,400, 1,400 and 464.
        ActivationDamage holes = new(1) { Missing = [0, 2], PacketBytes = 1400 };
        (3264 - holes.MissingBytes(3264)).ShouldBe(1400);
        new ActivationDamage(1).MissingBytes(3264).ShouldBe(0);
    }

    private static LinkInjector Injector(LinkPatch conditions)
    {
        ClusterSpec cluster = Cluster(3);
        NodeSpec[] nodes = [cluster.Nodes[0] with { UplinkBytesPerSecond = 1e6 }, cluster.Nodes[1], cluster.Nodes[2] with { DownlinkBytesPerSecond = 1e6 }];
        return new(new(LinkConditions.Perfect.With(conditions), []), Topology(3), Seed, cluster with { Nodes = nodes });
    }
}
