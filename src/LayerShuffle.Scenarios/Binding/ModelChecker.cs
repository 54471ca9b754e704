using LayerShuffle.Scenarios.Specs;
using LayerShuffle.Scenarios.Syntax;

namespace LayerShuffle.Scenarios.Binding;

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
            CheckTraining(root, entry, model);
            if (entry?.Value is MapNode map && !networkOnly)
                CheckOrigin(map, model, models);
        }
    }

    private void CheckSizes(MapNode root, MapEntry? entry, ModelSpec model, bool networkOnly)
    {
        if (model.Checkpoint is not null)
            return; // its own reader has judged it
        VitConfig config = model.Config;
        if (!networkOnly && config.HiddenSize % config.NumAttentionHeads != 0)
            At(root, entry, "num_attention_heads", "hidden_size", $"{config.NumAttentionHeads} heads do not divide a hidden_size of {config.HiddenSize}",
                "a divisor of hidden_size");
        if (config.ImageHeight % config.PatchHeight != 0 || config.ImageWidth % config.PatchWidth != 0)
            At(root, entry, "patch_size", "image_size", $"patches of {config.PatchSize} do not divide an image_size of {config.ImageSize}",
                "a divisor of image_size");
        foreach ((string key, string message) in networkOnly ? [] : config.Mistakes().Where(mistake => IsOurs(mistake.Key, config)))
            At(root, entry, key, key, message.TrimEnd('.'), "");
    }

    /// <summary>Orders name layers that the model has, and leave one that may move.</summary>
    private void CheckOrders(MapNode root, MapEntry? entry, ModelSpec model)
    {
        OrderSpec orders = model.Training!.Order;
        int layers = model.Config.NumHiddenLayers;
        MapNode? written = (entry?.Value as MapNode)?.Map("training")?.Map("order") ?? root.Map("model")?.Map("training")?.Map("order");
        if (written is null)
            return;
        if (orders.Trace?.Orders.SelectMany(order => order).Max() is { } last && last >= layers)
            mistakes.Add(written.Get("trace")!, $"its orders name layer {last}, but the layers of `{model.Name}` are 0 to {layers - 1}",
                "orders of a model with as many layers");
        if (orders.PinFirst + orders.PinLast > layers)
            mistakes.Add(written.Get("pin")!, $"{orders.PinFirst + orders.PinLast} layers keep their place, but `{model.Name}` has {layers}",
                "fewer than there are layers");
    }

    /// <summary>What judges epochs by validation images needs some; and nothing is left to train on if all images are set aside.</summary>
    private void CheckTraining(MapNode root, MapEntry? entry, ModelSpec model)
    {
        if (model.Training is not { } training)
            return;
        CheckOrders(root, entry, model);
        ScenarioNode? Written(string key) => (entry?.Value as MapNode)?.Map("training")?.Get(key) ?? root.Map("model")?.Map("training")?.Get(key);
        if (model is { InitFrom: null, Checkpoint: null } && (entry?.Value as MapNode)?.Map("training")?.Get("distillation") is { IsNull: false } taught)
            mistakes.Add(taught, $"nobody teaches `{model.Name}`: it starts from no trained model", "`init_from` or `checkpoint` beside `training`");
        if (training.Validation >= 1 && Written("validation") is { } all)
            mistakes.Add(all, "all training images are set aside, so that there is nothing to train on", "a share such as `10%`");
        if (training.Validation > 0)
            return;
        if (training.EarlyStopping > 0 && Written("early_stopping") is { } patience)
            mistakes.Add(patience, "training is stopped by the accuracy on validation images, and there are none", "0, or `validation: 10%` beside it");
        if (training.Select == "best" && Written("select") is { } select)
            mistakes.Add(select, "the best epoch is the best on validation images, and there are none", "`last`, or `validation: 10%` beside it");
    }

    /// <summary>Whether nobody else says so: the language checks the bounds that it knows.</summary>
    private static bool IsOurs(string key, VitConfig config) =>
        key == "layerdrop" || (key == "hidden_size" && config.HiddenSize <= 65_536) || (key == "intermediate_size" && config.IntermediateSize <= 1_000_000);

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
            mistakes.Add(node, $"there is no model `{model.InitFrom}`", "one of " + string.Join(", ", models.Select(other => other.Name)),
                NearestName.Find(model.InitFrom, models.Select(other => other.Name)));
        else if (IsCycle(model, models))
            mistakes.Add(node, $"model `{model.Name}` starts from itself ({string.Join(" → ", Chain(model, models))})", "a chain of models that ends");
        else if (SharedSize.All.Any(size => size.Differs(origin.Config, model.Config)))
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
}
