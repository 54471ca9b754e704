using LayerShuffle.Actors.Messages;
using LayerShuffle.Core.Links;
using LayerShuffle.Core.Time;

namespace LayerShuffle.Actors.Ports;

/// <summary>Carries messages between endpoints, which it knows by index (0 is the coordinator). Links and their conditions lie behind it.</summary>
public interface ITransport
{
    /// <summary>Hands a hop to the link between two different endpoints.</summary>
    void Send(int from, int to, HopMessage message);

    /// <summary>Hands a control message to that link.</summary>
    void SendControl(int from, int to, ControlMessage message);
}

/// <summary>
/// Moves what links let through, in a world's own way: events of a kernel, or frames over sockets. It judges nothing. It hands a copy that is due to
/// <see cref="Protocol.LinkTransport.Reach"/>.
/// </summary>
public interface ICarrier
{
    /// <summary>The trial's time.</summary>
    Instant Now { get; }

    /// <summary>The incarnation of an endpoint that a message of now is for; null: it is known to be gone for good.</summary>
    int? Addressee(int endpoint);

    /// <summary>Which of its lives in this trial an endpoint that sends lives, from 1.</summary>
    int Life(int endpoint);

    /// <summary>Whether an endpoint is up in that incarnation.</summary>
    bool IsUp(int endpoint, int incarnation);

    /// <summary>Whether an endpoint is paused, so that what arrives must wait for it. Where a pause stops the receiver itself, nothing need wait.</summary>
    bool IsPaused(int endpoint);

    /// <summary>Keeps an arrival until a paused endpoint goes on.</summary>
    void Hold(int endpoint, Action arrive);

    /// <summary>Sends a copy of a hop on its way, to reach the receiver's end when its verdict says.</summary>
    /// <returns>Whether it could.</returns>
    bool Carry(int from, int to, int incarnation, CopyVerdict copy, HopMessage message);

    /// <summary>Sends a control message on its way, for the receiver at the time it is due.</summary>
    void Carry(int from, int to, int incarnation, Instant due, ControlMessage message);

    /// <summary>Does something at an instant.</summary>
    void At(Instant due, Action action);

    /// <summary>Tells an endpoint's actor.</summary>
    void Deliver(int endpoint, HopMessage message);

    /// <summary>A copy that it carried is not underway any more, whatever became of it.</summary>
    void Ended(HopMessage message);
}
