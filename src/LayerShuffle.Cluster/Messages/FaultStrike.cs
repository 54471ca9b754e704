using LayerShuffle.Network.Faults;
using LayerShuffle.Network.Time;
using LayerShuffle.Network.Trials;

namespace LayerShuffle.Cluster.Messages;

/// <summary>A fault begins or ends: told to endpoints that have the trial's specification and need only be told which of its faults.</summary>
/// <param name="At">When, on the trial's clock.</param>
/// <param name="Index">Index of the fault in <see cref="TrialSpec.Faults"/>.</param>
/// <param name="Name">Its name, which must be that fault's.</param>
/// <param name="Begins">Whether it begins; else it ends.</param>
/// <param name="Targets">What it strikes, as <see cref="FaultEvent.Targets"/>.</param>
public sealed record FaultStrike(Instant At, int Index, string Name, bool Begins, int[] Targets)
{
    /// <summary>What is told of an event of a trial's timeline.</summary>
    /// <exception cref="ArgumentException">The fault is not one of the trial's.</exception>
    public static FaultStrike Of(FaultEvent strike, TrialSpec spec)
    {
        for (int i = 0; i < spec.Faults.Count; i++)
        {
            if (spec.Faults[i].Name == strike.Fault.Name) // names are unique within a scenario
                return new(strike.At, i, strike.Fault.Name, strike.Begins, [.. strike.Targets]);
        }

        throw new ArgumentException($"The fault '{strike.Fault.Name}' is not one of trial {spec.Key.Trial}.", nameof(strike));
    }

    /// <summary>The event of the timeline that this tells of.</summary>
    /// <exception cref="ArgumentException">The trial has no such fault: the two ends do not run the same trial.</exception>
    public FaultEvent Resolve(TrialSpec spec) =>
        Index < spec.Faults.Count && spec.Faults[Index].Name == Name
            ? new(At, spec.Faults[Index], Begins, Targets)
            : throw new ArgumentException(
                $"Trial {spec.Key.Trial} has {spec.Faults.Count} faults, and number {Index} is not '{Name}': its specification and this message are of different trials.");
}
