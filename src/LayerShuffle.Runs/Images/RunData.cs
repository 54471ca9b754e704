using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LayerShuffle.Actors.Models;
using LayerShuffle.Actors.Training;
using LayerShuffle.Datasets;
using LayerShuffle.Datasets.Accounts;
using LayerShuffle.Datasets.Batches;
using LayerShuffle.Datasets.Images;
using LayerShuffle.Datasets.Loading;
using LayerShuffle.Datasets.Sources;
using LayerShuffle.Runs.Backends;
using LayerShuffle.Runs.Failures;
using LayerShuffle.Scenarios.Specs;
using LayerShuffle.Vision.Files;
using static TorchSharp.torch;

namespace LayerShuffle.Runs.Images;

/// <summary>A run's images, loaded once for every size and way of preparing them, and where they are computed.</summary>
internal sealed class RunData(Scenario scenario, Lazy<Device> device, int threads)
{
    private readonly Lock gate = new(); // around what was loaded, hashed and split: models may be trained side by side
    private readonly Dictionary<(int Height, int Width, PixelSteps? Steps), ImageDataset> datasets = [];

    /// <summary>Told once, when the images have been read, what was found where they lie.</summary>
    public Action<DatasetAccount>? Found { get; init; }

    private readonly Dictionary<(bool Train, ImageDataset Images), string> fingerprints = [];
    private readonly Dictionary<(ImageDataset Images, double Share), (IImageSet Trained, IImageSet Held)> splits = [];

    /// <summary>Where images are computed; asking for it loads libtorch.</summary>
    public Device Device => device.Value;

    public int Threads => threads;

    /// <summary>The images.</summary>
    /// <param name="config">The model that takes them.</param>
    /// <param name="steps">What is done to them; null: what suits the dataset.</param>
    public ImageDataset Dataset(VitConfig config, PixelSteps? steps = null)
    {
        (int height, int width) = (config.ImageHeight, config.ImageWidth);
        lock (gate)
        {
            if (!datasets.TryGetValue((height, width, steps), out ImageDataset? dataset))
            {
                DatasetSpec spec = scenario.Dataset ?? throw new UsageException("The scenario has no `dataset`.");
                bool first = datasets.Count == 0;
                dataset = DatasetLoader.Load(ModelSpecs.Dataset(spec, config) with { Pixels = steps }, DatasetReport.Luck(scenario));
                datasets[(height, width, steps)] = datasets[(height, width, dataset.Pixels)] = dataset;
                if (first)
                    Found?.Invoke(dataset.Account);
            }

            return dataset;
        }
    }

    /// <summary>The images as a model's are prepared: as its checkpoint says, or that of the model it starts from; else as suits the dataset.</summary>
    public ImageDataset Dataset(ModelSpec spec) => Dataset(spec.Config, Steps(spec));

    /// <summary>Which of a model's classes the dataset's are.</summary>
    /// <exception cref="ModelFormatException">They cannot be told.</exception>
    public ClassMatch Classes(VitConfig config, Preprocessor preprocessor) =>
        ClassMatch.Of(config.Id2Label, config.NumLabels, Dataset(config, PixelPlan.Steps(preprocessor)).Train.ClassNames);

    /// <summary>A hash of the training images, their labels and classes, and of how they are normalised: what of the data decides weights.</summary>
    public string TrainingImages(ModelSpec spec) => Fingerprint(Dataset(spec), train: true);

    /// <summary>A hash of all that decides accuracies on the test images besides the model.</summary>
    public string TestImages(ModelSpec spec, ComputePlace place) =>
        Short(FormattableString.Invariant($"{Fingerprint(Dataset(spec), train: false)} {threads} {place.Device} {place.Processor}"));

    private PixelSteps? Steps(ModelSpec spec) => spec.Checkpoint is not null ? PixelPlan.Steps(ImportCheck.Preprocessor(spec))
        : spec.InitFrom is { } origin ? Steps(scenario.Models.First(model => model.Name == origin)) : null;

    private string Fingerprint(ImageDataset dataset, bool train)
    {
        lock (gate)
        {
            if (!fingerprints.TryGetValue((train, dataset), out string? known))
                fingerprints[(train, dataset)] = known = Hash(dataset, train);
            return known;
        }
    }

    private static string Hash(ImageDataset dataset, bool train)
    {
        IImageSet images = train ? dataset.Train : dataset.Test;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new
        {
            images.Count,
            images.Height,
            images.Width,
            images.Channels,
            images.ClassNames,
            dataset.Normalization.Mean,
            dataset.Normalization.Std
        })));
        var pixels = new byte[images.Height * images.Width * images.Channels];
        for (int i = 0; i < images.Count; i++)
        {
            hash.AppendData(BitConverter.GetBytes(images.Label(i)));
            images.CopyPixels(i, pixels);
            hash.AppendData(pixels);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16));
    }

    private static string Short(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8));

    /// <summary>How many images a model is trained on.</summary>
    public int TrainingCount(ModelSpec spec) => Split(Dataset(spec), spec.Training?.Validation ?? 0).Trained.Count;

    public ITrainingData Training(VitConfig config, TrainingSpec training, Preprocessor preprocessor)
    {
        IImageSet images = Labelled(dataset => Split(dataset, training.Validation).Trained, config, preprocessor);
        var settings = new AugmentationSettings(training.RandAugmentOperations, training.RandAugmentMagnitude, training.RandomErasing);
        Augmentation augmentation = training.Augmentation switch
        {
            "standard" => Augmentation.Standard,
            "randaugment" => Augmentation.RandAugment,
            _ => Augmentation.None,
        };
        return new DatasetTrainingData(new BatchSource(images, PixelPlan.Stats(preprocessor), settings), augmentation, Device);
    }

    /// <summary>The training images that are set aside; null if none are.</summary>
    public ITestImages? Validation(VitConfig config, TrainingSpec training, Preprocessor preprocessor)
    {
        if (training.Validation <= 0)
            return null;
        IImageSet images = Labelled(dataset => Split(dataset, training.Validation).Held, config, preprocessor);
        return new DatasetTestImages(images, new BatchSource(images, PixelPlan.Stats(preprocessor)), Device);
    }

    /// <summary>The same images are set aside for all models and training seeds: whoever starts from another has not seen them there.</summary>
    private (IImageSet Trained, IImageSet Held) Split(ImageDataset dataset, double share)
    {
        if (share <= 0)
            return (dataset.Train, dataset.Train);
        lock (gate)
        {
            if (!splits.TryGetValue((dataset, share), out (IImageSet Trained, IImageSet Held) split))
                split = splits[(dataset, share)] = HeldOut.Draw(dataset.Train, share, DatasetReport.Luck(scenario).Child("validation"));
            return split;
        }
    }

    public ITestImages Test(VitConfig config, Preprocessor preprocessor)
    {
        IImageSet images = Labelled(dataset => dataset.Test, config, preprocessor);
        return new DatasetTestImages(images, new BatchSource(images, PixelPlan.Stats(preprocessor)), Device);
    }

    private IImageSet Labelled(Func<ImageDataset, IImageSet> part, VitConfig config, Preprocessor preprocessor)
    {
        IImageSet images = part(Dataset(config, PixelPlan.Steps(preprocessor)));
        ClassMatch match = Classes(config, preprocessor);
        return match.How is null ? images : new RelabelledImages(images, match.ToModel, config.Id2Label ?? images.ClassNames);
    }
}
