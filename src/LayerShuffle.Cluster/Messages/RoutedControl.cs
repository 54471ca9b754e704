using LayerShuffle.Network.Time;

namespace LayerShuffle.Cluster.Messages;

/// <summary>A protocol message on its way to another process, with what the injector decided about it. The receiver waits for what is left of its latency.</summary>
/// <param name="Trial">Number of the trial's run, so that a late message of an earlier trial is known as one.</param>
/// <param name="To">The receiving endpoint.</param>
/// <param name="ToIncarnation">The receiver's incarnation that it is meant for.</param>
/// <param name="Due">When it arrives.</param>
/// <param name="Message">The message.</param>
public sealed record RoutedControl(int Trial, int To, int ToIncarnation, Instant Due, ControlMessage Message);
