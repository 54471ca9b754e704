using LayerShuffle.Scenarios.Overlays;
using LayerShuffle.Scenarios.Specs;
using LayerShuffle.Scenarios.Syntax;

namespace LayerShuffle.Scenarios.Effects;

/// <summary>Finds what is written and does nothing: settings without effect, faults that strike nothing, conditions that come to the same.</summary>
internal sealed class EffectFinder
{
    private readonly IReadOnlyList<ModelSpec> models;
    private readonly bool isKnown, isWall;
    private readonly DatasetSpec? dataset;
    private readonly EffectLedger ledger;
    private readonly NetworkEffects network;
    private readonly FaultEffects faults;
    private readonly RoutingEffects routing;
    private readonly ReliabilityEffects reliability;

    /// <summary>Prepares for a scenario.</summary>
    /// <param name="models">The models whose sizes are known.</param>
    /// <param name="isKnown">Whether these are all models.</param>
    /// <param name="dataset">The images; null for none.</param>
    /// <param name="isWall">Whether real time passes.</param>
    public EffectFinder(IReadOnlyList<ModelSpec> models, bool isKnown, DatasetSpec? dataset, bool isWall)
    {
        (this.models, this.isKnown, this.dataset, this.isWall) = (models, isKnown, dataset, isWall);
        ledger = new EffectLedger();
        network = new NetworkEffects(ledger);
        faults = new FaultEffects(ledger, network);
        routing = new RoutingEffects(ledger);
        reliability = new ReliabilityEffects(ledger);
    }

    /// <summary>Judges a condition, sweep point and policy without mistakes.</summary>
    public void Variant(VariantPoint point, TrialVariant variant)
    {
        reliability.Judge(point.Merged, variant);
        if (variant.Reliability is not null)
            return;
        VariantFacts facts = new(variant, models, isKnown, dataset?.Test, isWall);
        network.Judge(point.Merged.Map("network"), variant, facts);
        faults.Judge(point.Merged.Map("faults"), variant, facts);
        faults.Domains(point.Merged.Map("cluster")?.Map("domains"), point.Merged.Map("faults"));
        routing.Routing(point.Merged.Map("routing"), variant, facts, isKnown ? models : []);
        routing.Workload(point.Merged.Map("workload"), variant, facts);
        routing.Cluster(point.Merged.Map("cluster"), variant, facts, isKnown ? models : []);
    }

    /// <summary>Judges the scenario as a whole and warns.</summary>
    public void Report(MapNode root, Scenario scenario, OverlayExpander overlays, IReadOnlyList<MapEntry> sweep, MistakeList warnings)
    {
        new ModelEffects(ledger).Judge(root, scenario);
        new OverlayEffects(ledger).Nulls(overlays);
        new OverlayEffects(ledger).Sweep(sweep);
        new SameVariants(ledger).Find(root, sweep, scenario.Conditions);
        ledger.Report(warnings);
    }
}
