using LayerShuffle.Actors.Training;
using LayerShuffle.Core.Routing;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Core.Trials;
using LayerShuffle.Core.Workloads;
using LayerShuffle.Runs.Failures;
using LayerShuffle.Runs.Images;
using LayerShuffle.Scenarios.Specs;
using LayerShuffle.Simulation;

namespace LayerShuffle.Runs.Models;

/// <summary>What the scenario's trainings meet on the virtual clock, found out once for each before it begins.</summary>
/// <param name="scenario">The scenario.</param>
internal sealed class Rehearsals(Scenario scenario)
{
    private readonly Lock gate = new(); // trainings may ask side by side
    private readonly Dictionary<(string Name, int Seed), MetTraining?> known = [];

    /// <summary>What a training meets; null where nothing is to strike it, or processes do.</summary>
    /// <param name="spec">The model.</param>
    /// <param name="trainingSeed">Index of its training seed.</param>
    /// <param name="images">Images that it is trained on.</param>
    /// <exception cref="RunFailedException">It does not get through the cluster.</exception>
    public MetTraining? Of(ModelSpec spec, int trainingSeed, int images)
    {
        if (scenario.Clock != ScenarioClock.Virtual || spec.Training is not { Faults: true, Epochs: > 0 } training
            || TrainingConditions.Met(scenario) is not { } variant)
            return null;
        lock (gate)
        {
            if (!known.TryGetValue((spec.Name, trainingSeed), out MetTraining? met))
                known[(spec.Name, trainingSeed)] = met = Rehearse(spec, training, trainingSeed, images, variant);
            return met;
        }
    }

    private MetTraining? Rehearse(ModelSpec spec, TrainingSpec training, int trainingSeed, int images, TrialVariant variant)
    {
        var outline = new TrainingOutline(spec.Config, ModelSpecs.Options(training), images, Luck(scenario, trainingSeed));
        using var system = new VirtualActorSystem();
        try
        {
            return new TrainingRehearsal(system).Run(Trial(scenario, variant, spec, trainingSeed), outline);
        }
        catch (TrainingInterruptedException e)
        {
            throw new RunFailedException(e.Message);
        }
    }

    /// <summary>Root of a training's own draws.</summary>
    public static SeedTree Luck(Scenario scenario, int trainingSeed) => SeedTree.Root(scenario.Seed).Child("training").Child(trainingSeed);

    /// <summary>
    /// The cluster as a condition says, for steps one after the other. Its luck goes by the training seed alone, so that all models meet the same. A step has
    /// one journey through all its layers; only who chooses the order on the way, or asks in vain, changes the order that the training draws.
    /// </summary>
    private static TrialSpec Trial(Scenario scenario, TrialVariant variant, ModelSpec spec, int trainingSeed)
    {
        bool shuffles = spec.Config.Variant is not (ModelVariant.Standard or ModelVariant.LayerDrop);
        return new TrialSpec
        {
            Key = new TrialKey(0, spec.Name, trainingSeed, variant.Policy, variant.Condition, 0),
            Seed = (long)SeedTree.Root(scenario.Seed).Child("training-faults").Child(trainingSeed).Bits,
            Network = variant.Network,
            Faults = variant.Faults,
            Cluster = variant.Cluster,
            Routing = variant.Routing with
            {
                Order = shuffles && variant.Routing.Order == OrderKind.Opportunistic ? OrderKind.Opportunistic : OrderKind.Sequential,
                ExplicitOrder = null,
                Prune = null,
                Redundancy = null,
                Parallel = 1,
            },
            Workload = new WorkloadSpec(1, 1, new ArrivalSpec(ArrivalKind.Closed, 1, 0), variant.Workload.Deadline),
            LayerBytes = spec.LayerBytes,
            TraceRequests = 0,
        };
    }
}
