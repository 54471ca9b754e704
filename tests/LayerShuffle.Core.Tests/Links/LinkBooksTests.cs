using LayerShuffle.Core.Links;
using LayerShuffle.Core.Time;
using static LayerShuffle.Core.Tests.Make;

namespace LayerShuffle.Core.Tests.Links;

public sealed class LinkBooksTests
{
    [Fact]
    public void A_link_is_busy_for_what_lies_within_the_trial()
    {
        LinkInjector injector = Injector(new() { Bandwidth = 1e6 });
        injector.Send(0, 1, Key(0), 2_000, At(0)); // until 2
        injector.Send(0, 1, Key(1), 3_000, At(1)); // until 5
        injector.Send(0, 1, Key(2), 1_000_000, At(10)); // until 1010
        Busy(20).ShouldBe(Ms(15));
        Busy(10).ShouldBe(Ms(5));
        Busy(5000).ShouldBe(Ms(1005));
        injector.Records()[0].Busy.ShouldBe(Ms(1005));

        Duration Busy(double end) => injector.Records(end: At(end))[0].Busy;
    }

    [Fact]
    public void A_transmission_that_takes_longer_than_a_clock_can_tell_is_busy_until_the_end()
    {
        LinkInjector injector = Injector(new() { Bandwidth = 1e-9 });
        injector.Send(0, 1, Key(0), 1_000_000, At(3))[0].At.ShouldBe(Instant.Never);
        injector.Send(0, 1, Key(1), 1_000_000, At(4))[0].At.ShouldBe(Instant.Never);
        injector.Records(end: At(20))[0].Busy.ShouldBe(Ms(17));
    }

    [Theory]
    [InlineData(true, CopyFate.Delivered, 1, 0, 0)]
    [InlineData(true, CopyFate.Corrupted, 0, 1, 0)]
    [InlineData(false, CopyFate.Delivered, 0, 0, 1)]
    [InlineData(false, CopyFate.Corrupted, 0, 0, 1)]
    public void A_copy_has_one_fate(bool up, CopyFate fate, int delivered, int corrupted, int dropped)
    {
        LinkInjector injector = Injector(new() { Corrupt = fate == CopyFate.Corrupted ? 1 : 0 });
        CopyVerdict copy = injector.Send(0, 1, Key(0), 1, At(0))[0];
        copy.Fate.ShouldBe(fate);
        injector.CountArrival(0, 1, copy.Fate, up, overtook: true);
        var record = injector.Records()[0];
        (record.Delivered, record.Corrupted, record.DroppedReceiverDown).ShouldBe((delivered, corrupted, dropped));
        record.Overtook.ShouldBe(up ? 1 : 0, "who never arrives overtakes nobody");
        record.CorruptDrawn.ShouldBe(fate == CopyFate.Corrupted ? 1 : 0);
    }
}
