using Akka.Actor;
using LayerShuffle.Cluster.Messages;
using LayerShuffle.Network.Routing;
using LayerShuffle.Network.Time;

namespace LayerShuffle.Cluster.Protocol;

/// <summary>
/// The hop protocol of one endpoint: sends activations onward, waits for acknowledgements, resends, gives up, and keeps what it sent until it is released.
/// A plain class: the actor that owns it feeds it messages. Losing it is what a crash loses.
/// </summary>
public sealed class HopCourier
{
    private readonly int self;
    private readonly EndpointContext context;
    private readonly IActorRef owner;
    private readonly Action<HopMessage, Upstream?> acceptLocally;
    private readonly Dictionary<HopId, Custody> custodies = [];
    private readonly PriorityQueue<Custody, long> expiries = new();
    private readonly Dictionary<int, int> endedIncarnations = [];
    private readonly RetransmissionTimer?[] timers;

    /// <summary>A courier with nothing in hand.</summary>
    /// <param name="self">The endpoint it sends from.</param>
    /// <param name="context">What all endpoints of the trial share.</param>
    /// <param name="owner">The actor to which its timers report.</param>
    /// <param name="acceptLocally">Takes a hop whose layer lies on this endpoint (or a result, on the coordinator).</param>
    public HopCourier(int self, EndpointContext context, IActorRef owner, Action<HopMessage, Upstream?> acceptLocally)
    {
        (this.self, this.context, this.owner, this.acceptLocally) = (self, context, owner, acceptLocally);
        timers = new RetransmissionTimer?[context.EndpointCount];
    }

    /// <summary>Activations kept for others.</summary>
    public int CustodyCount => custodies.Count;

    /// <summary>Sends a journey on to its next layer, or back to the coordinator.</summary>
    /// <param name="journey">The journey.</param>
    /// <param name="upstream">Who keeps what it was computed from.</param>
    public void Forward(Journey journey, Upstream? upstream)
    {
        Expire();
        if (context.Clock.Now > journey.Deadline)
            return;
        int target = Target(journey.NextLayer, 0);
        if (target == self)
        {
            AcceptLocally(journey, upstream, 0);
            return;
        }

        var custody = new Custody(journey, upstream);
        // The same hop again (recomputed after a crash further up): the older custody is this one's elder self, and the newer one knows the living upstream.
        if (custodies.Remove(custody.Hop, out Custody? elder))
            Close(elder);
        custodies.Add(custody.Hop, custody);
        expiries.Enqueue(custody, journey.Deadline.Nanoseconds);
        Send(custody);
    }

    /// <summary>The receiver of a hop has it.</summary>
    public void OnAcknowledged(HopAcknowledged ack)
    {
        context.Observer.Acknowledged(ack, self);
        if (!custodies.TryGetValue(ack.Hop, out Custody? custody))
            return;
        if (ack.Attempt == 0 && custody.Attempt == 0 && custody.Holder is null)
            TimerOf(ack.From).Sample(context.Clock.Now - custody.SentAt); // Karn: only where no resend makes it ambiguous
        if (custody.Holder is not null)
            return;
        if (endedIncarnations.TryGetValue(ack.From, out int ended) && ack.Incarnation <= ended)
        {
            if (ack.Attempt == custody.Attempt)
                HopTimedOut(custody); // acknowledged by a node that is known to have died since
            return; // an older attempt's word must not cut short the resend that is underway
        }

        custody.Timer?.Cancel();
        custody.Holder = (ack.From, ack.Incarnation);
        ReleaseUpstream(custody);
        if (custody.Journey.NextLayer == Journey.Return)
            Remove(custody); // the coordinator does not crash: its acknowledgement is the release
    }

    /// <summary>What came of a hop is in another endpoint's hands.</summary>
    public void OnReleased(HopReleased release)
    {
        if (!custodies.TryGetValue(release.Hop, out Custody? custody))
            return;
        ReleaseUpstream(custody); // a release implies the acknowledgement it may have overtaken
        Remove(custody);
    }

    /// <summary>An acknowledgement is overdue.</summary>
    public void OnOverdue(AcknowledgementOverdue overdue)
    {
        var custody = (Custody)overdue.Custody;
        if (!custody.Closed && custody.Holder is null && custody.Attempt == overdue.Attempt)
            HopTimedOut(custody);
    }

    /// <summary>Membership tells of a crash; custodians act on it after the detection delay.</summary>
    public void OnPeerDown(PeerDown down, int epoch)
    {
        Duration delay = context.Routing.Detection ?? context.Routing.Timeout ?? TimerOf(down.Endpoint).Current;
        context.Clock.TellAfter(delay, owner, new PeerDownDetected(down.Endpoint, down.Incarnation, epoch));
    }

    /// <summary>The detection delay is over: hops the dead incarnation had acknowledged count as timed out.</summary>
    public void OnPeerDownDetected(PeerDownDetected detected)
    {
        endedIncarnations[detected.Endpoint] = detected.Incarnation;
        // Oldest first: insertion order of the hop ids, which are visited in the order of request, position and branch.
        Custody[] lost = [.. custodies.Values
            .Where(c => c.Holder is { } holder && holder.Endpoint == detected.Endpoint && holder.Incarnation <= detected.Incarnation)
            .OrderBy(c => c.Hop.Request).ThenBy(c => c.Hop.Position).ThenBy(c => c.Hop.Branch)];
        if (lost.Length > 0)
            context.Observer.PeerDownDetected(detected.Endpoint, detected.Incarnation);
        foreach (Custody custody in lost)
        {
            if (!custody.Closed)
                HopTimedOut(custody);
        }
    }

    /// <summary>Calls all timers off: the endpoint has crashed, or the trial is over.</summary>
    public void Abandon()
    {
        foreach (Custody custody in custodies.Values)
            Close(custody);
        custodies.Clear();
        expiries.Clear();
    }

    private void HopTimedOut(Custody custody)
    {
        if (context.Clock.Now > custody.Journey.Deadline)
        {
            Remove(custody);
            return;
        }

        bool returning = custody.Journey.NextLayer == Journey.Return;
        if (custody.Attempt < context.Routing.Retries || (returning && context.Routing.OnFailure != OnFailure.Fail))
        {
            custody.Attempt++;
            int target = Target(custody.Journey.NextLayer, custody.Attempt);
            if (target == self)
            {
                Remove(custody);
                AcceptLocally(custody.Journey with { Retries = custody.Journey.Retries + custody.Attempt }, custody.Upstream, custody.Attempt);
            }
            else
            {
                Send(custody);
            }

            return;
        }

        Remove(custody);
        if (context.Routing.OnFailure == OnFailure.Fail)
            GiveUpRequest(custody);
        else
            Forward(custody.Journey.WithoutLayer() with { Retries = custody.Journey.Retries + custody.Attempt }, custody.Upstream);
    }

    private void Send(Custody custody)
    {
        custody.Timer?.Cancel();
        custody.Holder = null;
        custody.Target = Target(custody.Journey.NextLayer, custody.Attempt);
        custody.SentAt = context.Clock.Now;
        Journey journey = custody.Attempt == 0 ? custody.Journey : custody.Journey with { Retries = custody.Journey.Retries + custody.Attempt };
        var message = new HopMessage(journey, custody.Attempt, self);
        context.Observer.Sent(message, custody.Target);
        context.Transport.Send(self, custody.Target, message);
        Duration wait = context.Routing.Timeout ?? RetransmissionTimer.Backoff(TimerOf(custody.Target).Current, custody.Attempt);
        custody.Timer = context.Clock.TellAfter(wait, owner, new AcknowledgementOverdue(custody, custody.Attempt));
    }

    private void AcceptLocally(Journey journey, Upstream? upstream, int attempt)
    {
        var message = new HopMessage(journey, attempt, self);
        context.Observer.Local(message);
        acceptLocally(message, upstream);
    }

    private void GiveUpRequest(Custody custody)
    {
        var failed = new RequestFailed(custody.Hop, custody.Journey.NextLayer, self);
        if (self == EndpointContext.Coordinator)
            owner.Tell(failed);
        else
            context.Transport.SendControl(self, EndpointContext.Coordinator, failed);
    }

    private void ReleaseUpstream(Custody custody)
    {
        if (custody.Upstream is { } upstream)
            context.Transport.SendControl(self, upstream.Endpoint, new HopReleased(upstream.Hop, upstream.Layer, self));
        custody.Upstream = null;
    }

    private void Remove(Custody custody)
    {
        if (custodies.TryGetValue(custody.Hop, out Custody? current) && ReferenceEquals(current, custody))
            custodies.Remove(custody.Hop);
        Close(custody);
    }

    private static void Close(Custody custody)
    {
        custody.Closed = true;
        custody.Timer?.Cancel();
    }

    /// <summary>Drops what is kept for requests whose deadline has passed: nobody will do anything with it.</summary>
    private void Expire()
    {
        while (expiries.TryPeek(out Custody? custody, out long deadline) && (custody.Closed || deadline < context.Clock.Now.Nanoseconds))
        {
            expiries.Dequeue();
            if (!custody.Closed)
                Remove(custody);
        }
    }

    private int Target(int layer, int attempt)
    {
        if (layer == Journey.Return)
            return EndpointContext.Coordinator;
        if (context.Moved.HostOf(layer) is { } host)
            return host;
        IReadOnlyList<int> copies = context.Placement.Copies(layer);
        return copies[attempt % copies.Count];
    }

    private RetransmissionTimer TimerOf(int endpoint) => timers[endpoint] ??= new RetransmissionTimer();
}
