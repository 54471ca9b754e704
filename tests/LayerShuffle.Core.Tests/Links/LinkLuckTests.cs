using LayerShuffle.Core.Distributions;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Core.Time;
using static LayerShuffle.Core.Tests.Make;

namespace LayerShuffle.Core.Tests.Links;

public sealed class LinkLuckTests
{
    private const int Messages = 50_000;

    [Theory]
    [InlineData(0.001)]
    [InlineData(0.01)]
    [InlineData(0.3)]
    public void Rates_are_those_asked_for(double probability)
    {
        LinkInjector injector = Injector(new() { Loss = probability, Corrupt = probability, Reorder = probability, Duplicate = probability });
        for (int i = 0; i < Messages; i++)
            injector.Send(1, 2, Key(i / 10, i % 10), 100, At(0));
        var record = injector.Records().Single(link => link is { From: "node-1", To: "node-2" });
        record.Duplicated.ShouldBeBinomial(Messages, probability);
        record.Lost.ShouldBeBinomial(Messages + (int)record.Duplicated, probability);
        record.CorruptDrawn.ShouldBeBinomial((int)record.Carried, probability);
        record.ReorderDrawn.ShouldBeBinomial((int)record.Carried, probability);
    }

    [Fact]
    public void Attempts_layers_copies_links_and_repeats_have_luck_of_their_own()
    {
        LinkInjector injector = Injector(new() { Loss = 0.5 });
        LinkInjector other = Injector(new() { Loss = 0.5 }, seed: SeedTree.Root(7).Child(1));
        long request = 0, layer = 0, attempt = 0, link = 0, back = 0, repeat = 0;
        for (int i = 0; i < 10_000; i++)
        {
            CopyFate fate = Fate(injector, 0, 1, Key(i));
            request += fate == Fate(injector, 0, 1, Key(i + 20_000)) ? 1 : 0;
            layer += fate == Fate(injector, 0, 1, Key(i, -1)) ? 1 : 0;
            attempt += fate == Fate(injector, 0, 1, Key(i, 0, 1)) ? 1 : 0;
            link += fate == Fate(injector, 0, 2, Key(i)) ? 1 : 0;
            back += fate == Fate(injector, 1, 0, Key(i)) ? 1 : 0;
            repeat += fate == Fate(other, 0, 1, Key(i)) ? 1 : 0;
        }
        foreach (long same in (long[])[request, layer, attempt, link, back, repeat])
            same.ShouldBeBinomial(10_000, 0.5);

        static CopyFate Fate(LinkInjector injector, int from, int to, MessageKey key) => injector.Send(from, to, key, 1, At(0))[0].Fate;
    }

    [Fact]
    public void A_draw_does_not_depend_on_what_else_was_sent()
    {
        LinkPatch conditions = new() { Loss = 0.2, Corrupt = 0.1, Duplicate = 0.1, Reorder = 0.1, Latency = Jitter(20, 5) };
        LinkInjector quiet = Injector(conditions);
        LinkInjector busy = Injector(conditions with { Loss = 0.3 }, nodes: 5, links: new LinkException("coordinator", "node-1", new() { Loss = 0.2 }));
        for (int i = 0; i < 2_000; i++)
        {
            for (int to = 1; to <= 5; to++)
                busy.Send(0, to, Key(i, 0, 1), 10, At(i));
            busy.SendControl(0, 1, ControlKind.Ack, Key(i), 0, At(i));
            SendVerdict expected = quiet.Send(0, 1, Key(i), 10, At(i)), actual = busy.Send(0, 1, Key(i), 10, At(i));
            actual.Copies.ShouldBe(expected.Copies);
            for (int copy = 0; copy < expected.Copies; copy++)
                (actual[copy] with { Overtakes = false }).ShouldBe(expected[copy] with { Overtakes = false }); // who is overtaken depends on who is underway
        }
    }

    [Fact]
    public void What_is_lost_at_a_low_rate_is_lost_at_a_higher_one()
    {
        LinkInjector low = Injector(new() { Loss = 0.01, Duplicate = 0.01 }), high = Injector(new() { Loss = 0.05, Duplicate = 0.05, Latency = Jitter(3, 1) });
        int lost = 0;
        for (int i = 0; i < 20_000; i++)
        {
            SendVerdict mild = low.Send(0, 1, Key(i), 1, At(0)), harsh = high.Send(0, 1, Key(i), 1, At(0));
            harsh.Copies.ShouldBeGreaterThanOrEqualTo(mild.Copies);
            for (int copy = 0; copy < mild.Copies; copy++)
                if (mild[copy].Fate == CopyFate.Lost)
                {
                    lost++;
                    harsh[copy].Fate.ShouldBe(CopyFate.Lost);
                }
        }
        lost.ShouldBeGreaterThan(100);
    }

    [Fact]
    public void Latencies_are_recorded_as_drawn()
    {
        LinkInjector injector = Injector(new() { Latency = Jitter(20, 5), Bandwidth = 1e6 });
        for (int i = 0; i < Messages; i++)
            injector.Send(0, 1, Key(i), 500, At(i));
        injector.Records()[0].LatencyMeanMs!.Value.ShouldBe(20, 0.1);
        injector.Records()[0].LatencyStdMs!.Value.ShouldBe(5, 0.1);
    }

    [Fact]
    public void A_million_sends_allocate_next_to_nothing_and_are_quick()
    {
        LinkInjector injector = Injector(new()
        {
            Loss = 0.05,
            Corrupt = 0.01,
            Duplicate = 0.01,
            Reorder = 0.05,
            Latency = new(DelayKind.Lognormal, Ms(5), Ms(2), Duration.Zero, null),
            Bandwidth = 1e8,
        });
        Send(1_000);
        long before = GC.GetAllocatedBytesForCurrentThread(), started = TimeProvider.System.GetTimestamp();
        Send(1_000_000);
        TimeSpan taken = TimeProvider.System.GetElapsedTime(started);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(100_000);
        TestContext.Current.SendDiagnosticMessage("1,000,000 sends took {0} ms", taken.TotalMilliseconds);
        taken.ShouldBeLessThan(TimeSpan.FromSeconds(10)); // far above what it takes, for machines that are busy

        void Send(int count)
        {
            for (int i = 0; i < count; i++)
                injector.Send(0, 1, Key(i), 500, new(i * 1_000L));
        }
    }
}
