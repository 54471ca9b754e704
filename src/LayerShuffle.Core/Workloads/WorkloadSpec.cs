using LayerShuffle.Core.Time;

namespace LayerShuffle.Core.Workloads;

/// <summary>What is asked of the cluster.</summary>
/// <param name="Requests">How many requests, or null: every test image once.</param>
/// <param name="ImagesPerRequest">Images in one request.</param>
/// <param name="Arrivals">When they are submitted.</param>
/// <param name="Deadline">From submission; later is a missed deadline.</param>
public sealed record WorkloadSpec(int? Requests, int ImagesPerRequest, ArrivalSpec Arrivals, Duration Deadline)
{
    /// <summary>Requests that are submitted before this count in no metric, and metrics count from then on.</summary>
    public Duration WarmUp { get; init; }

    /// <summary>From then on all faults are lifted, and every open request must complete; null: never.</summary>
    public Duration? HealAfter { get; init; }

    /// <summary>When measuring begins.</summary>
    public Instant MeasuredFrom => Instant.Zero + WarmUp;

    /// <summary>Whether a request is of the warm-up.</summary>
    /// <param name="deadline">Its deadline, which travels with it.</param>
    public bool IsWarmUp(Instant deadline) => WarmUp.Nanoseconds > 0 && deadline < MeasuredFrom + Deadline;
}

/// <summary>When requests are submitted: closed (so many in flight) or open (a rate).</summary>
/// <param name="Kind">Closed, uniform or Poisson.</param>
/// <param name="Concurrency">Requests in flight, for <see cref="ArrivalKind.Closed"/>.</param>
/// <param name="RatePerSecond">Requests a second, for the open kinds.</param>
public sealed record ArrivalSpec(ArrivalKind Kind, int Concurrency, double RatePerSecond)
{
    /// <summary>The times, for <see cref="ArrivalKind.Trace"/>.</summary>
    public ArrivalTimes? Times { get; init; }
}

/// <summary>Arrival processes.</summary>
public enum ArrivalKind
{
    /// <summary>The next request is submitted when one has its outcome.</summary>
    Closed,

    /// <summary>Open, at constant intervals.</summary>
    Uniform,

    /// <summary>Open, a Poisson process drawn from (seed, repeat).</summary>
    Poisson,

    /// <summary>Open, at times that are given.</summary>
    Trace,
}
