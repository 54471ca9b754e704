using LayerShuffle.Core.Seeds;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Core.Workloads;

/// <summary>When the requests of an open workload are submitted; request 0 at t = 0.</summary>
public sealed class ArrivalSchedule
{
    private const long LatestNanoseconds = 1_000_000_000_000_000_000; // 31 years: there is time left for the requests of the end
    private readonly ArrivalSpec spec;
    private readonly decimal? rate;
    private readonly SeedTree seed;
    private int summed; // of the unit exponential gaps
    private double sum; // of so many: requests are asked for in turn, and none of the sums is needed again

    /// <summary>The schedule of a trial.</summary>
    /// <param name="spec">An open kind of arrivals.</param>
    /// <param name="trialSeed">The node (seed, repeat) of the seed tree.</param>
    public ArrivalSchedule(ArrivalSpec spec, SeedTree trialSeed)
    {
        if (spec.Kind == ArrivalKind.Closed)
            throw new ArgumentException("A closed workload has no schedule: a request is submitted when another has its outcome.", nameof(spec));
        if (spec.Kind == ArrivalKind.Trace && spec.Times is null)
            throw new ArgumentException("Arrivals of a trace need its times.", nameof(spec));
        if (spec.Kind != ArrivalKind.Trace && (!(spec.RatePerSecond > 0) || double.IsInfinity(spec.RatePerSecond)))
            throw new ArgumentException($"A rate of arrivals is greater than 0, not {spec.RatePerSecond}.", nameof(spec));
        this.spec = spec;
        rate = spec.RatePerSecond is > 1e-9 and < 1e18 ? (decimal)spec.RatePerSecond : null; // beyond that a decimal has no digits left
        seed = trialSeed.Child("arrivals");
    }

    /// <summary>When a request is submitted, to the nearest nanosecond.</summary>
    public Instant At(int request)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(request);
        if (spec.Times is { } times)
            return times.At(request);
        return spec.Kind == ArrivalKind.Uniform && rate is { } exact
            // decimal, and from the start: no drift, however many requests
            ? new((long)Math.Min(LatestNanoseconds, Math.Round(request * 1_000_000_000m / exact)))
            : new((long)Math.Min((double)LatestNanoseconds,
                Math.Round((spec.Kind == ArrivalKind.Uniform ? request : UnitArrival(request)) / spec.RatePerSecond * 1e9)));
    }

    /// <summary>Gap i is a pure function of (seed, repeat, i), and the rate only stretches the whole: swept rates meet the same pattern.</summary>
    private double UnitArrival(int request)
    {
        if (request < summed)
            (summed, sum) = (0, 0); // asked out of turn: from the start
        while (summed < request)
            sum -= Math.Log(1 - seed.Child(++summed).Uniform);
        return sum;
    }
}
