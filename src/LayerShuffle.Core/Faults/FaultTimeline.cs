using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Core.Faults;

/// <summary>A fault beginning or ending.</summary>
/// <param name="At">When.</param>
/// <param name="Fault">Which fault.</param>
/// <param name="Begins">Whether it begins; else it ends.</param>
/// <param name="Targets">What it strikes, ascending: endpoint indexes for a fault of nodes, link indexes for a partition (the links it cuts) or a link fault.
/// The same at its end.</param>
public sealed record FaultEvent(Instant At, FaultSpec Fault, bool Begins, IReadOnlyList<int> Targets)
{
    /// <summary>What holds the targets, and lets go of them at the end: strikes of one fault may overlap, so that each has a name of its own.</summary>
    public string Hold { get; init; } = Fault.Name;

    /// <summary>Of a beginning: whether an end follows.</summary>
    public bool Ends { get; init; }

    /// <summary>The groups of a partition whose groups are not those that it lists.</summary>
    public IReadOnlyList<IReadOnlyList<string>>? Groups { get; init; }
}

/// <summary>
/// Turns the faults of a scenario into dated events with drawn targets. They are made as they are asked for: a fault that strikes for ever has no last one, and
/// what is kept of it does not grow.
/// </summary>
public static class FaultTimeline
{
    /// <summary>The events of a trial, by time, then by the order of the scenario, then by strike, a strike's beginning before its end.</summary>
    /// <param name="faults">The faults, in the scenario's order.</param>
    /// <param name="topology">The endpoints.</param>
    /// <param name="trialSeed">The node (seed, repeat) of the seed tree.</param>
    /// <param name="which">Only those of these faults; the others are there for what begins after them. Endless ones that are left out cost nothing.</param>
    public static IEnumerable<FaultEvent> Events(IReadOnlyList<FaultSpec> faults, Topology topology, SeedTree trialSeed, Func<FaultSpec, bool>? which = null)
    {
        FaultStrikes strikes = new(faults, topology, trialSeed);
        PriorityQueue<IEnumerator<FaultEvent>, (long At, int Fault)> heads = new();
        try
        {
            for (int i = 0; i < faults.Count; i++)
            {
                if (which?.Invoke(faults[i]) != false)
                    Next(strikes.Events(faults[i]).GetEnumerator(), i);
            }

            while (heads.TryDequeue(out IEnumerator<FaultEvent>? next, out (long At, int Fault) due))
            {
                yield return next.Current;
                Next(next, due.Fault);
            }
        }
        finally
        {
            foreach ((IEnumerator<FaultEvent> left, _) in heads.UnorderedItems)
                left.Dispose();
        }

        void Next(IEnumerator<FaultEvent> events, int fault)
        {
            if (events.MoveNext())
                heads.Enqueue(events, (events.Current.At.Nanoseconds, fault));
            else
                events.Dispose();
        }
    }

    /// <summary>All events of faults that have an end.</summary>
    /// <exception cref="ArgumentException">One of them strikes for ever.</exception>
    public static IReadOnlyList<FaultEvent> Build(IReadOnlyList<FaultSpec> faults, Topology topology, SeedTree trialSeed) =>
        faults.FirstOrDefault(fault => IsEndless(fault, faults)) is { } endless
            ? throw new ArgumentException($"The fault '{endless.Name}' strikes for ever: there is no list of all it does.", nameof(faults))
            : [.. Events(faults, topology, trialSeed)];

    /// <summary>Whether a fault strikes without an end, as long as a trial lasts.</summary>
    /// <param name="fault">The fault.</param>
    /// <param name="faults">The faults that it may begin after.</param>
    public static bool IsEndless(FaultSpec fault, IReadOnlyList<FaultSpec> faults)
    {
        if (fault.Timing.Until is not null)
            return false;
        if (fault.Timing.Every is not null || fault is ChurnFault { For: null })
            return true;
        return fault.Timing.After is { } other && IsEndless(faults.First(each => each.Name == other), faults);
    }
}
