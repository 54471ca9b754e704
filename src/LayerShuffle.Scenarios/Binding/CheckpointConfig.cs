using System.Globalization;
using LayerShuffle.Scenarios.Specs;
using LayerShuffle.Scenarios.Syntax;

namespace LayerShuffle.Scenarios.Binding;

/// <summary>
/// Brings a Hugging Face folder and a scenario together: the folder's config.json says what the model is; the scenario's own entry says how it is trained, then
/// config.json, then the shared `model`. Finds what a run would fail at.
/// </summary>
/// <param name="mistakes">Where mistakes go.</param>
/// <param name="warnings">Where warnings go.</param>
/// <param name="images">What the data set gives.</param>
internal sealed class CheckpointConfig(MistakeList mistakes, MistakeList warnings, DatasetImages images)
{
    /// <summary>The model as its checkpoint says, or null where that cannot be read.</summary>
    /// <param name="model">The model as the scenario alone says.</param>
    /// <param name="entry">Its own entry.</param>
    /// <param name="shared">The settings shared by all models.</param>
    public ModelSpec? Apply(ModelSpec model, MapNode entry, MapNode shared)
    {
        ScenarioNode checkpoint = entry.Get("checkpoint")!;
        string folder = model.Checkpoint!, file = CheckpointFolder.ConfigPath(folder);
        if (!File.Exists(file))
        {
            warnings.Add(checkpoint, $"there is no {file}: the run will need it");
            return null;
        }

        try
        {
            ModelDescription description = CheckpointFolder.Describe(folder);
            VitConfig config = Merge(model, description, entry, shared);
            foreach ((string key, string message) in config.Mistakes().Where(mistake => mistake.Key == "layerdrop")) // the language checks the others
                mistakes.Add(entry.Get(key) ?? shared.Get(key) ?? checkpoint, message.TrimEnd('.'));
            if (Resizes(model, entry))
            {
                foreach ((string key, string message) in config.Mistakes().Where(mistake => mistake.Key is "image_size" or "patch_size"))
                    mistakes.Add(entry.Get("image_size")!, message.TrimEnd('.'), $"a multiple of the checkpoint's patch_size, {config.PatchSize}");
            }

            foreach (SharedSize size in SharedSize.All.Where(size => size.Differs(model.Config, description.Config) && entry.Get(size.Key) is not null
                && !(size.Key == "image_size" && Resizes(model, entry))))
                warnings.Add(entry.Get(size.Key)!, $"has no effect: config.json of the checkpoint says {size.Show(description.Config)}, and it wins",
                    "no such key beside `checkpoint`");
            foreach (string sentence in model.Training is null ? [] : description.Unapplied)
                warnings.Add(checkpoint, sentence);
            WarnOfShared(model, config, entry, shared);
            ModelSpec described = model with { Config = config };
            if (config.Mistakes().Count == 0)
                Judge(described, description.Config, checkpoint);
            return described;
        }
        catch (ModelFormatException e)
        {
            mistakes.Add(checkpoint, $"{folder}: {e.Message.TrimEnd('.')}", "a Hugging Face folder of a ViT or DeiT");
            return null;
        }
    }

    /// <summary>Whether the model is trained on for images of another size, as its own entry says: its position embeddings are interpolated.</summary>
    private static bool Resizes(ModelSpec model, MapNode entry) => model.Training is not null && entry.Get("image_size") is not null;

    private static VitConfig Merge(ModelSpec model, ModelDescription description, MapNode entry, MapNode shared)
    {
        VitConfig read = description.Config, asked = model.Config;
        bool Asks(string key) => entry.Get(key) is not null || (!description.Said.Contains(key) && shared.Get(key) is not null);
        bool resizes = Resizes(model, entry);
        return read with
        {
            ImageHeight = resizes ? asked.ImageHeight : read.ImageHeight,
            ImageWidth = resizes ? asked.ImageWidth : read.ImageWidth,
            Variant = Asks(ModelDescription.Variant) ? asked.Variant : read.Variant,
            LayerDrop = Asks("layerdrop") ? asked.LayerDrop : read.LayerDrop,
            PositionLossWeight = Asks("position_loss_weight") ? asked.PositionLossWeight : read.PositionLossWeight,
            InitializerRange = Asks("initializer_range") ? asked.InitializerRange : read.InitializerRange,
        };
    }

    /// <summary>Settings of training in `model` that config.json overrules. One at its default may have been filled in.</summary>
    private void WarnOfShared(ModelSpec model, VitConfig config, MapNode entry, MapNode shared)
    {
        VitConfig asked = model.Config, standard = new();
        static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);
        void Warn(string key, bool lost, string value)
        {
            if (lost && entry.Get(key) is null && shared.Get(key) is { } written)
                warnings.Add(
                    written,
                    $"has no effect on `{model.Name}`: config.json of its checkpoint says {value}, and it wins over `model`",
                    "the key in the model's own entry, to change it");
        }

        Warn(ModelDescription.Variant, asked.Variant != config.Variant && asked.Variant != standard.Variant, ModelClassNames.NameOf(config.Variant));
        if (config.Variant == ModelVariant.LayerDrop)
            Warn("layerdrop", asked.LayerDrop != config.LayerDrop && asked.LayerDrop != standard.LayerDrop, Text(config.LayerDrop));
        if (config.Variant == ModelVariant.LayerShufflePredict)
        {
            bool lost = asked.PositionLossWeight != config.PositionLossWeight && asked.PositionLossWeight != standard.PositionLossWeight;
            Warn("position_loss_weight", lost, Text(config.PositionLossWeight));
        }
    }

    /// <summary>What the run would fail at, told from config.json and the headers of the weights.</summary>
    private void Judge(ModelSpec model, VitConfig madeFor, ScenarioNode checkpoint)
    {
        VitConfig config = model.Config;
        if (config.NumChannels is not (1 or 3))
            mistakes.Add(checkpoint, $"the model takes images of {config.NumChannels} channels, the data set has 3, which can be made 1, grey",
                "a model whose num_channels is 3 or 1");
        if (images.AreSquare && config.ImageHeight != config.ImageWidth)
            mistakes.Add(checkpoint, $"the model takes images of {config.ImageHeight}×{config.ImageWidth} pixels, the data set draws squares",
                "a model for squares, or another data set");
        if (!WeightFiles.Exist(model.Checkpoint!))
        {
            warnings.Add(checkpoint, $"there are no weights in {model.Checkpoint}: the run will need them");
            return;
        }

        try
        {
            var needs = new CheckpointNeeds(AcrossVariants: true, NewHead: model.Training is not null, images.Classes, model.Training is null ? null : madeFor);
            foreach (string sentence in CheckpointPlan.Make(config, WeightFiles.Find(model.Checkpoint!), needs).Warnings)
                warnings.Add(checkpoint, sentence);
        }
        catch (ModelFormatException e)
        {
            mistakes.Add(checkpoint, $"{model.Checkpoint}: {e.Message.TrimEnd('.')}", "weights that make the model");
        }
    }
}
