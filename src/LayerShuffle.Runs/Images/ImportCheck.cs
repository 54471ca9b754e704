using LayerShuffle.Datasets;
using LayerShuffle.Datasets.Loading;
using LayerShuffle.Scenarios.Specs;
using LayerShuffle.Vision.Files;

namespace LayerShuffle.Runs.Images;

/// <summary>Whether an imported model fits the dataset: what comes out of its preprocessing, and its classes.</summary>
public static class ImportCheck
{
    /// <summary>What is done to the images of a model with a checkpoint, checked against the sizes that the checkpoint takes.</summary>
    internal static Preprocessor Preprocessor(ModelSpec spec)
    {
        string checkpoint = spec.Checkpoint!;
        VitConfig config = ModelFolder.LoadConfig(checkpoint);
        Preprocessor preprocessor = ModelFolder.LoadPreprocessor(checkpoint, config);
        Pixels(checkpoint, config, preprocessor);
        return preprocessor.Resized(config, spec.Config);
    }

    /// <summary>Checks that preprocessing makes images of the size that the model takes.</summary>
    /// <exception cref="ModelFormatException">It does not.</exception>
    internal static void Pixels(string checkpoint, VitConfig config, Preprocessor preprocessor) => Named(checkpoint, () =>
    {
        preprocessor.Check(config, "preprocessor_config.json");
        return true;
    });

    /// <summary>
    /// Whether a model is trained on for classes other than its own: as many with other names, whose its head is from now on, or more or fewer, for which it
    /// gets a new one.
    /// </summary>
    internal static bool TrainsOtherClasses(ModelSpec spec, VitConfig config, IReadOnlyList<string> classes)
    {
        if (spec.Training is null)
            return false;
        if (config.NumLabels != classes.Count)
            return true;
        try
        {
            ClassMatch.Of(config.Id2Label, config.NumLabels, classes);
            return false;
        }
        catch (ModelFormatException)
        {
            return true;
        }
    }

    /// <summary>Matches the dataset's classes with the model's.</summary>
    /// <exception cref="ModelFormatException">They do not fit.</exception>
    internal static ClassMatch Classes(string checkpoint, VitConfig config, IReadOnlyList<string> classes) =>
        Named(checkpoint, () => ClassMatch.Of(config.Id2Label, config.NumLabels, classes));

    /// <summary>What a run would fail at, or say, of the scenario's checkpoints; of files that are not there to be read, nothing.</summary>
    public static (IReadOnlyList<string> Mistakes, IReadOnlyList<string> Remarks) Find(Scenario scenario)
    {
        List<string> mistakes = [], remarks = [];
        if (scenario.NetworkOnly || scenario.Dataset is not { } spec)
            return (mistakes, remarks);
        foreach (ModelSpec model in scenario.Models.Where(model => model.Checkpoint is { } folder && File.Exists(Path.Combine(folder, "config.json"))))
        {
            try
            {
                VitConfig config = ModelFolder.LoadConfig(model.Checkpoint!);
                Preprocessor(model);
                if (ClassNames(spec, config) is not { } classes)
                    continue;
                if (spec.Kind is "mnist" or "image-folder") // of the others the scenario's loader knows how many classes they have
                    Head(model, classes, remarks);
                if (!TrainsOtherClasses(model, config, classes) && Classes(model.Checkpoint!, config, classes).How is { } how)
                    remarks.Add($"models.{model.Name}: the dataset's classes are {how}");
            }
            catch (Exception e) when (e is ModelFormatException or DatasetException)
            {
                mistakes.Add($"models.{model.Name}.checkpoint: {e.Message}");
            }
        }

        return (mistakes, remarks);
    }

    /// <summary>
    /// Whether the checkpoint's head is for the dataset's classes, now that the files have told how many there are; says what the loader of the scenario, which
    /// reads none, has not said.
    /// </summary>
    private static void Head(ModelSpec model, IReadOnlyList<string> classes, List<string> remarks)
    {
        if (!ModelFolder.HasWeights(model.Checkpoint!))
            return; // warned about already
        HashSet<string> said = [];
        ModelFolder.Check(model.Checkpoint!, ModelSpecs.Loading(model, null, 0, sentence => said.Add(sentence)));
        ModelFolder.Check(model.Checkpoint!, ModelSpecs.Loading(model, classes, 0, sentence =>
        {
            if (said.Add(sentence))
                remarks.Add($"models.{model.Name}: {sentence}");
        }));
    }

    /// <summary>The dataset's classes, or null where its files are not there (the run will need them).</summary>
    private static IReadOnlyList<string>? ClassNames(DatasetSpec spec, VitConfig config) =>
        spec.Kind == "shapes" || Path.Exists(spec.Path) ? DatasetLoader.ClassNames(ModelSpecs.Dataset(spec, config)) : null;

    private static T Named<T>(string checkpoint, Func<T> check)
    {
        try
        {
            return check();
        }
        catch (ModelFormatException e)
        {
            throw new ModelFormatException($"{checkpoint}: {e.Message}", e);
        }
    }
}
