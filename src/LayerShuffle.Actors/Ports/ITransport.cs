using LayerShuffle.Actors.Messages;

namespace LayerShuffle.Actors.Ports;

/// <summary>Carries messages between endpoints, which it knows by index (0 is the coordinator). Links and their conditions lie behind it.</summary>
public interface ITransport
{
    /// <summary>Hands a hop to the link between two different endpoints.</summary>
    void Send(int from, int to, HopMessage message);

    /// <summary>Hands a control message to that link.</summary>
    void SendControl(int from, int to, ControlMessage message);
}
