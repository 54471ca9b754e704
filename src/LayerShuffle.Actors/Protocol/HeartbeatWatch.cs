using Akka.Actor;
using LayerShuffle.Actors.Messages;
using LayerShuffle.Actors.Ports;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Actors.Protocol;

/// <summary>
/// Watches the nodes that one endpoint has sent hops to, by heartbeats that cross the links: who is silent for too long counts as dead, who answers in another
/// incarnation has died. Nobody else knows what it found out, and a crash loses it.
/// </summary>
/// <param name="self">The watcher.</param>
/// <param name="context">What all endpoints of the trial share.</param>
/// <param name="owner">The actor to which its timers report.</param>
/// <param name="spec">The detector.</param>
/// <param name="died">Told of nodes that count as dead, and in which incarnation.</param>
/// <param name="lives">Told of nodes that do so no longer.</param>
internal sealed class HeartbeatWatch(int self, EndpointContext context, IActorRef owner, PhiSpec spec, Action<int, int> died, Action<int> lives)
{
    private readonly Dictionary<int, Watched> nodes = []; // looked up by key; all of them are only called off

    /// <summary>A hop was sent to an endpoint: from now on it is watched. The coordinator does not crash.</summary>
    public void SentTo(int endpoint)
    {
        if (endpoint == EndpointContext.Coordinator || nodes.ContainsKey(endpoint))
            return;
        nodes[endpoint] = new Watched(new PhiAccrual(spec, context.Clock.Now));
        Ask(endpoint);
        Await(endpoint);
    }

    /// <summary>An endpoint is known to live, or to have lived, in an incarnation.</summary>
    public void Saw(int endpoint, int incarnation)
    {
        if (!nodes.TryGetValue(endpoint, out Watched? node) || incarnation <= node.Incarnation)
            return;
        int before = node.Incarnation;
        node.Incarnation = incarnation;
        if (before > 0)
            Died(endpoint, node, incarnation - 1);
    }

    /// <summary>It is time to ask again.</summary>
    public void OnDue(HeartbeatDue due)
    {
        if (ReferenceEquals(due.Watch, this))
            Ask(due.Endpoint);
    }

    /// <summary>A node answers.</summary>
    public void OnAnswered(HeartbeatAnswered answer)
    {
        if (!nodes.TryGetValue(answer.From, out Watched? node) || answer.Incarnation < node.Incarnation)
            return; // asked in an earlier life, or the last word of a dead one
        node.Detector.Heard(context.Clock.Now);
        Saw(answer.From, answer.Incarnation);
        if (node.Suspected == answer.Incarnation)
        {
            node.Suspected = 0;
            lives(answer.From);
        }

        Await(answer.From);
    }

    /// <summary>A node was silent for too long, unless it was heard meanwhile.</summary>
    public void OnMissed(HeartbeatMissed missed)
    {
        // a paused watcher gets what was sent to it before its timers
        if (ReferenceEquals(missed.Watch, this) && nodes.TryGetValue(missed.Endpoint, out Watched? node) && context.Clock.Now >= node.Detector.SuspectedAt)
            Died(missed.Endpoint, node, Math.Max(1, node.Incarnation));
    }

    /// <summary>Calls all timers off.</summary>
    public void Abandon()
    {
        foreach (Watched node in nodes.Values)
        {
            node.Asks?.Cancel();
            node.Misses?.Cancel();
        }

        nodes.Clear();
    }

    private void Died(int endpoint, Watched node, int incarnation)
    {
        if (node.Suspected >= incarnation)
            return;
        node.Suspected = incarnation;
        died(endpoint, incarnation);
    }

    private void Ask(int endpoint)
    {
        Watched node = nodes[endpoint];
        context.Transport.SendControl(self, endpoint, HeartbeatAsked.Of(node.Asked++, self));
        node.Asks = context.Clock.TellAfter(spec.Heartbeat, owner, new HeartbeatDue(endpoint, this));
    }

    private void Await(int endpoint)
    {
        Watched node = nodes[endpoint];
        node.Misses?.Cancel();
        Instant at = node.Detector.SuspectedAt;
        node.Misses = context.Clock.TellAfter(at > context.Clock.Now ? at - context.Clock.Now : Duration.Zero, owner, new HeartbeatMissed(endpoint, this));
    }

    private sealed record Watched(PhiAccrual Detector)
    {
        /// <summary>Questions so far.</summary>
        public int Asked { get; set; }

        /// <summary>The newest incarnation that is known; 0: none is yet.</summary>
        public int Incarnation { get; set; }

        /// <summary>The newest incarnation that counts as dead; 0: none does.</summary>
        public int Suspected { get; set; }

        public ITimerHandle? Asks { get; set; }

        public ITimerHandle? Misses { get; set; }
    }
}
