using System.Globalization;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Time;
using LayerShuffle.Results.Journeys;

namespace LayerShuffle.Runs.Explaining;

/// <summary>What would have become of a request had a fault not been: the trial as it was and without the fault, both run again on the same luck.</summary>
/// <param name="Fault">The fault.</param>
/// <param name="AlsoGone">Faults that begin after it, which went with it.</param>
/// <param name="Told">What the results tell of the request.</param>
/// <param name="As">The request in the trial as it was.</param>
/// <param name="Without">The request without the fault.</param>
public sealed record WithoutFault(string Fault, IReadOnlyList<string> AlsoGone, RequestRecord Told, Journey As, Journey Without)
{
    /// <summary>Whether the trial that was run again came out as the results tell of it.</summary>
    public bool IsSame => Same(Told, As.Request);

    /// <summary>Whether anything would have changed.</summary>
    public bool Changes => !Same(As.Request, Without.Request) || As.Request.Loss != Without.Request.Loss; // of one process, and so to the last bit

    /// <summary>Runs the trial twice.</summary>
    public static WithoutFault Of(TrialAgain trial, RequestRecord told, string fault, CancellationToken cancellation = default)
    {
        trial.Check(fault);
        HashSet<string> left = [.. trial.Left(fault).Select(other => other.Name)]; // membership only
        return new WithoutFault(fault, [.. trial.Faults.Where(name => name != fault && !left.Contains(name))], told,
            trial.Run(told.Request, null, cancellation), trial.Run(told.Request, fault, cancellation));
    }

    /// <summary>What would have changed, in lines.</summary>
    public IEnumerable<string> Lines()
    {
        if (!IsSame)
            yield return "warning: run again, the trial does not come out as the results tell (another version, another processor, or changed files); what "
                + "follows compares the two runs that were made just now.";
        string also = AlsoGone.Count > 0 ? $" (and {string.Join(", ", AlsoGone)}, which begins after it)" : "";
        (RequestRecord a, RequestRecord b) = (As.Request, Without.Request);
        if (!Changes)
        {
            yield return $"Without {Fault}{also}, on the same luck, nothing of it would have changed.";
            yield break;
        }

        yield return $"Without {Fault}{also}, on the same luck:";
        yield return $"  outcome   {Outcome(b)}{Instead(Outcome(a), Outcome(b))}";
        yield return $"  latency   {Ms(b.Latency)}{Instead(Ms(a.Latency), Ms(b.Latency))}{Difference(a, b)}";
        yield return $"  order     {Layers(b.Order)}{Instead(Layers(a.Order), Layers(b.Order))}";
        yield return $"  skipped   {Layers(b.Skipped)}{Instead(Layers(a.Skipped), Layers(b.Skipped))}";
        yield return $"  resends   {Count(b.Retries)}{Instead(Count(a.Retries), Count(b.Retries))}";
        if (a.Correct is not null || b.Correct is not null)
            yield return $"  correct   {Count(b.Correct)}{Instead(Count(a.Correct), Count(b.Correct))}, of {a.Images.ToString(CultureInfo.InvariantCulture)}";
        if (a.Loss is not null || b.Loss is not null)
            yield return $"  loss      {Loss(b)}{Instead(Loss(a), Loss(b))}";
    }

    private static bool Same(RequestRecord a, RequestRecord b) => a.Outcome == b.Outcome && a.Latency == b.Latency && a.Submitted == b.Submitted
        && Layers(a.Order) == Layers(b.Order) && Layers(a.Skipped) == Layers(b.Skipped) && a.Correct == b.Correct && a.Retries == b.Retries;

    private static string Difference(RequestRecord a, RequestRecord b) => a.Latency is { } before && b.Latency is { } after && after != before
        ? $" ({(after - before).TotalMilliseconds.ToString("+0.###;-0.###", CultureInfo.InvariantCulture)} ms)" : "";

    private static string Instead(string was, string would) => was == would ? ", as it was" : $" instead of {was}";

    private static string Outcome(RequestRecord request) => request.Outcome switch
    {
        RequestOutcome.Completed => "completed",
        RequestOutcome.Failed => "failed",
        _ => "deadline exceeded",
    };

    private static string Ms(Duration? latency) => latency is { } time
        ? time.TotalMilliseconds.ToString("0.###", CultureInfo.InvariantCulture) + " ms" : "none";

    private static string Layers(IReadOnlyList<int>? layers) => layers is { Count: > 0 } ? string.Join(' ', layers) : "none";

    private static string Loss(RequestRecord request) => request.Loss?.ToString("0.####", CultureInfo.InvariantCulture) ?? "none";

    private static string Count(int? count) => count?.ToString(CultureInfo.InvariantCulture) ?? "none";
}
