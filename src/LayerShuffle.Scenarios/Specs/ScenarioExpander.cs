using LayerShuffle.Core.Trials;

namespace LayerShuffle.Scenarios.Specs;

/// <summary>
/// Writes out the trials of a scenario. Order: model, training seed, policy, condition, sweep point, repeat; the last runs fastest. Trials are numbered from 0
/// in it.
/// </summary>
public static class ScenarioExpander
{
    /// <summary>All trials, in order.</summary>
    public static IReadOnlyList<TrialSpec> Trials(Scenario scenario) => [.. Plan(scenario).Select(planned => planned.Spec)];

    /// <summary>All trials, in order, with their models and variants.</summary>
    public static IReadOnlyList<PlannedTrial> Plan(Scenario scenario)
    {
        List<PlannedTrial> trials = [];
        foreach (ModelSpec model in scenario.Models)
        {
            for (int seed = 0; seed < TrainingSeeds(model); seed++)
            {
                foreach (TrialVariant variant in scenario.Conditions)
                {
                    for (int repeat = 0; repeat < scenario.Repeats; repeat++)
                        trials.Add(Trial(scenario, trials.Count, model, seed, variant, repeat));
                }
            }
        }

        return trials;
    }

    /// <summary>How many trials there are, without writing them out.</summary>
    public static long Count(Scenario scenario) => scenario.Models.Sum(model => (long)TrainingSeeds(model)) * scenario.Conditions.Count * scenario.Repeats;

    /// <summary>How many trained models a model's entry stands for.</summary>
    public static int TrainingSeeds(ModelSpec model) => model.Training?.Seeds ?? 1;

    private static PlannedTrial Trial(Scenario scenario, int number, ModelSpec model, int seed, TrialVariant variant, int repeat)
    {
        TrialSpec spec = new()
        {
            Key = new TrialKey(number, model.Name, seed, variant.Policy, variant.Condition, repeat),
            Seed = scenario.Seed,
            Network = variant.Network,
            Faults = variant.Faults,
            Cluster = variant.Cluster,
            Routing = variant.Routing,
            Workload = variant.Workload,
            Reliability = variant.Reliability,
            LayerBytes = model.LayerBytes,
            TraceRequests = scenario.Trace,
        };
        return new PlannedTrial(spec, model, variant);
    }
}
