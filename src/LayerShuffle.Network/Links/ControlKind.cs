namespace LayerShuffle.Network.Links;

/// <summary>Kinds of control messages; each draws its latency from a sub-stream of its own.</summary>
public enum ControlKind
{
    /// <summary>An acknowledgement of a hop.</summary>
    Ack,

    /// <summary>The word that custody of an activation may end.</summary>
    Release,

    /// <summary>A report to the coordinator.</summary>
    Report,
}
