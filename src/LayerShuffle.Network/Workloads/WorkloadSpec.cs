using LayerShuffle.Network.Time;

namespace LayerShuffle.Network.Workloads;

/// <summary>What is asked of the cluster.</summary>
/// <param name="Requests">How many requests, or null: every test image once.</param>
/// <param name="ImagesPerRequest">Images in one request.</param>
/// <param name="Arrivals">When they are submitted.</param>
/// <param name="Deadline">From submission; later is a missed deadline.</param>
public sealed record WorkloadSpec(int? Requests, int ImagesPerRequest, ArrivalSpec Arrivals, Duration Deadline);
