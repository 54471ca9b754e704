using System.Diagnostics;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Time;
using LayerShuffle.Core.Trials;
using LayerShuffle.Runs.Reporting;

namespace LayerShuffle.Runs.Tests.Reporting;

/// <summary>Requests as traces.</summary>
public sealed class RequestSpansTests
{
    private static readonly DateTimeOffset Zero = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void A_request_is_a_trace_with_a_span_for_each_hop_and_the_faults_it_met_as_events()
    {
        List<Activity> ended = [];
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == RequestSpans.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = ended.Add,
        };
        ActivitySource.AddActivityListener(listener);
        RequestSpans.IsWatched.ShouldBeTrue();
        RequestSpans.Emit(Trial(), Zero);

        ended.Select(span => span.OperationName).ShouldBe(["layer 0", "layer 1", "answer", "request 0", "request 1"]);
        ended.Take(4).Select(span => span.TraceId).Distinct().Count().ShouldBe(1);
        ended[4].TraceId.ShouldNotBe(ended[3].TraceId);
        ended.Take(3).ShouldAllBe(span => span.ParentSpanId == ended[3].SpanId);
        (ended[3].StartTimeUtc - Zero.UtcDateTime, ended[3].Duration).ShouldBe((TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(40)));
        (ended[1].StartTimeUtc - Zero.UtcDateTime, ended[1].Duration).ShouldBe((TimeSpan.FromMilliseconds(20), TimeSpan.FromTicks(1)));
        ended[1].Status.ShouldBe(ActivityStatusCode.Error);
        ended[1].Events.Select(item => item.Name).ShouldBe(["fault outage"]);
        ended[0].Events.Select(item => item.Name).ShouldBe(["delivered", "compute starts"]);
        ended[4].Status.ShouldBe(ActivityStatusCode.Error);
        Activity.Current.ShouldBeNull();
    }

    private static TrialRecord Trial() => new()
    {
        Key = new TrialKey(0, "none", 0, "default", "down", 0),
        Requests = [Request(0, RequestOutcome.Completed, 40), Request(1, RequestOutcome.DeadlineExceeded, null)],
        Hops =
        [
            Hop(0, 10, "coordinator", "node-1", "delivered") with { Delivered = At(14), ComputeStart = At(15), ComputeEnd = At(20) },
            Hop(1, 20, "node-1", "node-2", "receiver_down"),
            Hop(null, 45, "node-1", "coordinator", "delivered") with { Delivered = At(50) },
        ],
        Ledger = [new LedgerEntry(At(5), "outage", "crash", "node-2", "began"), new LedgerEntry(At(30), "outage", "crash", "node-2", "restarted")],
        Links = [],
        Layers = 2,
        Deadline = Duration.FromMilliseconds(100),
        Retries = 0,
        ResultsSuperseded = 0,
        Length = Duration.FromMilliseconds(100),
        HasModel = false,
    };

    private static RequestRecord Request(int number, RequestOutcome outcome, double? latency) => new()
    {
        Request = number,
        FirstImage = 0,
        Images = 1,
        Outcome = outcome,
        Submitted = At(10),
        Latency = latency is { } ms ? Duration.FromMilliseconds(ms) : null,
        Pruned = [],
    };

    private static HopRecord Hop(int? layer, double sent, string from, string to, string fate) => new()
    {
        Request = 0,
        Branch = 0,
        Position = layer ?? 1,
        Attempt = 0,
        From = from,
        To = to,
        Layer = layer,
        Sent = At(sent),
        Fate = fate,
    };

    private static Instant At(double ms) => new((long)(ms * 1e6));
}
