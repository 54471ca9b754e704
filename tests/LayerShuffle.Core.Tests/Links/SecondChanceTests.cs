using LayerShuffle.Core.Links;
using LayerShuffle.Core.Seeds;
using static LayerShuffle.Core.Tests.Make;

namespace LayerShuffle.Core.Tests.Links;

/// <summary>
/// What is sent again after a crash or on another branch has luck of its own; what is sent for the first time has the luck that it always had.
/// </summary>
public sealed class SecondChanceTests
{
    [Fact]
    public void Branches_and_incarnations_have_luck_of_their_own()
    {
        LinkInjector injector = Injector(new() { Loss = 0.5 });
        long branch = 0, incarnation = 0, both = 0;
        for (int i = 0; i < 10_000; i++)
        {
            CopyFate fate = Fate(Key(i));
            branch += fate == Fate(Key(i) with { Branch = 77 }) ? 1 : 0;
            incarnation += fate == Fate(Key(i) with { Incarnation = 2 }) ? 1 : 0;
            both += Fate(Key(i) with { Incarnation = 2 }) == Fate(Key(i) with { Branch = 77, Incarnation = 2 }) ? 1 : 0;
        }

        foreach (long same in (long[])[branch, incarnation, both])
            same.ShouldBeBinomial(10_000, 0.5);

        CopyFate Fate(MessageKey key) => injector.Send(0, 1, key, 1, At(0))[0].Fate;
    }

    [Fact]
    public void Acknowledgements_of_two_incarnations_messages_do_not_share_their_luck()
    {
        LinkInjector injector = Injector(new() { Latency = Jitter(20, 5) });
        (injector.SendControl(0, 1, ControlKind.Ack, Key(1), 0, At(0)) == injector.SendControl(0, 1, ControlKind.Ack, Key(1) with { Answered = 2 }, 0, At(0)))
            .ShouldBeFalse();
    }

    [Fact]
    public void First_branches_and_incarnations_keep_their_draws()
    {
        // Computed from the seed tree by hand: purpose, link, request, layer, attempt, copy, and nothing else.
        LinkInjector injector = Injector(new() { Loss = 0.5 });
        SeedTree tree = Seed.Child("loss").Child("coordinator").Child("node-1");
        for (int i = 0; i < 1000; i++)
        {
            bool lost = tree.Child(i).Child(3).Child(1).Child(0).Uniform < 0.5;
            injector.Send(0, 1, Key(i, 3, 1), 1, At(0))[0].Fate.ShouldBe(lost ? CopyFate.Lost : CopyFate.Delivered);
        }
    }
}
