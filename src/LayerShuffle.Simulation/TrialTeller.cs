using System.Globalization;
using LayerShuffle.Actors.Faults;
using LayerShuffle.Actors.Messages;
using LayerShuffle.Actors.Ports;
using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Simulation;

/// <summary>
/// Puts a trial into words, event by event: what the kernel fires, what is seen of hops, outcomes, and at the end the books and the ledger. Two runs of one
/// trial tell the same story, or one of them is not a function of the seed.
/// </summary>
internal sealed class TrialTeller : IHopTrace, IDisposable
{
    private readonly VirtualKernel kernel;
    private readonly Topology topology;
    private readonly IHopTrace trace;
    private readonly Action<Instant, string> told;

    public TrialTeller(VirtualKernel kernel, Topology topology, IHopTrace trace, Action<Instant, string> told)
    {
        (this.kernel, this.topology, this.trace, this.told) = (kernel, topology, trace, told);
        kernel.Fires = (kind, argument) => Tell($"{Word(kind)} {Carried(argument)}");
    }

    public void Sent(HopMessage message, int to)
    {
        Tell($"sent {Hop(message)} to {topology.Name(to)}");
        trace.Sent(message, to);
    }

    public void Local(HopMessage message)
    {
        Tell($"stays {Hop(message)}");
        trace.Local(message);
    }

    public void Delivered(HopMessage message)
    {
        Tell($"delivered {Hop(message)}");
        trace.Delivered(message);
    }

    public void Garbled(HopMessage message)
    {
        Tell($"garbled {Hop(message)}");
        trace.Garbled(message);
    }

    public void Fate(HopMessage message, string fate)
    {
        Tell($"{fate} {Hop(message)}");
        trace.Fate(message, fate);
    }

    public void Acknowledged(HopAcknowledged ack, int to)
    {
        Tell($"acknowledged {Carried(ack)} to {topology.Name(to)}");
        trace.Acknowledged(ack, to);
    }

    public void ComputeStarted(HopMessage message, int at)
    {
        Tell($"starts at {topology.Name(at)}: {Hop(message)}");
        trace.ComputeStarted(message, at);
    }

    public void ComputeEnded(HopMessage message, int at)
    {
        Tell($"done at {topology.Name(at)}: {Hop(message)}");
        trace.ComputeEnded(message, at);
    }

    public void PeerDownDetected(int peer, int incarnation)
    {
        Tell($"known to be down: {topology.Name(peer)}, incarnation {incarnation}");
        trace.PeerDownDetected(peer, incarnation);
    }

    /// <summary>A request has its outcome.</summary>
    public void Ended(RequestRecord request) => Tell(
        $"request {request.Request} {request.Outcome}: correct {request.Correct}/{request.CorrectTop5}, "
            + $"loss {request.Loss?.ToString("R", CultureInfo.InvariantCulture)}, not finite {request.NotFinite}, order "
            + $"{Ids(request.Order)}, skipped {Ids(request.Skipped)}, pruned {Ids(request.Pruned)}, resends {request.Retries}, second copies {request.Hedges}");

    /// <summary>The trial is over: its ledger, its links and what it counted.</summary>
    public void Ended(TrialRecord record)
    {
        foreach (LedgerEntry row in record.Ledger)
            told(row.Time, $"ledger: {row.Fault} {row.Kind} {row.Target} {row.Effect}");
        foreach (LinkRecord link in record.Links)
            Tell($"books: {link with { Asked = LinkConditions.Perfect }}");
        Tell($"books: {record.Retries} resends ({record.Hedges} second copies), {record.ResultsSuperseded} results too late, {record.Length} long");
    }

    public void Dispose() => kernel.Fires = null;

    private static string Word(EventKind kind) => kind switch
    {
        EventKind.Fault => "fault",
        EventKind.Delivery => "delivery",
        EventKind.ComputeEnd => "compute end",
        EventKind.Timer => "timer",
        _ => "arrival",
    };

    private string Carried(object? argument) => argument switch
    {
        null => "of the trial's own",
        HopMessage message => Hop(message),
        HopAcknowledged ack => $"ack of {Hop(ack.Hop)}, attempt {ack.Attempt}, copy {ack.Copy}, by {topology.Name(ack.From)}, incarnation {ack.Incarnation}",
        HeartbeatAsked asked => $"heartbeat {asked.Hop.Request} of {topology.Name(asked.From)}",
        HeartbeatAnswered answer => $"answer to heartbeat {answer.Hop.Request} by {topology.Name(answer.From)}, incarnation {answer.Incarnation}",
        HeartbeatDue due => $"for a heartbeat to {topology.Name(due.Endpoint)}",
        HeartbeatMissed missed => $"for the silence of {topology.Name(missed.Endpoint)}",
        PathsDue paths => $"for the other results of request {paths.Request}",
        ControlMessage control => $"{(control is HopReleased ? "release" : "report")} of {Hop(control.Hop)} by {topology.Name(control.From)}",
        FaultEvent strike => $"{strike.Fault.Name} {(strike.Begins ? "begins" : "ends")}",
        RecoveryDue due => $"recovery of {topology.Name(due.Node)}",
        AcknowledgementOverdue overdue => $"for the acknowledgement of attempt {overdue.Attempt}",
        HedgeDue hedge => $"for a second copy of attempt {hedge.Attempt}",
        LayerExecuted done => $"{Hop(done.Work.Message)}, after {done.Work.Took}",
        SubmitRequest submit => $"of request {submit.Request}",
        DeadlineReached deadline => $"for the deadline of request {deadline.Request}",
        PeerDownDetected detected => $"for the news that {topology.Name(detected.Endpoint)} is down",
        _ => argument.GetType().Name,
    };

    private string Hop(HopMessage message) => $"{Hop(message.Journey.NextHop)} for {(message.Journey.NextLayer == Journey.Return ? "the coordinator"
        : string.Create(CultureInfo.InvariantCulture, $"layer {message.Journey.NextLayer}"))}, attempt {message.Attempt}, copy {message.Copy}, from "
        + $"{topology.Name(message.From)}, incarnation {message.Incarnation}, after {Ids(message.Journey.Executed)}";

    private static string Hop(HopId hop) =>
        string.Create(CultureInfo.InvariantCulture, $"request {hop.Request}, branch {hop.Branch:x}, position {hop.Position}");

    private static string Ids(IReadOnlyList<int>? layers) => layers is null ? "-" : $"[{string.Join(' ', layers)}]";

    private void Tell(string text) => told(kernel.Now, text);
}
