using LayerShuffle.Core.Links;
using static LayerShuffle.Core.Tests.Make;

namespace LayerShuffle.Core.Tests.Links;

/// <summary>Queues before the bandwidth, against what queueing theory says of them.</summary>
public sealed class QueueTests
{
    private const int Messages = 100_000;

    [Fact]
    public void Waiting_is_that_of_M_D_1()
    {
        // Poisson arrivals, 1,000 bytes at 1 MB/s: 1 ms each. At a load of ρ the mean wait is ρ/(2(1 − ρ)) of a transmission (Pollaczek and Khinchine).
        const double load = 0.7;
        (double wait, _) = Waits(load, _ => 1000, new() { Bandwidth = 1e6 });
        wait.ShouldBe(load / (2 * (1 - load)), 0.06);
    }

    [Theory]
    [InlineData(0.8, 4)]
    [InlineData(1.5, 3)]
    public void Drops_are_those_of_M_M_1_K(double load, int waiting)
    {
        // K = waiting + 1 in the system: dropped is (1 − ρ)ρ^K / (1 − ρ^(K+1)).
        int k = waiting + 1;
        double expected = (1 - load) * Math.Pow(load, k) / (1 - Math.Pow(load, k + 1));
        (_, double dropped) = Waits(load, uniform => (long)Math.Round(-1000 * Math.Log(1 - uniform)),
            new() { Bandwidth = 1e6, Queue = new(null, waiting, QueueDrop.Tail) });
        dropped.ShouldBe(expected, 0.01);
    }

    [Fact]
    public void A_limit_in_bytes_counts_what_waits_and_not_what_is_transmitted()
    {
        LinkInjector injector = Injector(new() { Bandwidth = 1e6, Queue = new(2500, null, QueueDrop.Tail) });
        CopyFate[] fates = [.. Enumerable.Range(0, 5).Select(i => injector.Send(0, 1, Key(i), 1000, At(0))[0].Fate)];
        fates.ShouldBe([CopyFate.Delivered, CopyFate.Delivered, CopyFate.Delivered, CopyFate.Dropped, CopyFate.Dropped]);
        injector.Send(0, 1, Key(5), 1000, At(1))[0].At.ShouldBe(At(4)); // one has left meanwhile
        LinkRecord record = injector.Records()[0];
        (record.DroppedQueue, record.Carried, record.Lost).ShouldBe((2, 4, 0));
    }

    [Fact]
    public void Random_drops_begin_before_it_is_full()
    {
        int[] dropped = new int[3];
        for (int trial = 0; trial < 4000; trial++)
        {
            LinkInjector injector = Injector(new() { Bandwidth = 1e6, Queue = new(null, 2, QueueDrop.Random) }, seed: Seed.Child(trial));
            injector.Send(0, 1, Key(0), 1000, At(0));
            for (int i = 1; i < 3; i++)
                dropped[i] += injector.Send(0, 1, Key(i), 1000, At(0))[0].Fate == CopyFate.Dropped ? 1 : 0;
        }

        dropped[1].ShouldBe(0); // nothing waits yet
        dropped[2].ShouldBeInRange(1850, 2150); // half of the limit waits: 2000 ± 5 deviations
    }

    [Fact]
    public void Without_a_limit_of_bandwidth_nothing_waits()
    {
        LinkInjector injector = Injector(Latency(5) with { Queue = new(1, null, QueueDrop.Tail) });
        Enumerable.Range(0, 100).ShouldAllBe(i => injector.Send(0, 1, Key(i), 1000, At(0))[0].Fate == CopyFate.Delivered);
    }

    /// <summary>Mean wait in transmissions of 1 ms, and the share that is dropped, of Poisson arrivals at a load.</summary>
    private static (double Wait, double Dropped) Waits(double load, Func<double, long> size, LinkPatch conditions)
    {
        LinkInjector injector = Injector(conditions);
        double at = 0, waits = 0;
        int dropped = 0;
        for (int i = 0; i < Messages; i++)
        {
            at += -Math.Log(1 - Seed.Child("arrivals").Child(i).Uniform) / load;
            long bytes = size(Seed.Child("sizes").Child(i).Uniform);
            CopyVerdict copy = injector.Send(0, 1, Key(i), bytes, At(at))[0];
            if (copy.Fate == CopyFate.Dropped)
                dropped++;
            else
                waits += (copy.At - At(at)).TotalMilliseconds - (bytes / 1000.0);
        }

        return (waits / (Messages - dropped), dropped / (double)Messages);
    }
}
