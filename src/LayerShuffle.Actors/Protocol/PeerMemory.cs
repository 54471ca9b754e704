using LayerShuffle.Actors.Messages;
using LayerShuffle.Actors.Ports;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Actors.Protocol;

/// <summary>
/// What one endpoint has seen of those that it sends to: who failed it and is left alone, and how soon each answers. Nobody else knows it, and a crash loses
/// it.
/// </summary>
/// <param name="routing">What is remembered.</param>
/// <param name="clock">The time.</param>
internal sealed class PeerMemory(RoutingSpec routing, IClock clock)
{
    private readonly Dictionary<int, Peer> peers = []; // looked up by key only

    /// <summary>Whether an endpoint is left alone now.</summary>
    public bool IsLeftAlone(int endpoint) => peers.TryGetValue(endpoint, out Peer? peer) && peer.Breaker is { } breaker && !breaker.Allows(clock.Now);

    /// <summary>How long an endpoint is left alone yet.</summary>
    public Duration LeftAloneFor(int endpoint) => peers.TryGetValue(endpoint, out Peer? peer) && peer.Breaker is { } breaker ? breaker.Left(clock.Now)
        : Duration.Zero;

    /// <summary>How soon an endpoint is expected to be done with a hop that is sent now; who is to be tried is tried first.</summary>
    public (double Nanoseconds, int Pending) Expected(int endpoint) => !peers.TryGetValue(endpoint, out Peer? peer) ? default
        : peer.Breaker?.IsHalfOpen(clock.Now) == true ? default : (peer.Answers.Expected(clock.Now), peer.Answers.Pending);

    /// <summary>A hop was sent.</summary>
    public void Sent(Custody custody)
    {
        Peer peer = Of(custody.Target);
        peer.Breaker?.Sent(clock.Now);
        peer.Answers.Pending++;
        custody.IsPending = true;
    }

    /// <summary>A second copy of a hop was sent.</summary>
    public void Sent(Hedge hedge)
    {
        Peer peer = Of(hedge.Target);
        peer.Breaker?.Sent(clock.Now);
        peer.Answers.Pending++;
        hedge.IsPending = true;
    }

    /// <summary>Its acknowledgement is not waited for any longer.</summary>
    public void Settled(Custody custody)
    {
        if (custody.IsPending)
            Of(custody.Target).Answers.Pending--;
        custody.IsPending = false;
        if (custody.Hedge is not { IsPending: true } hedge)
            return;
        Of(hedge.Target).Answers.Pending--;
        hedge.IsPending = false;
    }

    /// <summary>A hop was acknowledged, while that was waited for.</summary>
    /// <param name="ack">The acknowledgement.</param>
    /// <param name="sent">When what it answers was sent; null where that is not known.</param>
    public void Acknowledged(HopAcknowledged ack, Instant? sent)
    {
        Peer peer = Of(ack.From);
        peer.Breaker?.Succeeded();
        if (sent is { } at)
            peer.Answers.Acknowledged(clock.Now - at, ack.Queue, clock.Now);
    }

    /// <summary>What an endpoint had acknowledged is done with.</summary>
    public void Released(int endpoint, Duration took, int ahead) => Of(endpoint).Answers.Released(took, ahead, clock.Now);

    /// <summary>A hop was not acknowledged in time, or its receiver has died with it.</summary>
    public void Missed(Custody custody)
    {
        Peer peer = Of(custody.Holder?.Endpoint ?? custody.Target);
        peer.Breaker?.Failed(custody.SentAt, clock.Now);
        peer.Answers.Missed(clock.Now - custody.SentAt, clock.Now);
    }

    private Peer Of(int endpoint)
    {
        if (!peers.TryGetValue(endpoint, out Peer? peer))
            peers[endpoint] = peer = new Peer(routing.Avoid is { } avoid ? new CircuitBreaker(avoid) : null);
        return peer;
    }

    private sealed record Peer(CircuitBreaker? Breaker)
    {
        public AnswerEstimate Answers { get; } = new();
    }
}
