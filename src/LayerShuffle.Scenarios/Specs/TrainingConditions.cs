using LayerShuffle.Core.Links;

namespace LayerShuffle.Scenarios.Specs;

/// <summary>What strikes trainings where that is asked for: what will be met.</summary>
public static class TrainingConditions
{
    /// <summary>
    /// The first condition with faults; on the virtual clock, whose links strike trainings too, the first with faults or with links that lose messages. Null:
    /// there is none.
    /// </summary>
    public static TrialVariant? Met(Scenario scenario) => scenario.Conditions.FirstOrDefault(variant => variant.Reliability is null
        && (variant.Faults.Count > 0 || (scenario.Clock == ScenarioClock.Virtual && Loses(variant.Network))));

    private static bool Loses(NetworkSpec network) => network.Links.Select(link => network.Default.With(link.Set)).Prepend(network.Default)
        .Any(link => link.Loses || link.DropsGarbled || link.Trace is not null);
}
