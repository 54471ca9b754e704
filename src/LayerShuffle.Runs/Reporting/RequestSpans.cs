using System.Collections.Concurrent;
using System.Diagnostics;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Time;
using LayerShuffle.Results.Journeys;

namespace LayerShuffle.Runs.Reporting;

/// <summary>
/// A wall-clock trial as spans: a trace for each request, in it a span of the sender for each of its hop attempts, with the faults that it met as events,
/// and in that a span of the node that computed. Made when the trial has ended, with the times at which things happened. Only requests whose hops are traced
/// have spans below them.
/// </summary>
public static class RequestSpans
{
    /// <summary>The name under which listeners find the coordinator's spans; those of nodes have the node's name behind it.</summary>
    public const string SourceName = "LayerShuffle";

    private const string NoPolicy = "default"; // what trials have where the scenario names none

    private static readonly ActivitySource Coordinator = new(SourceName);
    private static readonly ConcurrentDictionary<string, ActivitySource> Nodes = new(StringComparer.Ordinal);
    private static readonly string[] Arrived = ["delivered", "local", "in_flight", "not_traced"];

    /// <summary>Whether anybody listens.</summary>
    public static bool IsWatched => Coordinator.HasListeners();

    /// <summary>The name under which listeners find an endpoint's spans.</summary>
    public static string SourceOf(string endpoint) => endpoint == ClusterSpec.Coordinator ? SourceName : $"{SourceName}.{endpoint}";

    /// <summary>Makes the spans of a trial.</summary>
    /// <param name="record">The trial, with its requests and hops.</param>
    /// <param name="zero">What time it was at the trial's zero.</param>
    public static void Emit(TrialRecord record, DateTimeOffset zero)
    {
        ILookup<int, HopRecord> hops = record.Hops.ToLookup(hop => hop.Request);
        IReadOnlyList<FaultSpan> faults = FaultSpan.Of(record.Ledger);
        foreach (RequestRecord request in record.Requests)
        {
            HopRecord[] own = [.. hops[request.Request]];
            Activity.Current = null; // each request is a trace of its own
            using Activity? root = Coordinator.StartActivity(Name(record, request), ActivityKind.Server, default(ActivityContext), Tags(record, request),
                startTime: zero + Span(request.Submitted));
            if (root is null)
                continue;
            Instant end = End(record, request, own);
            if (request.Outcome != RequestOutcome.Completed)
                root.SetStatus(ActivityStatusCode.Error, Outcome(request.Outcome));
            foreach (HopRecord hop in own)
                Hop(root, hop, IsOver(hop, own, end), faults, zero);
            End(root, end, zero);
        }

        Activity.Current = null;
    }

    private static void Hop(Activity root, HopRecord hop, Instant end, IReadOnlyList<FaultSpan> faults, DateTimeOffset zero)
    {
        string name = FormattableString.Invariant($"{What(hop)} to {hop.To}") + (hop.Attempt > 0 ? FormattableString.Invariant($", resend {hop.Attempt}") : "");
        using Activity? span = Of(hop.From).StartActivity(name, hop.From == hop.To ? ActivityKind.Internal : ActivityKind.Client, root.Context,
            [
                new("layershuffle.from", hop.From), new("layershuffle.to", hop.To), new("layershuffle.attempt", hop.Attempt),
                new("layershuffle.branch", hop.Branch), new("layershuffle.position", hop.Position), new("layershuffle.fate", hop.Fate),
                new("peer.service", hop.From == hop.To ? null : hop.To),
            ],
            startTime: zero + Span(hop.Sent));
        if (span is null)
            return;
        Event(span, "delivered", hop.Delivered, zero);
        Event(span, "acknowledged", hop.Acked, zero);
        foreach (FaultSpan fault in faults.Where(fault => fault.Meets(hop.From, hop.To, hop.Sent, end)))
            span.AddEvent(new ActivityEvent($"fault {fault.Fault}", zero + Span(Instant.Max(fault.From, hop.Sent)),
                new ActivityTagsCollection { ["layershuffle.kind"] = fault.Kind, ["layershuffle.target"] = fault.Target }));
        if (!Arrived.Contains(hop.Fate))
            span.SetStatus(ActivityStatusCode.Error, hop.Fate);
        if (hop is { ComputeStart: { } starts, ComputeEnd: { } ends })
            Compute(span, hop, starts, ends, zero);
        End(span, end, zero);
    }

    /// <summary>What a node does with what it was sent: it waits for its turn, then it computes.</summary>
    private static void Compute(Activity hop, HopRecord of, Instant starts, Instant ends, DateTimeOffset zero)
    {
        using Activity? span = Of(of.To).StartActivity(FormattableString.Invariant($"compute {What(of)}"),
            of.From == of.To ? ActivityKind.Internal : ActivityKind.Server, hop.Context,
            [new("layershuffle.layer", of.Layer), new("layershuffle.waited_ms", of.Delivered is { } arrived ? (starts - arrived).TotalSeconds * 1000 : null)],
            startTime: zero + Span(starts));
        if (span is not null)
            End(span, ends, zero);
    }

    /// <summary>When a hop was over: computed or delivered, or for one that came to nothing, when its sender stopped waiting and sent something else.</summary>
    private static Instant IsOver(HopRecord hop, HopRecord[] all, Instant end)
    {
        if ((hop.ComputeEnd ?? hop.Delivered) is { } done)
            return done;
        // A resend is of the same branch; who goes on without the layer begins another one.
        IEnumerable<HopRecord> later = all.Where(other => other.From == hop.From && other.Branch >= hop.Branch && other.Sent > hop.Sent);
        return later.OrderBy(other => other.Branch).ThenBy(other => other.Sent).FirstOrDefault()?.Sent ?? Instant.Max(end, hop.Sent);
    }

    /// <summary>When a request was over. One that failed has no latency: it ended with the last of what is known of it.</summary>
    private static Instant End(TrialRecord record, RequestRecord request, HopRecord[] hops)
    {
        if (request.Latency is { } latency)
            return request.Submitted + latency;
        if (request.Ended is { } ended)
            return ended;
        return request.Outcome == RequestOutcome.Failed && hops.Length > 0 ? hops.Max(hop => hop.ComputeEnd ?? hop.Acked ?? hop.Delivered ?? hop.Sent)
            : request.Submitted + record.Deadline;
    }

    /// <summary>A span without any length would be ended by the clock on the wall.</summary>
    private static void End(Activity span, Instant end, DateTimeOffset zero)
    {
        DateTime at = (zero + Span(end)).UtcDateTime;
        span.SetEndTime(at > span.StartTimeUtc ? at : span.StartTimeUtc.AddTicks(1));
    }

    private static string Name(TrialRecord record, RequestRecord request) => string.Join(", ",
        new[] { FormattableString.Invariant($"request {request.Request}"), record.HasModel ? record.Key.Model : "", record.Key.Condition,
            record.Key.Policy == NoPolicy ? "" : record.Key.Policy }.Where(word => word.Length > 0));

    private static KeyValuePair<string, object?>[] Tags(TrialRecord record, RequestRecord request) =>
    [
        new("layershuffle.trial", record.Key.Trial), new("layershuffle.model", record.Key.Model), new("layershuffle.policy", record.Key.Policy),
        new("layershuffle.condition", record.Key.Condition), new("layershuffle.repeat", record.Key.Repeat), new("layershuffle.request", request.Request),
        new("layershuffle.outcome", Outcome(request.Outcome)), new("layershuffle.order", request.Order is { } order ? string.Join(' ', order) : null),
        new("layershuffle.skipped", request.Skipped is { } skipped ? string.Join(' ', skipped) : null), new("layershuffle.images", request.Images),
        new("layershuffle.correct", request.Correct), new("layershuffle.resends", request.Retries),
    ];

    private static ActivitySource Of(string endpoint)
    {
        if (endpoint == ClusterSpec.Coordinator)
            return Coordinator;
        ActivitySource own = Nodes.GetOrAdd(endpoint, node => new ActivitySource(SourceOf(node)));
        return own.HasListeners() ? own : Coordinator;
    }

    private static string What(HopRecord hop) => hop.Layer is { } layer ? FormattableString.Invariant($"layer {layer}") : "answer";

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
