using LayerShuffle.Cluster.Training;
using LayerShuffle.Cluster.Trials;
using LayerShuffle.Datasets;
using LayerShuffle.Scenarios;
using LayerShuffle.Vision;
using static TorchSharp.torch;

namespace LayerShuffle.Cli.Running;

/// <summary>A run's images, loaded once for every image size, and where they are computed.</summary>
internal sealed class RunData(Scenario scenario, Device device, int threads)
{
    private readonly Dictionary<int, ImageDataset> datasets = [];

    /// <summary>Told once, when the images have been read, what was found where they lie.</summary>
    public Action<DatasetAccount>? Found { get; init; }

    public Device Device => device;

    public int Threads => threads;

    public ImageDataset Dataset(int imageSize)
    {
        if (!datasets.TryGetValue(imageSize, out ImageDataset? dataset))
        {
            DatasetSpec spec = scenario.Dataset ?? throw new UsageException("The scenario has no `dataset`.");
            datasets[imageSize] = dataset = DatasetLoader.Load(ModelSpecs.Dataset(spec, imageSize), DatasetReport.Luck(scenario));
            if (datasets.Count == 1)
                Found?.Invoke(dataset.Account);
        }

        return dataset;
    }

    public ITrainingData Training(ModelSpec spec, Preprocessor preprocessor) => new DatasetTrainingData(
        new BatchSource(Dataset(spec.ImageSize).Train, Stats(preprocessor)), spec.Training!.Augmentation == "standard" ? Augmentation.Standard : Augmentation.None, device);

    public ITestImages Test(int imageSize, Preprocessor preprocessor) => new DatasetTestImages(Dataset(imageSize).Test, new BatchSource(Dataset(imageSize).Test, Stats(preprocessor)), device);

    private static NormalizationStats Stats(Preprocessor preprocessor) =>
        preprocessor.DoNormalize ? new NormalizationStats(preprocessor.ImageMean, preprocessor.ImageStd) : new NormalizationStats([0, 0, 0], [1, 1, 1]);
}
