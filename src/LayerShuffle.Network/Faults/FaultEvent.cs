using LayerShuffle.Network.Time;

namespace LayerShuffle.Network.Faults;

/// <summary>A fault beginning or ending.</summary>
/// <param name="At">When.</param>
/// <param name="Fault">Which fault.</param>
/// <param name="Begins">Whether it begins; else it ends.</param>
/// <param name="Targets">What it strikes, ascending: endpoint indexes for a crash, pause or slowdown, link indexes for a partition (the links it cuts) or a link
/// fault. The same at its end.</param>
public sealed record FaultEvent(Instant At, FaultSpec Fault, bool Begins, IReadOnlyList<int> Targets);
