using LayerShuffle.Scenarios.Specs;
using LayerShuffle.Scenarios.Syntax;

namespace LayerShuffle.Scenarios.Binding;

/// <summary>Knows the models' layers and says which ids are none.</summary>
/// <param name="mistakes">Where mistakes go.</param>
/// <param name="models">The models whose sizes are known.</param>
internal sealed class LayerChecker(MistakeList mistakes, IReadOnlyList<ModelSpec> models)
{
    /// <summary>The model with the fewest layers, or null where none is known.</summary>
    public ModelSpec? Smallest { get; } = models.MinBy(model => model.NumHiddenLayers);

    /// <summary>Says which ids of a list no layer has, and which stand there twice.</summary>
    public void CheckIds(ScenarioNode? list)
    {
        HashSet<int> seen = [];
        foreach ((ScalarNode node, int id) in Read.Integers(list))
        {
            if (!seen.Add(id))
                mistakes.Add(node, $"layer {id} stands twice in the list", "each layer once");
            if (Smallest is { } model && id >= model.NumHiddenLayers)
                mistakes.Add(node, $"there is no layer {id} in model `{model.Name}`", $"a layer id from 0 to {model.NumHiddenLayers - 1}");
        }
    }

    /// <summary>Says which layers of a model are not among some ids.</summary>
    public void CheckComplete(ScenarioNode placement, ICollection<int> ids)
    {
        foreach (ModelSpec model in models)
        {
            List<int> missing = [.. Enumerable.Range(0, model.NumHiddenLayers).Where(id => !ids.Contains(id))];
            if (missing.Count > 0)
                mistakes.Add(placement, $"no node hosts layer {string.Join(", ", missing.Take(8))}{(missing.Count > 8 ? ", …" : "")} of model `{model.Name}`",
                    "each layer on a node");
        }
    }
}
