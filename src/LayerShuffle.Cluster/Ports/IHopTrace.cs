using LayerShuffle.Cluster.Messages;

namespace LayerShuffle.Cluster.Ports;

/// <summary>Sees what happens to hops at endpoints and, besides, on the links between them: what a transport reports.</summary>
public interface IHopTrace : IHopObserver
{
    /// <summary>A copy arrived whole at a living receiver.</summary>
    void Delivered(HopMessage message);

    /// <summary>A copy did not make it; another copy may still.</summary>
    /// <param name="message">The copy.</param>
    /// <param name="fate">One of <see cref="HopFate"/>.</param>
    void Fate(HopMessage message, string fate);
}
