using LayerShuffle.Actors.Messages;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Actors.Protocol;

/// <summary>
/// How long acknowledgements take, by destination: what <c>timeout: auto</c> waits by (RFC 6298), and second copies after a quantile do. One dead destination
/// does not slow the others down.
/// </summary>
/// <param name="context">What all endpoints of the trial share.</param>
/// <param name="incarnation">This endpoint's incarnation.</param>
internal sealed class RoundTrips(EndpointContext context, int incarnation)
{
    private readonly RetransmissionTimer unmeasured = new(context.Routing.Backoff);
    private readonly Dictionary<int, RetransmissionTimer> timers = []; // of the endpoints that it sends to, looked up by key only
    private readonly Dictionary<int, SeenTimes> seen = []; // likewise
    private readonly bool adapts = context.Routing.Timeout is null, remembers = context.Routing.Hedge is { After: null };
    // attempts that were not waited for any longer, and when they were sent; looked up by key only
    private readonly Dictionary<(HopId Hop, int Attempt, int Target), Instant> unanswered = [];
    private readonly PriorityQueue<(HopId Hop, int Attempt, int Target), long> forgetting = new();

    /// <summary>The timer of a destination.</summary>
    public RetransmissionTimer TimerOf(int endpoint)
    {
        if (!timers.TryGetValue(endpoint, out RetransmissionTimer? timer))
            timers[endpoint] = timer = new RetransmissionTimer(context.Routing.Backoff);
        return timer;
    }

    /// <summary>The timeout of a destination, one that was never sent to included.</summary>
    public Duration Current(int endpoint) => timers.GetValueOrDefault(endpoint, unmeasured).Current;

    /// <summary>The longest timeout of the destinations that were measured: what is known of the network where nothing is of one endpoint.</summary>
    public Duration Longest => timers.Values.Where(timer => timer.IsMeasured).Select(timer => timer.Current).DefaultIfEmpty(unmeasured.Current).Max();

    /// <summary>A destination is known to be dead.</summary>
    public void Silence(int endpoint) => timers.GetValueOrDefault(endpoint)?.Silence();

    /// <summary>
    /// The first acknowledgement of an attempt is a round trip, however late it comes. Not so if it answers another incarnation of this endpoint, or if the
    /// same attempt was sent twice (recomputed after a crash further up): nobody knows which one it answers then.
    /// </summary>
    public void Measure(HopAcknowledged ack, Custody? custody)
    {
        if ((!adapts && !remembers) || ack.SenderIncarnation != incarnation)
            return;
        bool present = custody is { Holder: null, IsIdle: false } && custody.Attempt == ack.Attempt && custody.Target == ack.From;
        bool past = unanswered.Remove((ack.Hop, ack.Attempt, ack.From), out Instant sent);
        if (present == past)
            return;
        Duration took = context.Clock.Now - (present ? custody!.SentAt : sent);
        if (adapts)
            TimerOf(ack.From).Sample(took, context.Clock.Now);
        if (!remembers)
            return;
        if (!seen.TryGetValue(ack.From, out SeenTimes? times))
            seen[ack.From] = times = new SeenTimes();
        times.Add(took);
    }

    /// <summary>A quantile of the times that a destination's acknowledgements took; null while too few were seen.</summary>
    public Duration? Quantile(int endpoint, double quantile) => seen.GetValueOrDefault(endpoint)?.Quantile(quantile);

    /// <summary>Remembers when an attempt was sent that is not waited for any longer: its acknowledgement may still come.</summary>
    public void WaitNoLonger(Custody custody)
    {
        if (custody.Holder is null)
            Await(custody, custody.Attempt, custody.Target, custody.SentAt);
    }

    /// <summary>Remembers when an attempt was sent whose acknowledgement may come beside that of another.</summary>
    public void Await(Custody custody, int number, int target, Instant sent)
    {
        if (!adapts && !remembers)
            return;
        Instant now = context.Clock.Now;
        while (forgetting.TryPeek(out (HopId, int, int) oldest, out long due) && due < now.Nanoseconds)
        {
            forgetting.Dequeue();
            unanswered.Remove(oldest);
        }

        var attempt = (custody.Hop, number, target);
        if (unanswered.TryAdd(attempt, sent))
            forgetting.Enqueue(attempt, custody.Journey.Deadline.Nanoseconds); // no receiver acknowledges it later
    }

    /// <summary>The trial is over, or the endpoint has crashed: no acknowledgement is expected any more.</summary>
    public void Forget()
    {
        unanswered.Clear();
        forgetting.Clear();
    }
}
