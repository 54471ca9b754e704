using LayerShuffle.Core.Faults;
using LayerShuffle.Scenarios.Overlays;
using LayerShuffle.Scenarios.Specs;
using LayerShuffle.Scenarios.Syntax;

namespace LayerShuffle.Scenarios.Validation;

/// <summary>Says what faults ask of models that the models do not have, and what they cannot strike.</summary>
/// <param name="mistakes">Where mistakes go.</param>
/// <param name="models">All models.</param>
internal sealed class TensorChecker(MistakeList mistakes, IReadOnlyList<ModelSpec> models)
{
    private bool isFirst = true; // until a variant has faults: training meets those

    /// <summary>Checks a condition, sweep point and policy.</summary>
    public void Variant(VariantPoint point, TrialVariant variant)
    {
        bool isTraining = isFirst && variant.Faults.Count > 0 && models.Any(model => model.Training?.Faults == true);
        foreach (FaultSpec fault in variant.Faults)
        {
            if (point.Merged.Map("faults")?.Map(fault.Name) is not { } map)
                continue;
            if (fault is ByzantineFault { Answer: ByzantineAnswer.Stale } && models.FirstOrDefault(HasNoPast) is { } without)
                mistakes.Add(map.Get("answer") ?? map, $"model `{without.Name}` has no checkpoint before its last, whose weights a node could answer with",
                    "models that are trained here for two epochs or more, or start from another (`init_from`); or another `answer`");
            if (isTraining && fault is (MemoryFault or ByzantineFault))
                mistakes.Add(map.Get("kind") ?? map,
                    "it strikes trials only, and `training: {faults: true}` has these faults strike trainings",
                    "`training: {faults: false}`, or this fault in a later condition");
        }

        isFirst &= variant.Faults.Count == 0;
    }

    private static bool HasNoPast(ModelSpec model) => !model.IsNetworkOnly && model.InitFrom is null && model.Training is not { Epochs: >= 2 };
}
