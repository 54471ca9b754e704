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
            ShouldListenTo = source => source.Name.StartsWith(RequestSpans.SourceName, StringComparison.Ordinal),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = ended.Add,
        };
        ActivitySource.AddActivityListener(listener);
        RequestSpans.IsWatched.ShouldBeTrue();
        RequestSpans.Emit(Trial(), Zero);

        ended.Select(span => span.OperationName).ShouldBe(["compute layer 0", "layer 0 to node-1", "layer 1 to node-2", "layer 1 to node-2, resend 1",
            "answer to coordinator", "request 0, down", "request 1, down"]);
        ended.Select(span => span.Source.Name == RequestSpans.SourceName ? "" : span.Source.Name[(RequestSpans.SourceName.Length + 1)..])
            .ShouldBe(["node-1", "", "node-1", "node-1", "node-1", "", ""]);
        (Activity computed, Activity sent, Activity lost, Activity again, Activity root) = (ended[0], ended[1], ended[2], ended[3], ended[5]);
        ended.Take(6).Select(span => span.TraceId).Distinct().Count().ShouldBe(1);
        ended[6].TraceId.ShouldNotBe(root.TraceId);
        ended.Skip(1).Take(4).ShouldAllBe(span => span.ParentSpanId == root.SpanId);
        computed.ParentSpanId.ShouldBe(sent.SpanId);
        When(root).ShouldBe((10, 40));
        When(sent).ShouldBe((10, 10));
        When(computed).ShouldBe((15, 5));
        When(lost).ShouldBe((20, 10), "its sender waited until it sent again");
        When(again).ShouldBe((30, 15), "then it gave up");
        lost.Status.ShouldBe(ActivityStatusCode.Error);
        lost.Kind.ShouldBe(ActivityKind.Client);
        lost.GetTagItem("peer.service").ShouldBe("node-2");
        lost.Events.Select(item => item.Name).ShouldBe(["fault outage"]);
        sent.Events.Select(item => item.Name).ShouldBe(["delivered"]);
        ended[6].Status.ShouldBe(ActivityStatusCode.Error);
        When(ended[6]).ShouldBe((10, 100), "until its deadline");
        Activity.Current.ShouldBeNull();

        (double From, double For) When(Activity span) => ((span.StartTimeUtc - Zero.UtcDateTime).TotalMilliseconds, span.Duration.TotalMilliseconds);
    }

    private static TrialRecord Trial() => new()
    {
        Key = new TrialKey(0, "none", 0, "default", "down", 0),
        Requests = [Request(0, RequestOutcome.Completed, 40), Request(1, RequestOutcome.DeadlineExceeded, null)],
        Hops =
        [
            Hop(0, 10, "coordinator", "node-1", "delivered") with { Delivered = At(14), ComputeStart = At(15), ComputeEnd = At(20) },
            Hop(1, 20, "node-1", "node-2", "receiver_down"),
            Hop(1, 30, "node-1", "node-2", "receiver_down") with { Attempt = 1 },
            Hop(null, 45, "node-1", "coordinator", "delivered") with { Branch = 1, Delivered = At(50) },
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
