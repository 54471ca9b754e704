namespace LayerShuffle.Scenarios;

/// <summary>Says what does not fit together in and between models.</summary>
/// <param name="mistakes">Where mistakes go.</param>
internal sealed class ModelChecker(MistakeList mistakes)
{
    public void Check(MapNode root, IReadOnlyList<ModelSpec> models, bool networkOnly)
    {
        foreach (ModelSpec model in models)
        {
            MapEntry? entry = root.Map("models")?.Entry(model.Name);
            CheckSizes(root, entry, model, networkOnly);
            if (entry?.Value is MapNode map && !networkOnly)
                CheckOrigin(map, model, models);
        }
    }

    private void CheckSizes(MapNode root, MapEntry? entry, ModelSpec model, bool networkOnly)
    {
        if (!networkOnly && model.HiddenSize % model.NumAttentionHeads != 0)
            At(root, entry, "num_attention_heads", "hidden_size", $"{model.NumAttentionHeads} heads do not divide a hidden_size of {model.HiddenSize}", "a divisor of hidden_size");
        if (model.ImageSize % model.PatchSize != 0)
            At(root, entry, "patch_size", "image_size", $"patches of {model.PatchSize} do not divide an image_size of {model.ImageSize}", "a divisor of image_size");
    }

    private void At(MapNode root, MapEntry? entry, string key, string other, string message, string expected)
    {
        MapNode? own = entry?.Value as MapNode, shared = root.Map("model");
        ScenarioNode? node = own?.Get(key) ?? own?.Get(other) ?? shared?.Get(key) ?? shared?.Get(other) ?? own?.Get("checkpoint");
        mistakes.Add(node?.Location ?? root.Location, node?.Path ?? "model." + key, message, expected);
    }

    private void CheckOrigin(MapNode entry, ModelSpec model, IReadOnlyList<ModelSpec> models)
    {
        if (model.InitFrom is null)
            return;
        ScenarioNode node = entry.Get("init_from")!;
        if (model.Checkpoint is not null)
            mistakes.Add(node, "`init_from` and `checkpoint` exclude each other", "one of them");
        ModelSpec? origin = models.FirstOrDefault(other => other.Name == model.InitFrom);
        if (origin is null)
            mistakes.Add(node, $"there is no model `{model.InitFrom}`", "one of " + string.Join(", ", models.Select(other => other.Name)), NearestName.Find(model.InitFrom, models.Select(other => other.Name)));
        else if (IsCycle(model, models))
            mistakes.Add(node, $"model `{model.Name}` starts from itself ({string.Join(" → ", Chain(model, models))})", "a chain of models that ends");
        else if (origin.Checkpoint is null && Shape(origin) != Shape(model))
            mistakes.Add(node, $"model `{origin.Name}` has another shape than `{model.Name}`", "the same architecture and sizes");
    }

    private static bool IsCycle(ModelSpec model, IReadOnlyList<ModelSpec> models) => Chain(model, models)[^1] == model.Name && Chain(model, models).Count > 1;

    private static List<string> Chain(ModelSpec model, IReadOnlyList<ModelSpec> models)
    {
        List<string> chain = [model.Name];
        for (string? next = model.InitFrom; next is not null; next = models.FirstOrDefault(other => other.Name == next)?.InitFrom)
        {
            bool again = chain.Contains(next);
            chain.Add(next);
            if (again)
                break;
        }

        return chain;
    }

    private static (string, int, int, int, int, int, int) Shape(ModelSpec model) =>
        (model.Architecture, model.ImageSize, model.PatchSize, model.HiddenSize, model.NumHiddenLayers, model.NumAttentionHeads, model.IntermediateSize);
}
