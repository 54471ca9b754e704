using LayerShuffle.Actors.Messages;
using LayerShuffle.Actors.Ports;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Actors.Protocol;

/// <summary>An activation that was sent and is kept until the receiver reports it released.</summary>
internal sealed class Custody(Journey journey, Upstream? upstream)
{
    /// <summary>The journey as it stood when the hop was handed over, resends of it not counted.</summary>
    public Journey Journey { get; } = journey;

    public HopId Hop { get; } = journey.NextHop;

    /// <summary>Who keeps what this was computed from; null once released.</summary>
    public Upstream? Upstream { get; set; } = upstream;

    public int Attempt { get; set; }

    /// <summary>Attempts that were not sent, because they were for this endpoint itself, which has no weights of the layer.</summary>
    public int Unsent { get; set; }

    /// <summary>Resends on the way so far, those of this hop counted.</summary>
    public int Resends => Journey.Retries + Attempt - Unsent;

    public int Target { get; set; }

    public Instant SentAt { get; set; }

    /// <summary>When it was first sent to the target, without another in between.</summary>
    public Instant FirstSentAt { get; set; }

    /// <summary>How long the acknowledgement of the present attempt is waited for.</summary>
    public Duration Wait { get; set; }

    public ITimerHandle? Timer { get; set; }

    /// <summary>Who acknowledged and in which incarnation; null while waiting.</summary>
    public (int Endpoint, int Incarnation)? Holder { get; set; }

    /// <summary>When it was acknowledged, and how many hops were before it then.</summary>
    public (Instant At, int Ahead)? Acknowledged { get; set; }

    /// <summary>Whether nothing of it is underway: every copy of the layer is left alone for the time being.</summary>
    public bool IsIdle { get; set; }

    /// <summary>Of what is idle: the attempt that comes next.</summary>
    public int NextAttempt { get; set; }

    /// <summary>Whether it counts as underway in the memory of its target.</summary>
    public bool IsPending { get; set; }

    /// <summary>Whether it has been released, given up or lost: timers that still fire for it mean nothing.</summary>
    public bool Closed { get; set; }
}

/// <summary>The endpoint that still keeps the activation from which an activation in hand was computed, and the hop with which it sent it.</summary>
/// <param name="Endpoint">The custodian.</param>
/// <param name="Hop">Its hop.</param>
/// <param name="Layer">The layer that hop was for.</param>
public sealed record Upstream(int Endpoint, HopId Hop, int Layer);
