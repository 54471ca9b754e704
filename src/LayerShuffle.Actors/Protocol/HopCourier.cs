using Akka.Actor;
using LayerShuffle.Actors.Messages;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Actors.Protocol;

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
    private readonly int incarnation;
    private readonly Func<int, bool>? lacks;
    private readonly Dictionary<HopId, Custody> custodies = [];
    private readonly PriorityQueue<Custody, long> expiries = new();
    private readonly Dictionary<int, int> endedIncarnations = [];
    private readonly RoundTrips trips;
    private readonly SeedTree backoffLuck;
    private readonly PeerMemory? memory;
    private readonly CopyChooser chooser;
    private readonly Dictionary<int, List<Custody>> byRequest = []; // of the coordinator only, which knows when a request ends

    /// <summary>A courier with nothing in hand.</summary>
    /// <param name="self">The endpoint it sends from.</param>
    /// <param name="context">What all endpoints of the trial share.</param>
    /// <param name="owner">The actor to which its timers report.</param>
    /// <param name="acceptLocally">Takes a hop whose layer lies on this endpoint (or a result, on the coordinator).</param>
    /// <param name="incarnation">The endpoint's incarnation, counted from 1 in the trial.</param>
    /// <param name="lacks">Whether the endpoint has no weights of a layer that lies on it; null: it has all of them.</param>
    /// <param name="backlog">How long it would take until a layer that came now were computed here; null: it computes none.</param>
    public HopCourier(int self, EndpointContext context, IActorRef owner, Action<HopMessage, Upstream?> acceptLocally, int incarnation,
        Func<int, bool>? lacks = null, Func<Duration>? backlog = null)
    {
        (this.self, this.context, this.owner, this.acceptLocally, this.incarnation, this.lacks) = (self, context, owner, acceptLocally, incarnation, lacks);
        trips = new RoundTrips(context, incarnation);
        backoffLuck = context.Luck.Child("backoff").Child(self);
        memory = context.Routing.LearnsSpeeds || context.Routing.Avoid is not null ? new PeerMemory(context.Routing, context.Clock) : null;
        chooser = new CopyChooser(self, context, memory, backlog ?? (() => Duration.Zero));
        Heartbeats = context.Routing.Phi is not { } phi ? null
            : new HeartbeatWatch(self, context, owner, phi, (node, ended) => OnPeerDownDetected(new PeerDownDetected(node, ended, 0)),
                node => endedIncarnations.Remove(node));
    }

    /// <summary>Finds out who has died; null: the courier is told.</summary>
    internal HeartbeatWatch? Heartbeats { get; }

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
        if (context.Routing.Order == OrderKind.Opportunistic)
            journey = chooser.WithSoonestNext(journey);
        int? target = chooser.Choose(journey, 0, -1);
        if (target == self && !Lacks(journey.NextLayer))
        {
            AcceptLocally(journey, upstream, 0);
            return;
        }

        var custody = new Custody(journey, upstream);
        // The same hop again (recomputed after a crash further up): the older custody is this one's elder self, and the newer one knows the living upstream.
        if (custodies.Remove(custody.Hop, out Custody? elder))
        {
            trips.WaitNoLonger(elder);
            Close(elder);
        }

        custodies.Add(custody.Hop, custody);
        if (self == EndpointContext.Coordinator)
            OfRequest(journey.Request).Add(custody);
        expiries.Enqueue(custody, journey.Deadline.Nanoseconds);
        if (target is not { } endpoint)
            LeftAlone(custody, 0, chooser.LeftAloneFor(journey.NextLayer));
        else if (endpoint == self)
            TryAgain(custody, 0); // it knows that it cannot take it on
        else
            Send(custody, endpoint);
    }

    /// <summary>Sends a journey to all layers of its next group at once, or back to the coordinator.</summary>
    /// <param name="journey">The journey.</param>
    /// <param name="upstream">Who keeps what it was computed from: until each of them has it, or was given up.</param>
    public void ForwardToGroup(Journey journey, Upstream? upstream)
    {
        int hops = Math.Max(1, journey.Group);
        var shared = Upstream.Of(upstream is null ? [] : [upstream], hops);
        for (int member = 0; member < hops; member++)
            Forward(journey with { Member = member }, shared);
    }

    /// <summary>How long the parts of an input are waited for once one of them is here: as long as a sender tries; null: as long as it takes, as nothing is
    /// skipped.</summary>
    public Duration? Patience()
    {
        if (context.Routing.OnFailure is OnFailure.Fail or OnFailure.Wait)
            return null;
        Duration all = Duration.Zero, first = context.Routing.Timeout ?? trips.Longest;
        for (int i = 0; i <= context.Routing.Retries; i++)
            all += context.Routing.Backoff?.Grown(first, i) ?? (context.Routing.Timeout ?? RetransmissionTimer.Backoff(first, i));
        return all;
    }

    /// <summary>The receiver of a hop has it.</summary>
    public void OnAcknowledged(HopAcknowledged ack)
    {
        context.Observer.Acknowledged(ack, self);
        custodies.TryGetValue(ack.Hop, out Custody? custody);
        trips.Measure(ack, custody);
        if (custody is null || custody.Holder is not null)
            return;
        if (endedIncarnations.TryGetValue(ack.From, out int ended) && ack.Incarnation <= ended)
        {
            if (ack.Attempt == custody.Attempt)
                HopTimedOut(custody); // acknowledged by a node that is known to have died since
            return; // an older attempt's word must not cut short the resend that is underway
        }

        Remember(ack, custody);
        custody.HedgeTimer?.Cancel();
        if (ack.Attempt != custody.Attempt || ack.From != custody.Target)
            trips.WaitNoLonger(custody); // an older attempt's: the present one is still to be measured
        custody.Timer?.Cancel();
        memory?.Settled(custody);
        custody.IsIdle = false;
        custody.Holder = (ack.From, ack.Incarnation);
        custody.Acknowledged = (context.Clock.Now, ack.Queue ?? 0);
        ReleaseUpstream(custody);
        if (custody.Journey.NextLayer == Journey.Return)
            Remove(custody); // the coordinator does not crash: its acknowledgement is the release
        Heartbeats?.Saw(ack.From, ack.Incarnation);
    }

    /// <summary>What came of a hop is in another endpoint's hands.</summary>
    public void OnReleased(HopReleased release)
    {
        if (!custodies.TryGetValue(release.Hop, out Custody? custody))
            return;
        trips.WaitNoLonger(custody); // a release implies the acknowledgement it may have overtaken
        if (custody is { Acknowledged: { } acknowledged, Holder: { } holder } && holder.Endpoint == release.From)
            memory?.Released(holder.Endpoint, context.Clock.Now - acknowledged.At, acknowledged.Ahead);
        ReleaseUpstream(custody);
        Remove(custody);
    }

    /// <summary>An acknowledgement is overdue.</summary>
    public void OnOverdue(AcknowledgementOverdue overdue)
    {
        var custody = (Custody)overdue.Custody;
        if (custody.Closed || custody.Holder is not null || custody.Attempt != overdue.Attempt)
            return;
        if (custody.IsIdle)
        {
            if (context.Clock.Now > custody.Journey.Deadline)
                Remove(custody);
            else
                TryAgain(custody, custody.NextAttempt);
            return;
        }

        if (context.Routing.Timeout is null)
            trips.TimerOf(custody.Target).Expired(custody.Wait, custody.FirstSentAt, context.Clock.Now);
        HopTimedOut(custody);
    }

    /// <summary>No acknowledgement has come for so long that a second copy goes to the next replica, or to the same one where there is no other.</summary>
    public void OnHedgeDue(HedgeDue due)
    {
        var custody = (Custody)due.Custody;
        if (custody.Closed || custody.IsIdle || custody.Holder is not null || custody.Hedge is not null || custody.Attempt != due.Attempt
            || context.Clock.Now > custody.Journey.Deadline)
            return;
        int layer = custody.Journey.NextLayer, attempt = custody.Attempt + 1;
        if (chooser.Choose(custody.Journey, attempt, custody.Target) is not { } endpoint || (endpoint == self && Lacks(layer)))
            return; // whoever could take it is left alone
        if (endpoint == self)
        {
            trips.WaitNoLonger(custody);
            Remove(custody); // nothing can be lost any more on the way to oneself
            AcceptLocally(custody.CountedUpTo(attempt) with { Hedges = custody.Journey.Hedges + 1 }, custody.Upstream, attempt, isHedge: true);
            return;
        }

        custody.Hedge = new Hedge(attempt, endpoint, context.Clock.Now);
        trips.Await(custody, attempt, endpoint, context.Clock.Now);
        Hand(custody, attempt, endpoint);
        memory?.Sent(custody.Hedge);
    }

    /// <summary>A request has its outcome: nothing is sent again for it.</summary>
    public void OnRequestEnded(int request)
    {
        if (!byRequest.Remove(request, out List<Custody>? kept))
            return;
        foreach (Custody custody in kept.Where(custody => !custody.Closed))
        {
            trips.WaitNoLonger(custody);
            Remove(custody);
        }
    }

    /// <summary>Membership tells of a crash; custodians act on it after the detection delay.</summary>
    public void OnPeerDown(PeerDown down, int epoch)
    {
        if (Heartbeats is not null)
            return; // it finds out by itself
        Duration delay = context.Routing.Detection ?? context.Routing.Timeout ?? trips.Current(down.Endpoint);
        context.Clock.TellAfter(delay, owner, new PeerDownDetected(down.Endpoint, down.Incarnation, epoch));
    }

    /// <summary>The detection delay is over: hops the dead incarnation had acknowledged count as timed out.</summary>
    public void OnPeerDownDetected(PeerDownDetected detected)
    {
        endedIncarnations[detected.Endpoint] = detected.Incarnation;
        trips.Silence(detected.Endpoint);
        context.Observer.PeerDownDetected(detected.Endpoint, detected.Incarnation);
        // Oldest first: insertion order of the hop ids, which are visited in the order of request, position and branch.
        Custody[] lost = [.. custodies.Values
            .Where(c => c.Holder is { } holder && holder.Endpoint == detected.Endpoint && holder.Incarnation <= detected.Incarnation)
            .OrderBy(c => c.Hop.Request).ThenBy(c => c.Hop.Position).ThenBy(c => c.Hop.Branch).ThenBy(c => c.Hop.Part)];
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
        byRequest.Clear();
        trips.Forget();
        Heartbeats?.Abandon();
    }

    private void HopTimedOut(Custody custody)
    {
        if (context.Clock.Now > custody.Journey.Deadline)
        {
            Remove(custody);
            return;
        }

        trips.WaitNoLonger(custody);
        memory?.Settled(custody);
        memory?.Missed(custody);
        if (MayResend(custody))
        {
            TryAgain(custody, custody.LastAttempt + 1);
            return;
        }

        Remove(custody);
        GiveUp(custody);
    }

    private void TryAgain(Custody custody, int attempt)
    {
        int layer = custody.Journey.NextLayer, last = attempt == 0 ? -1 : custody.Target;
        for (int round = 0; ; round++, attempt++)
        {
            if (chooser.Choose(custody.Journey, attempt, last) is not { } endpoint)
            {
                LeftAlone(custody, attempt, chooser.LeftAloneFor(layer));
                return;
            }

            custody.Attempt = attempt;
            if (endpoint != self)
            {
                Send(custody, endpoint);
                return;
            }

            if (!Lacks(layer))
            {
                Remove(custody);
                AcceptLocally(custody.Counted, custody.Upstream, attempt);
                return;
            }

            // It knows that it cannot take it on itself: an attempt that is not sent, and has failed at once.
            custody.Unsent += attempt > 0 ? 1 : 0;
            last = self;
            if (!MayResend(custody))
            {
                Remove(custody);
                GiveUp(custody);
                return;
            }

            if (context.Routing.OnFailure == OnFailure.Wait && round > chooser.CopyCount(layer))
            {
                LeftAlone(custody, attempt + 1, context.Routing.Timeout ?? trips.Current(self));
                return;
            }
        }
    }

    /// <summary>Every copy of the layer is left alone: who waits does so until one may be tried, others give up at once.</summary>
    private void LeftAlone(Custody custody, int attempt, Duration left)
    {
        if (context.Routing.OnFailure != OnFailure.Wait)
        {
            Remove(custody);
            GiveUp(custody);
            return;
        }

        custody.Timer?.Cancel();
        custody.HedgeTimer?.Cancel();
        (custody.IsIdle, custody.NextAttempt, custody.Holder) = (true, attempt, null);
        custody.Timer = context.Clock.TellAfter(left, owner, new AcknowledgementOverdue(custody, custody.Attempt));
    }

    /// <summary>What an acknowledgement tells of who sent it: one that was waited for says that it answers, and how soon.</summary>
    private void Remember(HopAcknowledged ack, Custody custody)
    {
        if (!custody.IsIdle && ack.SenderIncarnation == incarnation)
            memory?.Acknowledged(ack, ack.Attempt == custody.Attempt && ack.From == custody.Target ? custody.SentAt
                : custody.Hedge is { } hedge && ack.Attempt == hedge.Attempt && ack.From == hedge.Target ? hedge.SentAt : null);
    }

    /// <summary>Results are sent again until the deadline, whatever happens to layers.</summary>
    private bool MayResend(Custody custody) => custody.Tries < context.Routing.Retries || context.Routing.OnFailure == OnFailure.Wait
        || (custody.Journey.NextLayer == Journey.Return && context.Routing.OnFailure != OnFailure.Fail);

    private void GiveUp(Custody custody)
    {
        Journey journey = custody.Journey;
        if (context.Routing.OnFailure == OnFailure.Fail)
        {
            GiveUpRequest(custody);
            return;
        }

        if (journey.Parallel > 1)
        {
            if (custody.Shared?.GivenUp() == true)
                ForwardToGroup(custody.Counted.WithoutGroup(), custody.Upstream);
            else
                ReleaseUpstream(custody); // the others go on without what this layer would have added
            return;
        }

        journey = custody.Counted;
        bool defers = context.Routing.OnFailure == OnFailure.Defer && !journey.Deferred.Contains(journey.NextLayer);
        Forward(defers ? journey.WithLayerDeferred(PinnedBehind(journey)) : journey.WithoutLayer(), custody.Upstream);
    }

    /// <summary>How many layers of a route keep their place at its end when the next one is put there.</summary>
    private int PinnedBehind(Journey journey)
    {
        if (context.Routing is not { Pin.Last: > 0 and var last, Order: OrderKind.Arbitrary or OrderKind.Opportunistic } || IsLast(journey.NextLayer))
            return 0;
        return journey.Route.Skip(journey.Next + 1).Reverse().TakeWhile(IsLast).Count();

        bool IsLast(int layer) => layer >= context.Placement.Layers - last;
    }

    private void Send(Custody custody, int target)
    {
        custody.Timer?.Cancel();
        (custody.Holder, custody.IsIdle) = (null, false);
        custody.SentAt = context.Clock.Now;
        if (custody.Attempt == 0 || target != custody.Target)
            custody.FirstSentAt = custody.SentAt;
        custody.Target = target;
        Hand(custody, custody.Attempt, target);
        memory?.Sent(custody);
        custody.Wait = WaitFor(custody);
        custody.Timer = context.Clock.TellAfter(custody.Wait, owner, new AcknowledgementOverdue(custody, custody.Attempt));
        if (context.Routing.Hedge is { } hedge && custody.Hedge is null)
            AwaitHedge(custody, hedge.After ?? trips.Quantile(target, hedge.Quantile));
    }

    private void Hand(Custody custody, int attempt, int target)
    {
        Journey journey = attempt == 0 ? custody.Journey : custody.CountedUpTo(attempt);
        var message = new HopMessage(journey, attempt, self) { Incarnation = incarnation, IsHedge = attempt > 0 && custody.Hedge?.Attempt == attempt };
        context.Observer.Sent(message, target);
        context.Transport.Send(self, target, message);
        Heartbeats?.SentTo(target);
    }

    /// <summary>A hop has one second copy, while its first or a resend of it is waited for.</summary>
    private void AwaitHedge(Custody custody, Duration? after)
    {
        custody.HedgeTimer?.Cancel();
        custody.HedgeTimer = after is { } delay && delay < custody.Wait
            ? context.Clock.TellAfter(delay, owner, new HedgeDue(custody, custody.Attempt)) : null;
    }

    /// <summary>How long the acknowledgement of what has just been sent is waited for.</summary>
    private Duration WaitFor(Custody custody)
    {
        BackoffSpec? backoff = context.Routing.Backoff;
        Duration wait = context.Routing.Timeout is { } timeout ? backoff?.Grown(timeout, custody.Tries) ?? timeout
            : trips.TimerOf(custody.Target).Wait(custody.Tries);
        if (backoff is { Jitter: > 0 })
            wait = backoff.Jittered(wait, HopLuck.Of(backoffLuck.Child(custody.Target), custody.Hop, custody.Journey.NextLayer, custody.Attempt, incarnation));
        return context.Routing.Timeout is null ? Bounded(wait, custody.Journey) : wait;
    }

    /// <summary>
    /// Who waits beyond the deadline loses the request with the layer that could be skipped: where a round trip is not expected back before it, half of the
    /// time that is left must do.
    /// </summary>
    private Duration Bounded(Duration wait, Journey journey)
    {
        Duration left = journey.Deadline - context.Clock.Now;
        bool canSkip = context.Routing.OnFailure is OnFailure.Skip or OnFailure.Defer && journey.NextLayer != Journey.Return;
        return canSkip && wait >= left ? new Duration(left.Nanoseconds / 2) : wait;
    }

    private List<Custody> OfRequest(int request)
    {
        if (!byRequest.TryGetValue(request, out List<Custody>? kept))
            byRequest[request] = kept = [];
        return kept;
    }

    private void AcceptLocally(Journey journey, Upstream? upstream, int attempt, bool isHedge = false)
    {
        var message = new HopMessage(journey, attempt, self) { Incarnation = incarnation, IsHedge = isHedge };
        context.Observer.Local(message);
        acceptLocally(message, upstream);
    }

    private void GiveUpRequest(Custody custody)
    {
        var failed = new RequestFailed(custody.Hop, custody.Journey.NextLayer, self, custody.Journey.Path);
        if (self == EndpointContext.Coordinator)
            owner.Tell(failed);
        else
            context.Transport.SendControl(self, EndpointContext.Coordinator, failed);
    }

    private void ReleaseUpstream(Custody custody)
    {
        if (custody.Upstream is { } upstream)
            Release(upstream);
        custody.Upstream = null;
    }

    /// <summary>Tells who keeps something that it need not any longer.</summary>
    public void Release(Upstream upstream)
    {
        if (upstream.Shared is not { } shared)
        {
            context.Transport.SendControl(self, upstream.Endpoint, new HopReleased(upstream.Hop, upstream.Layer, self));
            return;
        }

        if (!shared.Done())
            return;
        foreach (Upstream one in shared.Upstreams)
            Release(one);
    }

    private void Remove(Custody custody)
    {
        if (custodies.TryGetValue(custody.Hop, out Custody? current) && ReferenceEquals(current, custody))
            custodies.Remove(custody.Hop);
        Close(custody);
    }

    private void Close(Custody custody)
    {
        memory?.Settled(custody);
        custody.Closed = true;
        custody.Timer?.Cancel();
        custody.HedgeTimer?.Cancel();
    }

    /// <summary>Drops what is kept for requests whose deadline has passed: nobody will do anything with it.</summary>
    private void Expire()
    {
        if (expiries.Count > 64 + 2 * custodies.Count)
        {
            (Custody, long)[] kept = [.. expiries.UnorderedItems.Where(item => !item.Element.Closed)];
            expiries.Clear(); // most of them are done with: their journeys need not wait for the deadline
            expiries.EnqueueRange(kept);
        }

        while (expiries.TryPeek(out Custody? custody, out long deadline) && (custody.Closed || deadline < context.Clock.Now.Nanoseconds))
        {
            expiries.Dequeue();
            if (!custody.Closed)
                Remove(custody);
        }
    }

    private bool Lacks(int layer) => lacks is not null && layer != Journey.Return && lacks(layer);
}
