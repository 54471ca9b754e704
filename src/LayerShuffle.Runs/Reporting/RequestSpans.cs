using System.Diagnostics;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Time;
using LayerShuffle.Core.Trials;
using LayerShuffle.Results.Journeys;

namespace LayerShuffle.Runs.Reporting;

/// <summary>
/// A wall-clock trial as spans: a trace for each request, in it a span for each of its hop attempts, with the faults that it met as events. Made when the trial
/// has ended, with the times at which things happened. Only requests whose hops are traced have spans below them.
/// </summary>
public static class RequestSpans
{
    /// <summary>The name under which exporters find them.</summary>
    public const string SourceName = "LayerShuffle";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Whether anybody listens.</summary>
    public static bool IsWatched => Source.HasListeners();

    /// <summary>Makes the spans of a trial.</summary>
    /// <param name="record">The trial, with its requests and hops.</param>
    /// <param name="zero">What time it was at the trial's zero.</param>
    public static void Emit(TrialRecord record, DateTimeOffset zero)
    {
        ILookup<int, HopRecord> hops = record.Hops.ToLookup(hop => hop.Request);
        IReadOnlyList<FaultSpan> faults = FaultSpan.Of(record.Ledger);
        foreach (RequestRecord request in record.Requests)
        {
            Activity.Current = null; // each request is a trace of its own
            using Activity? root = Source.StartActivity(FormattableString.Invariant($"request {request.Request}"), ActivityKind.Client,
                default(ActivityContext), Tags(record.Key, request), startTime: zero + Span(request.Submitted));
            if (root is null)
                continue;
            Instant end = request.Latency is { } latency ? request.Submitted + latency : request.Submitted + record.Deadline;
            if (request.Outcome != RequestOutcome.Completed)
                root.SetStatus(ActivityStatusCode.Error, Outcome(request.Outcome));
            foreach (HopRecord hop in hops[request.Request])
                Hop(root, hop, faults, zero);
            End(root, end, zero);
        }

        Activity.Current = null;
    }

    private static void Hop(Activity root, HopRecord hop, IReadOnlyList<FaultSpan> faults, DateTimeOffset zero)
    {
        Instant end = hop.ComputeEnd ?? hop.Delivered ?? hop.Acked ?? hop.Sent;
        string name = hop.Layer is { } layer ? FormattableString.Invariant($"layer {layer}") : "answer";
        using Activity? span = Source.StartActivity(name, ActivityKind.Internal, root.Context,
            [
                new("layershuffle.from", hop.From), new("layershuffle.to", hop.To), new("layershuffle.attempt", hop.Attempt),
                new("layershuffle.branch", hop.Branch), new("layershuffle.position", hop.Position), new("layershuffle.fate", hop.Fate),
            ],
            startTime: zero + Span(hop.Sent));
        if (span is null)
            return;
        Event(span, "delivered", hop.Delivered, zero);
        Event(span, "compute starts", hop.ComputeStart, zero);
        Event(span, "acknowledged", hop.Acked, zero);
        foreach (FaultSpan fault in faults.Where(fault => fault.Meets(hop.From, hop.To, hop.Sent, end)))
            span.AddEvent(new ActivityEvent($"fault {fault.Fault}", zero + Span(Instant.Max(fault.From, hop.Sent)),
                new ActivityTagsCollection { ["layershuffle.kind"] = fault.Kind, ["layershuffle.target"] = fault.Target }));
        if (hop.Fate is not ("delivered" or "local"))
            span.SetStatus(ActivityStatusCode.Error, hop.Fate);
        End(span, end, zero);
    }

    /// <summary>A span without any length would be ended by the clock on the wall.</summary>
    private static void End(Activity span, Instant end, DateTimeOffset zero)
    {
        DateTime at = (zero + Span(end)).UtcDateTime;
        span.SetEndTime(at > span.StartTimeUtc ? at : span.StartTimeUtc.AddTicks(1));
    }

    private static KeyValuePair<string, object?>[] Tags(TrialKey trial, RequestRecord request) =>
    [
        new("layershuffle.trial", trial.Trial), new("layershuffle.model", trial.Model), new("layershuffle.policy", trial.Policy),
        new("layershuffle.condition", trial.Condition), new("layershuffle.repeat", trial.Repeat), new("layershuffle.request", request.Request),
        new("layershuffle.outcome", Outcome(request.Outcome)), new("layershuffle.order", request.Order is { } order ? string.Join(' ', order) : null),
        new("layershuffle.skipped", request.Skipped is { } skipped ? string.Join(' ', skipped) : null),
    ];

    private static string Outcome(RequestOutcome outcome) => outcome switch
    {
        RequestOutcome.Completed => "completed",
        RequestOutcome.Failed => "failed",
        _ => "deadline_exceeded",
    };

    private static void Event(Activity span, string name, Instant? at, DateTimeOffset zero)
    {
        if (at is { } time)
            span.AddEvent(new ActivityEvent(name, zero + Span(time)));
    }

    private static TimeSpan Span(Instant time) => TimeSpan.FromTicks(time.Nanoseconds / 100);
}
