using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Workloads;

namespace LayerShuffle.Actors.Trials;

/// <summary>What a trial's coordinator is going to ask, and when: all of it a function of the seed.</summary>
/// <param name="Workload">Arrivals and deadline.</param>
/// <param name="RequestCount">Requests in all, as far as is known.</param>
/// <param name="Images">Indexes of a request's images in the test set.</param>
/// <param name="Route">The order of a request.</param>
/// <param name="Arrivals">When requests are submitted, for the open kinds; null where the workload is closed.</param>
public sealed record TrialPlan(
    WorkloadSpec Workload, Func<int> RequestCount, Func<int, int[]> Images, Func<int, PlannedRoute> Route, ArrivalSchedule? Arrivals);

/// <summary>What a trial asks instead of its workload's requests: the steps of a training, one after the other.</summary>
public interface IRequestSource
{
    /// <summary>Requests in all, as far as is known: more come while the last of them has no outcome.</summary>
    int Count { get; }

    /// <summary>A request's images; asked once, when it is submitted.</summary>
    int[] Images(int request);

    /// <summary>The order that a request sets out on; asked once, when it is submitted.</summary>
    PlannedRoute Route(int request);
}
