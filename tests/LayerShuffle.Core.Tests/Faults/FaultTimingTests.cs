using CsCheck;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Time;
using static LayerShuffle.Core.Tests.Make;

namespace LayerShuffle.Core.Tests.Faults;

/// <summary>When faults strike: again and again, later than asked by luck, after one another, up to an end.</summary>
public sealed class FaultTimingTests
{
    private static readonly FaultTiming Once = FaultTiming.Once;

    [Fact]
    public void It_strikes_every_so_often_until_its_end_and_each_strike_lasts()
    {
        CrashFault loop = Crash("loop", 10, Once with { Every = Ms(20), Until = Ms(75) }, 15);
        Told(loop).ShouldBe(["10 loop +", "25 loop -", "30 loop +", "45 loop -", "50 loop +", "65 loop -", "70 loop +", "75 loop -"]);
        FaultTimeline.IsEndless(loop, [loop]).ShouldBeFalse();
    }

    [Fact]
    public void What_it_never_lets_go_of_it_lets_go_of_at_its_end() =>
        Told(Crash("once", 10, Once with { Until = Ms(40) }, null)).ShouldBe(["10 once +", "40 once -"]);

    [Fact]
    public void At_its_end_it_does_not_strike_any_more() =>
        Told(Crash("edge", 10, Once with { Every = Ms(10), Until = Ms(30) }, 1)).ShouldBe(["10 edge +", "11 edge -", "20 edge +", "21 edge -"]);

    [Fact]
    public void One_strike_ends_before_the_next_begins_at_the_same_instant() =>
        Told(Crash("edge", 0, Once with { Every = Ms(10), Until = Ms(20) }, 10)).ShouldBe(["0 edge +", "10 edge -", "10 edge +", "20 edge -"]);

    /// <summary>Found by the swarm: strikes that take nobody down were passed over, one after the other, without an end.</summary>
    [Fact]
    public void A_strike_that_takes_nobody_down_is_an_event_of_its_own_where_others_follow_for_ever()
    {
        var brief = new TraceFault("spot", Ms(10), NodeSelector.Of("node-1"), new NodeTrace([new TraceOutage("node-1", 0, Ms(40), Ms(50))], null), Ms(20))
        {
            Timing = Once with { Every = Ms(100) },
        };
        FaultEvent[] strikes = [.. FaultTimeline.Events([brief], Topology(3), Seed).Take(3)];
        strikes.Select(item => (item.At, item.Begins, item.Targets.Count)).ShouldBe([(At(10), true, 0), (At(110), true, 0), (At(210), true, 0)]);
    }

    [Fact]
    public void Without_an_end_it_goes_on_for_ever_and_only_what_is_asked_for_is_made()
    {
        CrashFault loop = Crash("loop", 0, Once with { Every = Ms(1) }, 0.5);
        FaultTimeline.IsEndless(loop, [loop]).ShouldBeTrue();
        FaultTimeline.Events([loop], Topology(3), Seed).ElementAt(200_000).At.ShouldBe(At(100_000));
        Should.Throw<ArgumentException>(() => FaultTimeline.Build([loop], Topology(3), Seed)).Message.ShouldContain("for ever");
    }

    [Fact]
    public void Endless_faults_that_are_left_out_cost_nothing()
    {
        CrashFault loop = Crash("loop", 0, Once with { Every = Ms(1) }, 0.5);
        var slow = new SlowdownFault("slow", Ms(5), NodeSelector.Of("node-1"), 2, null);
        FaultTimeline.Events([loop, slow], Topology(3), Seed, fault => fault is SlowdownFault).Single().Fault.ShouldBe(slow);
    }

    [Fact]
    public void Strikes_that_overlap_hold_by_themselves()
    {
        FaultEvent[] events = [.. Events(Crash("over", 0, Once with { Every = Ms(10), Until = Ms(25) }, 15))];
        events.Select(Word).ShouldBe(["0 over +", "10 over +", "15 over -", "20 over +", "25 over -", "25 over -"]);
        events.Where(item => item.Begins).Select(item => item.Hold).ShouldBe(["over", "over#2", "over#3"]);
        var effects = new FaultEffects(new NodeHealth(Cluster(3)));
        events.Select(item => effects.Crash(item, 1)).ShouldBe(["began", "already_down", "still_down", "already_down", "still_down", "restarted"]);
    }

    [Fact]
    public void It_begins_after_another_has_begun_each_time()
    {
        FaultSpec[] chain =
        [
            Crash("third", 5, Once with { After = "second" }, 1),
            Crash("first", 10, Once with { Every = Ms(100), Until = Ms(250) }, 50),
            Crash("second", 20, Once with { After = "first" }, 1),
        ];
        FaultTimeline.Build(chain, Topology(3), Seed).Where(item => item.Begins).Select(Word).ShouldBe(
        [
            "10 first +", "30 second +", "35 third +", "110 first +", "130 second +", "135 third +", "210 first +", "230 second +", "235 third +",
        ]);
        FaultTimeline.Events(chain, Topology(3), Seed, fault => fault.Name == "third").Where(item => item.Begins).Select(Word)
            .ShouldBe(["35 third +", "135 third +", "235 third +"]);
    }

    [Fact]
    public void With_a_distance_of_its_own_it_begins_after_the_first_beginning()
    {
        FaultSpec[] chain = [Crash("first", 10, Once with { Every = Ms(100) }, 50),
            Crash("own", 5, Once with { After = "first", Every = Ms(7), Until = Ms(30) }, 1)];
        FaultTimeline.Events(chain, Topology(3), Seed, fault => fault.Name == "own").Where(item => item.Begins).Select(Word)
            .ShouldBe(["15 own +", "22 own +", "29 own +"]);
    }

    [Fact]
    public void It_follows_churn_and_the_luck_of_others_stays()
    {
        var churn = new ChurnFault("churn", default, All, Ms(50), Ms(10), 1, null);
        var echo = new PauseFault("echo", Ms(3), NodeSelector.Of("node-1"), Ms(1)) { Timing = Once with { After = "churn" } };
        Instant[] failures = [.. FaultTimeline.Events([churn], Topology(3), Seed).Where(item => item.Begins).Select(item => item.At).Take(20)];
        FaultTimeline.Events([echo, churn], Topology(3), Seed).Where(item => item.Begins && item.Fault == echo).Select(item => item.At).Take(20)
            .ShouldBe(failures.Select(at => at + Ms(3)));
    }

    /// <summary>Turn k is at k · every and each strike up to jitter later, so intervals are every ± a triangular deviate: variance jitter² / 6.</summary>
    [Fact]
    public void Jitter_is_uniform_and_does_not_add_up()
    {
        const int Strikes = 20_000;
        double[] begins = [.. FaultTimeline.Events([Crash("f", 0, Once with { Every = Ms(10), Jitter = Ms(4) }, 1)], Topology(3), Seed)
            .Where(item => item.Begins).Select(item => item.At.TotalMilliseconds).Take(Strikes)];
        double[] late = [.. begins.Select((at, k) => at - 10 * k)];
        late.ShouldAllBe(ms => ms >= 0 && ms < 4);
        late.Average().ShouldBe(2, 0.03);
        late.Select(ms => (ms - 2) * (ms - 2)).Average().ShouldBe(16 / 12.0, 0.03);
        double[] intervals = [.. begins.Skip(1).Zip(begins, (next, at) => next - at)];
        intervals.ShouldAllBe(ms => ms > 6 && ms < 14);
        intervals.Average().ShouldBe(10, 0.001);
        intervals.Select(ms => (ms - 10) * (ms - 10)).Average().ShouldBe(16 / 6.0, 0.06);
    }

    [Fact]
    public void Jitter_is_the_same_for_the_same_seed_and_fault_and_shifts_a_single_strike_too()
    {
        CrashFault once = Crash("f", 10, Once with { Jitter = Ms(4) }, 5);
        FaultEvent[] events = [.. Events(once)];
        events[0].At.ShouldBe(Events(once).First().At);
        events[0].At.ShouldNotBe(At(10));
        (events[1].At - events[0].At).ShouldBe(Ms(5));
        Events(once with { Name = "g" }).First().At.ShouldNotBe(events[0].At);
    }

    [Fact]
    public void Random_targets_are_drawn_anew_at_each_strike_and_the_first_draws_what_a_single_one_draws()
    {
        var two = new NodeSelector(null, false, 2, null);
        CrashFault once = new("outage", default, two, null), often = once with { RestartAfter = Ms(1), Timing = Once with { Every = Ms(10) } };
        int[][] drawn = [.. FaultTimeline.Events([often], Topology(6), Seed).Where(item => item.Begins).Take(200).Select(item => item.Targets.ToArray())];
        drawn[0].ShouldBe(FaultTimeline.Events([once], Topology(6), Seed).Single().Targets);
        drawn.Select(nodes => string.Join(' ', nodes)).Distinct().Count().ShouldBe(15, "all pairs of six are drawn in 200 draws");
        foreach ((FaultEvent begin, FaultEvent end) in Pairs(often, 20))
            end.Targets.ShouldBe(begin.Targets);
    }

    [Fact]
    public void Whatever_is_asked_for_comes_in_order_of_time_and_what_begins_with_an_end_ends() =>
        Gen.Select(Gen.Int[0, 50], Gen.Int[0, 60], Gen.Int[1, 40], Gen.Int[0, 40], Gen.Int[0, 300], Gen.Int[0, 2]).Array[1, 4].Sample(faults =>
        {
            FaultSpec[] specs = [.. faults.Select((f, i) => (FaultSpec)new CrashFault($"f{i}", Ms(f.Item1), new NodeSelector(null, false, 1, null),
                f.Item2 == 0 ? null : Ms(f.Item2))
            {
                Timing = new FaultTiming(f.Item6 == 1 && i > 0 ? $"f{i - 1}" : null, f.Item6 == 2 ? Ms(f.Item3) : null, Ms(Math.Min(f.Item4, f.Item3)),
                    Ms(51 + f.Item5)),
            })];
            IReadOnlyList<FaultEvent> events = FaultTimeline.Build(specs, Topology(4), Seed);
            events.Zip(events.Skip(1)).All(pair => pair.First.At <= pair.Second.At).ShouldBeTrue();
            events.All(item => item.At <= Instant.Zero + item.Fault.Timing.Until!.Value).ShouldBeTrue();
            foreach (IGrouping<string, FaultEvent> strike in events.GroupBy(item => item.Hold))
                strike.Select(item => item.Begins).ShouldBe([true, false], strike.Key);
        }, iter: 300);

    private static NodeSelector All => new(null, true, null, null);

    private static CrashFault Crash(string name, double at, FaultTiming timing, double? restart) =>
        new(name, Ms(at), NodeSelector.Of("node-1"), restart is { } after ? Ms(after) : null) { Timing = timing };

    private static IEnumerable<FaultEvent> Events(FaultSpec fault) => FaultTimeline.Events([fault], Topology(3), Seed);

    private static IEnumerable<(FaultEvent Begin, FaultEvent End)> Pairs(FaultSpec fault, int count) => FaultTimeline.Events([fault], Topology(6), Seed)
        .Take(2 * count).GroupBy(item => item.Hold).Select(strike => (strike.First(), strike.Last()));

    private static IEnumerable<string> Told(FaultSpec fault) => FaultTimeline.Build([fault], Topology(3), Seed).Select(Word);

    private static string Word(FaultEvent item) => FormattableString.Invariant($"{item.At.TotalMilliseconds} {item.Fault.Name} {(item.Begins ? "+" : "-")}");
}
