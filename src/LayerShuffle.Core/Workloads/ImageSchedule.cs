using LayerShuffle.Core.Seeds;

namespace LayerShuffle.Core.Workloads;

/// <summary>Which test images each request carries: consecutive ones of a permutation that all trials of a repeat share.</summary>
public sealed class ImageSchedule
{
    private readonly WorkloadSpec workload;
    private readonly int[] permutation;

    /// <summary>The schedule of a trial.</summary>
    /// <param name="workload">Requests and images in one.</param>
    /// <param name="testImages">Number of test images.</param>
    /// <param name="trialSeed">The node (seed, repeat) of the seed tree.</param>
    public ImageSchedule(WorkloadSpec workload, int testImages, SeedTree trialSeed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(testImages, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(workload.ImagesPerRequest, 1);
        this.workload = workload;
        permutation = trialSeed.Child("images").Stream().Permutation(testImages);
        RequestCount = workload.Requests ?? (testImages - 1) / workload.ImagesPerRequest + 1;
    }

    /// <summary>Number of requests.</summary>
    public int RequestCount { get; }

    /// <summary>Whether some image is asked for twice, which is worth a warning.</summary>
    public bool MoreThanOnePass => workload.Requests is { } requests && (long)requests * workload.ImagesPerRequest > permutation.Length;

    /// <summary>
    /// The indexes of a request's test images. Where every image is asked for once the last request may be smaller; more than one pass begins again.
    /// </summary>
    public int[] Images(int request)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(request);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(request, RequestCount);
        long start = (long)request * workload.ImagesPerRequest;
        int count = workload.Requests is null ? (int)Math.Min(workload.ImagesPerRequest, permutation.Length - start) : workload.ImagesPerRequest;
        var images = new int[count];
        for (int i = 0; i < count; i++)
            images[i] = permutation[(start + i) % permutation.Length];
        return images;
    }
}
