using LayerShuffle.Core.Clusters;
using LayerShuffle.Core.Damages;
using LayerShuffle.Core.Faults;
using LayerShuffle.Core.Trials;
using LayerShuffle.Runs.Telling;
using LayerShuffle.Scenarios.Specs;

namespace LayerShuffle.Runs.Plans;

/// <summary>
/// What a campaign of soft errors can say: how many of the possible faults are injected, how well they tell the share of those that do harm, and how many a
/// better answer asks for (<see cref="InjectionCount"/>).
/// </summary>
internal static class SoftErrors
{
    private static readonly double[] Margins = [0.05, 0.01];

    /// <summary>A sentence for every model and fault of memory.</summary>
    public static IEnumerable<string> Lines(IReadOnlyList<PlannedTrial> trials)
    {
        foreach (IGrouping<(string Model, string Condition, string Policy), PlannedTrial> alike in trials.Where(trial => !trial.Model.IsNetworkOnly)
            .GroupBy(trial => (trial.Model.Name, trial.Spec.Key.Condition, trial.Spec.Key.Policy)))
        {
            TrialSpec first = alike.First().Spec;
            foreach (MemoryFault fault in first.Faults.OfType<MemoryFault>())
                yield return Sentence(fault, [.. alike]);
        }
    }

    private static string Sentence(MemoryFault fault, IReadOnlyList<PlannedTrial> trials)
    {
        PlannedTrial first = trials[0];
        double population = 0, injections = 0;
        foreach (PlannedTrial trial in trials)
        {
            var topology = Topology.Of(trial.Spec.Cluster);
            Placement placement = Placement.Compute(trial.Spec.Cluster, trial.Model.NumHiddenLayers, trial.Spec.Routing.Replicas, trial.Spec.LayerBytes);
            var flips = new MemoryFlips(placement, trial.Spec.LayerBytes, topology, trial.Spec.Luck);
            if (trial.Spec.Workload.HealAfter is null && FaultTimeline.IsEndless(fault, trial.Spec.Faults))
                injections = double.NaN; // how many there are, the end of the trial says
            foreach (FaultEvent strike in double.IsNaN(injections) ? [] : HealedTimeline.Of(
                FaultTimeline.Events(trial.Spec.Faults, topology, trial.Spec.Luck, each => each == fault), trial.Spec.Workload.HealAfter))
                injections += strike.Targets.Sum(node => flips.At(strike, node).Count);
            double layers = placement.Layers * trial.Spec.Routing.Replicas;
            population = Math.Max(population, layers * (trial.Spec.LayerBytes ?? 0) / sizeof(float) * NumberBits.Of(fault.Field, WireFormat.Float32).Count);
        }

        string needed = string.Join(", ", Margins.Select(margin => FormattableString.Invariant(
            $"±{Percent.Of(margin, 0)} takes {InjectionCount.Needed(population, margin)}")));
        string known = double.IsNaN(injections) ? "how many are injected depends on how long a trial lasts"
            : injections == 0 ? "none of them is injected" : FormattableString.Invariant(
            $"{injections:0} are injected, which tell the share that does harm to ±{Percent.Of(InjectionCount.Margin(population, injections))} at 95%");
        return FormattableString.Invariant($"soft errors: {first.Model.Name}, {first.Spec.Key.Condition}, {fault.Name}: ")
            + FormattableString.Invariant($"of {population:0.###E+0} possible flips ") + $"{known} ({needed}); as many requests are needed for an accuracy";
    }
}
