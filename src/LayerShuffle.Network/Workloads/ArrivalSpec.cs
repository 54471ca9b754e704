namespace LayerShuffle.Network.Workloads;

/// <summary>When requests are submitted: closed (so many in flight) or open (a rate).</summary>
/// <param name="Kind">Closed, uniform or Poisson.</param>
/// <param name="Concurrency">Requests in flight, for <see cref="ArrivalKind.Closed"/>.</param>
/// <param name="RatePerSecond">Requests a second, for the open kinds.</param>
public sealed record ArrivalSpec(ArrivalKind Kind, int Concurrency, double RatePerSecond);
