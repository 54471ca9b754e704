namespace LayerShuffle.Cluster.Messages;

/// <summary>The receiver has the hop.</summary>
/// <param name="Hop">The hop.</param>
/// <param name="Layer">The layer it is for, or <see cref="Journey.Return"/>.</param>
/// <param name="Attempt">The attempt that is acknowledged.</param>
/// <param name="Copy">Which copy of it: 1 for the injected duplicate.</param>
/// <param name="From">The receiver.</param>
/// <param name="Incarnation">Its incarnation: what a later crash of it loses.</param>
/// <param name="SenderIncarnation">The sender's incarnation that the message bore.</param>
public sealed record HopAcknowledged(HopId Hop, int Layer, int Attempt, int Copy, int From, int Incarnation, int SenderIncarnation = 1) : ControlMessage(Hop, Layer, From)
{
    /// <summary>The acknowledgement of a message by its receiver.</summary>
    public static HopAcknowledged Of(HopMessage message, int by, int incarnation) =>
        new(message.Journey.NextHop, message.Journey.NextLayer, message.Attempt, message.Copy, by, incarnation, message.Incarnation);
}
