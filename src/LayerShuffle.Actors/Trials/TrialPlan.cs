using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Workloads;

namespace LayerShuffle.Actors.Trials;

/// <summary>What a trial's coordinator is going to ask, and when: all of it a function of the seed.</summary>
/// <param name="Workload">Arrivals and deadline.</param>
/// <param name="RequestCount">Requests in all.</param>
/// <param name="Images">Indexes of a request's images in the test set.</param>
/// <param name="Routes">Orders of the requests.</param>
/// <param name="Arrivals">When requests are submitted, for the open kinds; null where the workload is closed.</param>
public sealed record TrialPlan(WorkloadSpec Workload, int RequestCount, Func<int, int[]> Images, RoutePlanner Routes, ArrivalSchedule? Arrivals);
