using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LayerShuffle.Cluster.Training;
using LayerShuffle.Cluster.Trials;
using LayerShuffle.Datasets;
using LayerShuffle.Network.Seeds;
using LayerShuffle.Scenarios;
using LayerShuffle.Vision;
using static TorchSharp.torch;

namespace LayerShuffle.Cli.Running;

/// <summary>A run's images, loaded once for every image size, and where they are computed.</summary>
internal sealed class RunData(Scenario scenario, Lazy<Device> device, int threads)
{
    private readonly Dictionary<int, ImageDataset> datasets = [];

    private readonly Dictionary<(bool Train, int Size), string> fingerprints = [];

    /// <summary>Where images are computed; asking for it loads libtorch.</summary>
    public Device Device => device.Value;

    public int Threads => threads;

    public ImageDataset Dataset(int imageSize)
    {
        if (!datasets.TryGetValue(imageSize, out ImageDataset? dataset))
        {
            DatasetSpec spec = scenario.Dataset ?? throw new UsageException("The scenario has no `dataset`.");
            datasets[imageSize] = dataset = DatasetLoader.Load(ModelSpecs.Dataset(spec, imageSize), SeedTree.Root(scenario.Seed).Child("dataset"));
        }

        return dataset;
    }

    /// <summary>A hash of the training images, their labels and classes, and of how they are normalised: what of the data decides weights.</summary>
    public string TrainingImages(int imageSize) => Fingerprint(Dataset(imageSize), imageSize, train: true);

    /// <summary>A hash of all that decides accuracies on the test images besides the model.</summary>
    public string TestImages(int imageSize, ComputePlace place) => Short(FormattableString.Invariant($"{Fingerprint(Dataset(imageSize), imageSize, train: false)} {threads} {place.Device} {place.Processor}"));

    private string Fingerprint(ImageDataset dataset, int imageSize, bool train)
    {
        if (fingerprints.TryGetValue((train, imageSize), out string? known))
            return known;
        IImageSet images = train ? dataset.Train : dataset.Test;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new { images.Count, images.Height, images.Width, images.Channels, images.ClassNames, dataset.Normalization.Mean, dataset.Normalization.Std })));
        var pixels = new byte[images.Height * images.Width * images.Channels];
        for (int i = 0; i < images.Count; i++)
        {
            hash.AppendData(BitConverter.GetBytes(images.Label(i)));
            images.CopyPixels(i, pixels);
            hash.AppendData(pixels);
        }

        return fingerprints[(train, imageSize)] = Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16));
    }

    private static string Short(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8));

    public ITrainingData Training(ModelSpec spec, Preprocessor preprocessor) => new DatasetTrainingData(
        new BatchSource(Dataset(spec.ImageSize).Train, Stats(preprocessor)), spec.Training!.Augmentation == "standard" ? Augmentation.Standard : Augmentation.None, Device);

    public ITestImages Test(int imageSize, Preprocessor preprocessor) => new DatasetTestImages(Dataset(imageSize).Test, new BatchSource(Dataset(imageSize).Test, Stats(preprocessor)), Device);

    private static NormalizationStats Stats(Preprocessor preprocessor) =>
        preprocessor.DoNormalize ? new NormalizationStats(preprocessor.ImageMean, preprocessor.ImageStd) : new NormalizationStats([0, 0, 0], [1, 1, 1]);
}
