using LayerShuffle.Core.Distributions;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Time;
using LayerShuffle.Core.Trials;

namespace LayerShuffle.Results.Tests;

/// <summary>Records made by hand.</summary>
internal static class Sample
{
    public static Duration Ms(double milliseconds) => Duration.FromMilliseconds(milliseconds);

    public static Instant At(double milliseconds) => Instant.Zero + Ms(milliseconds);

    public static TrialKey Key(int trial = 0, string model = "shuffled", int seed = 0, string policy = "default", string condition = "ideal", int repeat = 0) =>
        new(trial, model, seed, policy, condition, repeat);

    public static RequestRecord Completed(int request, double latencyMs, int correct = 1, int images = 2, int[]? order = null, int[]? skipped = null) => new()
    {
        Request = request,
        FirstImage = request * images,
        Images = images,
        Correct = correct,
        CorrectTop5 = images,
        Loss = 2.5 * (images - correct) / images,
        Outcome = RequestOutcome.Completed,
        Submitted = At(request),
        Latency = Ms(latencyMs),
        Order = order ?? [0, 1, 2],
        Skipped = skipped ?? [],
        Pruned = [],
        Retries = 0,
        Hedges = 0,
    };

    public static RequestRecord Missed(int request, RequestOutcome outcome = RequestOutcome.Failed, int images = 2) => new()
    {
        Request = request,
        FirstImage = request * images,
        Images = images,
        Outcome = outcome,
        Submitted = At(request),
        Pruned = [],
    };

    public static LinkRecord Link(string from = "coordinator", string to = "node-1") => new()
    {
        From = from,
        To = to,
        Asked = LinkConditions.Perfect with { Latency = DelayDistribution.Constant(Ms(5)), Loss = 0.1, Duplicate = 0.05 },
        MessagesSent = 100,
        Lost = 9,
        Duplicated = 5,
        Corrupted = 2,
        CorruptDrawn = 2,
        ReorderDrawn = 4,
        Overtook = 3,
        Delivered = 80,
        DroppedLinkDown = 10,
        DroppedReceiverDown = 4,
        DroppedQueue = 0,
        PacketsLost = 12,
        Bursts = 6,
        Carried = 86,
        LatencyMeanMs = 5.25,
        LatencyStdMs = 0.5,
        Bytes = 1000,
        Busy = Ms(25),
        ControlMessages = 90,
    };

    public static TrialRecord Trial(TrialKey? key = null, IReadOnlyList<RequestRecord>? requests = null, bool hasModel = true, double lengthMs = 100) => new()
    {
        Key = key ?? Key(),
        Requests = requests ?? [Completed(0, 10), Completed(1, 20.5, correct: 2, order: [2, 0], skipped: [1]), Missed(2)],
        Hops = [],
        Ledger = [],
        Links = [Link(), Link("node-1", "coordinator")],
        Layers = 3,
        Deadline = Ms(1000),
        Retries = 7,
        Hedges = 2,
        ResultsSuperseded = 1,
        Length = Ms(lengthMs),
        Availability = 0.975,
        HasModel = hasModel,
    };

    /// <summary>A trial in which each request of two images has the given number right; a negative number stands for a failed request.</summary>
    public static TrialRecord Scored(TrialKey key, params int[] correct) =>
        Trial(key, [.. correct.Select((right, i) => right < 0 ? Missed(i) : Completed(i, 10 + i, right))]);
}
