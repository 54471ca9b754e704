using LayerShuffle.Actors.Messages;
using LayerShuffle.Actors.Ports;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Simulation;

/// <summary>
/// Knows when a request is settled: its deadline has passed, so that nobody sends or computes for it any more, and no message or computation of it is underway.
/// From then on nothing happens to it, and what was remembered of it can go. A trace that notes computations.
/// </summary>
/// <param name="kernel">Time.</param>
/// <param name="trace">The trace.</param>
/// <param name="settled">Told of requests, each once.</param>
internal sealed class RequestsUnderway(VirtualKernel kernel, IHopTrace trace, Action<int> settled) : IHopTrace
{
    private readonly Dictionary<int, int> underway = []; // messages and computations by request; looked up by key only
    private readonly HashSet<int> late = []; // past their deadline: membership only
    private readonly Dictionary<int, int> computing = []; // which request a node computes for

    /// <summary>Requests of which something is known.</summary>
    public int Held => underway.Count + late.Count;

    /// <summary>A request begins.</summary>
    public void Begin(int request, Duration deadline) => kernel.Schedule(kernel.Now + deadline + new Duration(1), EventKind.Timer, _ =>
    {
        late.Add(request);
        SettleIfQuiet(request);
    });

    /// <summary>A message is on its way.</summary>
    public void Add(int request) => underway[request] = underway.GetValueOrDefault(request) + 1;

    /// <summary>It has arrived, or came to nobody.</summary>
    public void Remove(int request)
    {
        int left = underway[request] - 1;
        if (left > 0)
        {
            underway[request] = left;
            return;
        }

        underway.Remove(request);
        if (late.Contains(request))
            kernel.Schedule(kernel.Now, EventKind.Timer, _ => SettleIfQuiet(request)); // when whoever got it has done with it
    }

    /// <summary>A node loses what it computes.</summary>
    public void Crashed(int node)
    {
        if (computing.Remove(node, out int request))
            Remove(request);
    }

    public void ComputeStarted(HopMessage message, int at)
    {
        Crashed(at);
        computing[at] = message.Journey.Request;
        Add(message.Journey.Request);
        trace.ComputeStarted(message, at);
    }

    public void ComputeEnded(HopMessage message, int at)
    {
        trace.ComputeEnded(message, at);
        Crashed(at); // nothing is computed there any more
    }

    public void Sent(HopMessage message, int to) => trace.Sent(message, to);

    public void Local(HopMessage message) => trace.Local(message);

    public void Delivered(HopMessage message) => trace.Delivered(message);

    public void Garbled(HopMessage message) => trace.Garbled(message);

    public void Fate(HopMessage message, string fate) => trace.Fate(message, fate);

    public void Acknowledged(HopAcknowledged ack, int to) => trace.Acknowledged(ack, to);

    public void PeerDownDetected(int peer, int incarnation) => trace.PeerDownDetected(peer, incarnation);

    private void SettleIfQuiet(int request)
    {
        if (!underway.ContainsKey(request) && late.Remove(request))
            settled(request);
    }
}
