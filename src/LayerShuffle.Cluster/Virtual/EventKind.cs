namespace LayerShuffle.Cluster.Virtual;

/// <summary>Kinds of events. Those due at one instant fire in this order, then in the order in which they were scheduled.</summary>
public enum EventKind
{
    /// <summary>A fault begins or ends.</summary>
    Fault,

    /// <summary>A message reaches an endpoint.</summary>
    Delivery,

    /// <summary>A layer is done with a request.</summary>
    ComputeEnd,

    /// <summary>A timer of an actor.</summary>
    Timer,

    /// <summary>A request is submitted.</summary>
    Arrival,
}
