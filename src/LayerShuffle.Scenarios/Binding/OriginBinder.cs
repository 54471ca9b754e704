using LayerShuffle.Scenarios.Specs;
using LayerShuffle.Scenarios.Syntax;

namespace LayerShuffle.Scenarios.Binding;

/// <summary>
/// What a model takes over from the one it starts from (<c>init_from</c>): of an imported one everything that its config.json says; training's own settings are
/// those of the model's entry. Of one that the scenario describes it takes over nothing: both share <c>model</c>, and must agree.
/// </summary>
/// <param name="mistakes">Where mistakes go.</param>
/// <param name="warnings">Where warnings go.</param>
/// <param name="shared">The settings shared by all models.</param>
/// <param name="entries">The models' own entries.</param>
/// <param name="unknown">Models whose config.json could not be read; those that start from them join.</param>
internal sealed class OriginBinder(MistakeList mistakes, MistakeList warnings, MapNode shared, IReadOnlyDictionary<string, MapNode?> entries,
    HashSet<string> unknown)
{
    private readonly Dictionary<string, ModelSpec> bound = new(StringComparer.Ordinal);
    private readonly HashSet<string> imported = new(StringComparer.Ordinal), underway = new(StringComparer.Ordinal);

    /// <summary>All models, with what they take over.</summary>
    public List<ModelSpec> Bind(IReadOnlyList<ModelSpec> models)
    {
        List<ModelSpec> all = [.. models.Select(model => One(model, models))];
        foreach (ModelSpec model in all.Where(model => model.InitFrom is not null))
            Warn(model, all.FirstOrDefault(other => other.Name == model.InitFrom));
        if (all.Count > 0 && all.All(model => imported.Contains(model.Name) && !unknown.Contains(model.Name)))
            WarnOfShared(all);
        return all;
    }

    private ModelSpec One(ModelSpec model, IReadOnlyList<ModelSpec> models)
    {
        if (bound.TryGetValue(model.Name, out ModelSpec? done))
            return done;
        if (!underway.Add(model.Name))
            return model; // a circle: another check says so
        ModelSpec result = model;
        if (model.Checkpoint is not null)
        {
            imported.Add(model.Name);
        }
        else if (models.FirstOrDefault(other => other.Name == model.InitFrom) is { } origin)
        {
            ModelSpec from = One(origin, models);
            if (unknown.Contains(from.Name))
                unknown.Add(model.Name);
            if (imported.Contains(from.Name))
                result = TakeOver(model, from);
        }

        return bound[model.Name] = result;
    }

    private ModelSpec TakeOver(ModelSpec model, ModelSpec origin)
    {
        imported.Add(model.Name);
        MapNode? entry = entries[model.Name];
        VitConfig asked = model.Config, given = origin.Config;
        foreach (SharedSize size in SharedSize.All.Where(size => entry?.Get(size.Key) is not null && size.Differs(asked, given)
            && !unknown.Contains(model.Name)))
            mistakes.Add(entry!.Get(size.Key)!, $"model `{origin.Name}`, from whose weights this one starts, has {size.Show(given)}",
                "the same, or no such key");
        bool Asks(string key) => entry?.Get(key) is not null || shared.Get(key) is not null;
        return model with
        {
            Config = given with
            {
                Variant = entry?.Get(ModelDescription.Variant) is not null ? asked.Variant : given.Variant,
                LayerDrop = Asks("layerdrop") ? asked.LayerDrop : given.LayerDrop,
                PositionLossWeight = Asks("position_loss_weight") ? asked.PositionLossWeight : given.PositionLossWeight,
                InitializerRange = Asks("initializer_range") ? asked.InitializerRange : given.InitializerRange,
            },
        };
    }

    private void Warn(ModelSpec model, ModelSpec? origin)
    {
        if (entries[model.Name]?.Get("init_from") is { } node && origin?.Config.Variant is ModelVariant.LayerShufflePosition or ModelVariant.LayerShufflePredict
            && model.Config.Variant != origin.Config.Variant)
            warnings.Add(node, $"what only {origin.Variant} has of the weights of `{origin.Name}` is left out: this model is {model.Variant}");
    }

    /// <summary>Sizes in <c>model</c> that no model takes, as all come from checkpoints. One at its default may have been filled in.</summary>
    private void WarnOfShared(List<ModelSpec> models)
    {
        ModelSpec first = models[0];
        foreach (SharedSize size in SharedSize.All)
        {
            if (shared.Get(size.Key) is ScalarNode { Text: { } text } written && text != size.Show(new())
                && models.All(model => size.Show(model.Config) != text))
                warnings.Add(written, $"has no effect: config.json of `{first.Name}` says {size.Show(first.Config)}, and it wins");
        }
    }
}
