using LayerShuffle.Core.Records;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Results.Recoveries;

/// <summary>When each request of a trial was underway and what came of it: what outages are measured by. Kept only where nodes can go down.</summary>
public sealed class RequestTimes
{
    private readonly List<Entry> entries = [];

    /// <summary>One more request.</summary>
    public void Add(RequestRecord request)
    {
        Instant ended = request.Ended ?? request.Submitted + (request.Latency ?? Duration.Zero);
        entries.Add(new Entry(request.Submitted, ended, request.Images, request.Outcome == RequestOutcome.Completed ? request.Correct ?? 0 : -1,
            request.WarmUp));
    }

    /// <summary>The completed ones by the time of their results, those of the warm-up included: when, and how many images.</summary>
    internal (Instant At, int Images)[] Completions() =>
        [.. entries.Where(one => one.Correct >= 0).OrderBy(one => one.Ended).Select(one => (one.Ended, one.Images))];

    /// <summary>Adds to an outage which requests it hit, and what became of them: those that were underway at some time of it. The warm-up's do not count.</summary>
    /// <param name="outage">The outage.</param>
    /// <param name="hasModel">Whether a model computed.</param>
    internal OutageRecord Hit(OutageRecord outage, bool hasModel)
    {
        long hit = 0, failed = 0, images = 0, correct = 0;
        foreach (Entry one in entries)
        {
            if (one.WarmUp || one.Ended <= outage.Down || one.Submitted >= outage.Serving)
                continue;
            hit++;
            failed += one.Correct < 0 ? 1 : 0;
            images += one.Images;
            correct += Math.Max(0, one.Correct);
        }

        return outage with { RequestsHit = hit, RequestsFailed = failed, Top1During = hasModel && images > 0 ? (double)correct / images : null };
    }

    /// <param name="Submitted">When it was submitted.</param>
    /// <param name="Ended">When it had its outcome.</param>
    /// <param name="Images">Its images.</param>
    /// <param name="Correct">Those that were right; -1 where it did not complete.</param>
    /// <param name="WarmUp">Whether it was of the warm-up.</param>
    private readonly record struct Entry(Instant Submitted, Instant Ended, int Images, int Correct, bool WarmUp);
}
