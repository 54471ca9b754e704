using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Distributions;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Core.Faults;

/// <summary>What each fault of a scenario does, and when, one fault at a time.</summary>
/// <param name="faults">The faults, in the scenario's order.</param>
/// <param name="topology">The endpoints.</param>
/// <param name="trialSeed">The node (seed, repeat) of the seed tree.</param>
internal sealed class FaultStrikes(IReadOnlyList<FaultSpec> faults, Topology topology, SeedTree trialSeed)
{
    /// <summary>The events of one fault, by time, then by strike.</summary>
    public IEnumerable<FaultEvent> Events(FaultSpec fault)
    {
        PriorityQueue<(IEnumerator<FaultEvent> Events, Strike Strike), (long At, long Number)> open = new();
        foreach (Strike strike in Strikes(fault))
        {
            while (open.TryPeek(out _, out (long At, long) head) && head.At <= strike.Turn.Nanoseconds) // no later strike begins before its turn
                yield return Take();
            Next(Of(fault, strike).GetEnumerator(), strike);
        }

        while (open.Count > 0)
            yield return Take();

        FaultEvent Take()
        {
            (IEnumerator<FaultEvent> events, Strike strike) = open.Dequeue();
            FaultEvent taken = events.Current;
            Next(events, strike);
            return taken;
        }

        void Next(IEnumerator<FaultEvent> events, Strike strike)
        {
            if (events.MoveNext())
                open.Enqueue((events, strike), (events.Current.At.Nanoseconds, strike.Number));
        }
    }

    /// <summary>When a fault strikes, in the order of its turns.</summary>
    private IEnumerable<Strike> Strikes(FaultSpec fault)
    {
        FaultTiming timing = fault.Timing;
        Instant? until = timing.Until is { } last ? Instant.Zero + last : null;
        SeedTree jitter = Luck(fault).Child("jitter");
        long number = 0;
        foreach (Instant turn in Turns(fault))
        {
            if (turn >= until || turn == Instant.Never)
                yield break;
            long strike = number++;
            Instant begin = timing.Jitter.Nanoseconds == 0 ? turn : turn + timing.Jitter * jitter.Child(strike).Uniform;
            if (begin >= until)
                continue;
            Instant? end = Lasting(fault) is { } lasting ? begin + lasting : null;
            if (fault is not MemoryFault && (until < end || end is null))
                end = until; // bits have flipped, and there is nothing to lift
            yield return new Strike(strike, turn, begin, end);
        }
    }

    private IEnumerable<Instant> Turns(FaultSpec fault)
    {
        foreach (Instant first in fault.Timing.After is { } other ? Beginnings(faults.First(each => each.Name == other)) : [Instant.Zero])
        {
            Instant turn = first + fault.At;
            yield return turn;
            if (fault.Timing.Every is not { } every)
                continue;
            while (true)
                yield return turn += every;
        }
    }

    private IEnumerable<Instant> Beginnings(FaultSpec fault) => Events(fault).Where(item => item.Begins).Select(item => item.At);

    private static Duration? Lasting(FaultSpec fault) => fault switch
    {
        CrashFault crash => crash.RestartAfter,
        PartitionFault partition => partition.HealAfter,
        SlowdownFault slowdown => slowdown.For,
        LinkFault link => link.For,
        PauseFault pause => pause.For,
        ChurnFault churn => churn.For,
        TraceFault trace => trace.For,
        ByzantineFault byzantine => byzantine.For,
        MemoryFault => null,
        _ => throw new ArgumentException($"Fault '{fault.Name}' is of a kind that the timeline does not know: {fault.GetType().Name}.", nameof(fault)),
    };

    private IEnumerable<FaultEvent> Of(FaultSpec fault, Strike strike) => fault switch
    {
        ChurnFault churn => OrNobody(churn, strike, Churn(churn, strike)),
        TraceFault trace => OrNobody(trace, strike, Trace(trace, strike)),
        PartitionFault partition => Partition(partition, strike),
        _ => BeginAndEnd(fault, strike, Targets(fault, strike), null),
    };

    /// <summary>
    /// A strike of a fault that comes again and again is an event also where it takes nobody down: looking for the next one that does might never end.
    /// </summary>
    private static IEnumerable<FaultEvent> OrNobody(FaultSpec fault, Strike strike, IEnumerable<FaultEvent> events)
    {
        bool any = fault.Timing.Every is null;
        foreach (FaultEvent item in events)
        {
            any = true;
            yield return item;
        }

        if (!any)
            yield return new FaultEvent(strike.Begin, fault, true, []) { Hold = Hold(fault, strike), Ends = false };
    }

    private IReadOnlyList<int> Targets(FaultSpec fault, Strike strike) => fault switch
    {
        CrashFault crash => Nodes(fault, crash.Nodes, strike),
        SlowdownFault slowdown => Nodes(fault, slowdown.Nodes, strike),
        PauseFault pause => Nodes(fault, pause.Nodes, strike),
        MemoryFault memory => Nodes(fault, memory.Nodes, strike),
        ByzantineFault byzantine => Nodes(fault, byzantine.Nodes, strike),
        LinkFault link => topology.LinksBetween(link.From, link.To),
        _ => [],
    };

    private static IEnumerable<FaultEvent> BeginAndEnd(FaultSpec fault, Strike strike, IReadOnlyList<int> targets, IReadOnlyList<IReadOnlyList<string>>? groups)
    {
        FaultEvent begin = new(strike.Begin, fault, true, targets) { Hold = Hold(fault, strike), Ends = strike.End is not null, Groups = groups };
        yield return begin;
        if (strike.End is { } end)
            yield return begin with { At = end, Begins = false, Ends = false };
    }

    private IEnumerable<FaultEvent> Partition(PartitionFault fault, Strike strike)
    {
        PartitionGroups groups = new(topology, Of(Luck(fault).Child("groups"), strike));
        (IReadOnlyList<IReadOnlyList<string>> parts, LinkSet links) = groups.Of(fault);
        return BeginAndEnd(fault, strike, links, fault.Shape == PartitionShape.Listed ? null : parts);
    }

    private IEnumerable<FaultEvent> Churn(ChurnFault fault, Strike strike)
    {
        IReadOnlyList<(string Name, int[] Nodes)> units = Draw(fault, strike).Units(fault.Nodes);
        bool isByDomain = fault.Nodes.IsByDomain;
        SeedTree luck = Of(Luck(fault).Child("churn"), strike);
        PriorityQueue<(int Unit, long Draw, bool Begins), (long At, int Unit)> next = new();
        for (int i = 0; i < units.Count; i++)
            Schedule(i, 0, true, strike.Begin, fault.MeanTimeToFailure);
        while (next.TryDequeue(out (int Unit, long Draw, bool Begins) due, out (long At, int) order))
        {
            Instant at = new(order.At);
            (string name, int[] nodes) = units[due.Unit];
            string hold = Hold(fault, strike);
            yield return new FaultEvent(at, fault, due.Begins, nodes) { Hold = isByDomain ? $"{hold}:{name}" : hold, Ends = due.Begins };
            Schedule(due.Unit, due.Draw + 1, !due.Begins, at, due.Begins ? fault.MeanTimeToRepair : fault.MeanTimeToFailure);
        }

        void Schedule(int unit, long draw, bool begins, Instant from, Duration mean)
        {
            Duration time = Duration.FromSeconds(Weibull.Quantile(mean.TotalSeconds, fault.Shape, luck.Child(units[unit].Name).Child(draw).Uniform));
            Instant at = from + new Duration(Math.Max(1, time.Nanoseconds)); // time goes on, whatever is drawn
            if (strike.End is { } end && at >= end)
            {
                if (begins)
                    return;
                at = end;
            }

            if (at != Instant.Never)
                next.Enqueue((unit, draw, begins), (at.Nanoseconds, unit));
        }
    }

    private IEnumerable<FaultEvent> Trace(TraceFault fault, Strike strike)
    {
        int[] nodes = Nodes(fault, fault.Nodes, strike);
        List<(Instant At, bool Begins, bool Ends, int[] Targets)> events = [];
        foreach (TraceOutage outage in fault.Trace.Outages)
            Add(Struck(outage), outage.From, outage.To);
        for (int place = fault.Trace.Places ?? nodes.Length; place < nodes.Length; place++)
            Add([nodes[place]], Duration.Zero, null);
        string hold = Hold(fault, strike);
        return events.OrderBy(item => item.At) // a stable sort; what ends at an instant has begun before
            .Select(item => new FaultEvent(item.At, fault, item.Begins, item.Targets) { Hold = hold, Ends = item.Ends });

        int[] Struck(TraceOutage outage) => outage.Node is { } name ? [.. nodes.Where(node => topology.Name(node) == name)]
            : outage.Place == TraceOutage.Everywhere ? nodes : [.. nodes.Skip(outage.Place).Take(1)];

        void Add(int[] targets, Duration from, Duration? to)
        {
            Instant begin = strike.Begin + from;
            Instant? end = to is { } last ? strike.Begin + last : null;
            if (strike.End < end || end is null)
                end = strike.End;
            if (targets.Length == 0 || begin >= strike.End)
                return;
            events.Add((begin, true, end is not null, targets));
            if (end is { } over)
                events.Add((over, false, false, targets));
        }
    }

    private int[] Nodes(FaultSpec fault, NodeSelector selector, Strike strike) => Draw(fault, strike).Nodes(selector);

    private NodeDraw Draw(FaultSpec fault, Strike strike) => new(fault.Name, topology, purpose => Of(Luck(fault).Child(purpose), strike));

    private SeedTree Luck(FaultSpec fault) => trialSeed.Child("fault").Child(fault.Name);

    /// <summary>The first strike draws what a fault that strikes once draws.</summary>
    private static SeedTree Of(SeedTree luck, Strike strike) => strike.Number == 0 ? luck : luck.Child("strike").Child(strike.Number);

    private static string Hold(FaultSpec fault, Strike strike) => strike.Number == 0 ? fault.Name : $"{fault.Name}#{strike.Number + 1}";

    /// <summary>One time that a fault strikes.</summary>
    /// <param name="Number">Its number, from 0.</param>
    /// <param name="Turn">When it would begin without jitter.</param>
    /// <param name="Begin">When it begins.</param>
    /// <param name="End">When it ends; null: never.</param>
    private readonly record struct Strike(long Number, Instant Turn, Instant Begin, Instant? End);
}
