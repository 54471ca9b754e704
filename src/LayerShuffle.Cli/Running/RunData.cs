using LayerShuffle.Cluster.Training;
using LayerShuffle.Cluster.Trials;
using LayerShuffle.Datasets;
using LayerShuffle.Scenarios;
using LayerShuffle.Vision;
using static TorchSharp.torch;

namespace LayerShuffle.Cli.Running;

/// <summary>A run's images, loaded once for every size and way of preparing them, and where they are computed.</summary>
internal sealed class RunData(Scenario scenario, Device device, int threads)
{
    private readonly Dictionary<(int Size, PixelSteps? Steps), ImageDataset> datasets = [];

    /// <summary>Told once, when the images have been read, what was found where they lie.</summary>
    public Action<DatasetAccount>? Found { get; init; }

    public Device Device => device;

    public int Threads => threads;

    /// <summary>The images.</summary>
    /// <param name="imageSize">Their height and width.</param>
    /// <param name="steps">What is done to them; null: what suits the dataset.</param>
    public ImageDataset Dataset(int imageSize, PixelSteps? steps = null)
    {
        if (!datasets.TryGetValue((imageSize, steps), out ImageDataset? dataset))
        {
            DatasetSpec spec = scenario.Dataset ?? throw new UsageException("The scenario has no `dataset`.");
            bool first = datasets.Count == 0;
            dataset = DatasetLoader.Load(ModelSpecs.Dataset(spec, imageSize) with { Pixels = steps }, DatasetReport.Luck(scenario));
            datasets[(imageSize, steps)] = datasets[(imageSize, dataset.Pixels)] = dataset;
            if (first)
                Found?.Invoke(dataset.Account);
        }

        return dataset;
    }

    /// <summary>Which of a model's classes the dataset's are.</summary>
    /// <exception cref="ModelFormatException">They cannot be told.</exception>
    public ClassMatch Classes(VitConfig config, Preprocessor preprocessor) => ClassMatch.Of(config.Id2Label, config.NumLabels, Dataset(config.ImageSize, PixelPlan.Steps(preprocessor)).Train.ClassNames);

    public ITrainingData Training(VitConfig config, TrainingSpec training, Preprocessor preprocessor) => new DatasetTrainingData(
        new BatchSource(Labelled(dataset => dataset.Train, config, preprocessor), PixelPlan.Stats(preprocessor)), training.Augmentation == "standard" ? Augmentation.Standard : Augmentation.None, device);

    public ITestImages Test(VitConfig config, Preprocessor preprocessor)
    {
        IImageSet images = Labelled(dataset => dataset.Test, config, preprocessor);
        return new DatasetTestImages(images, new BatchSource(images, PixelPlan.Stats(preprocessor)), device);
    }

    private IImageSet Labelled(Func<ImageDataset, IImageSet> part, VitConfig config, Preprocessor preprocessor)
    {
        IImageSet images = part(Dataset(config.ImageSize, PixelPlan.Steps(preprocessor)));
        ClassMatch match = Classes(config, preprocessor);
        return match.How is null ? images : new RelabelledImages(images, match.ToModel, config.Id2Label ?? images.ClassNames);
    }
}
