using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LayerShuffle.Core.Seeds;
using LayerShuffle.Datasets.Accounts;
using LayerShuffle.Datasets.Cifar;
using LayerShuffle.Datasets.Folders;
using LayerShuffle.Datasets.Images;
using LayerShuffle.Datasets.Mnist;
using LayerShuffle.Datasets.Shapes;
using LayerShuffle.Datasets.Sources;

namespace LayerShuffle.Datasets.Loading;

/// <summary>Loads datasets: reads the files, draws the subset, brings the images to size.</summary>
public static class DatasetLoader
{
    private const long MaxBytes = 16L << 30;

    /// <summary>Loads a dataset. All luck (subsets, drawn pictures, splits) comes from <paramref name="seed"/>.</summary>
    /// <exception cref="DatasetException">The options are impossible, or the files are missing or malformed.</exception>
    public static ImageDataset Load(DatasetOptions options, SeedTree seed)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Guarded(options, () =>
        {
            SeedTree luck = seed.Child("dataset");
            var book = new Bookkeeper(options.Kind, options.Path);
            (ImageSplit train, ImageSplit test) = Open(options, luck, book);
            PixelSteps steps = options.Pixels ?? train.DefaultSteps(options.ImageSize, options.Width);
            InMemoryImageSet trainImages = Take(train, "train", options.Train, options, steps, luck);
            InMemoryImageSet testImages = Take(test, "test", options.Test, options, steps, luck);
            return new ImageDataset(trainImages, testImages, NormalizationStats.For(options.Kind), Fingerprint(options, trainImages, testImages), steps)
            {
                Account = book.Close(train.ClassNames, (train.Count, trainImages.Count), (test.Count, testImages.Count)),
            };
        });
    }

    /// <summary>
    /// Looks whether a dataset is there and can be read: finds its files, checks their structure, that there are as many images as are asked for, and reads
    /// one image of each split. What a damaged image further on does to
    /// <see cref="Load"/> is not foretold.
    /// </summary>
    /// <exception cref="DatasetException">As for <see cref="Load"/>.</exception>
    public static DatasetAccount Inspect(DatasetOptions options, SeedTree seed)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Guarded(options, () =>
        {
            var book = new Bookkeeper(options.Kind, options.Path);
            (ImageSplit train, ImageSplit test) = Open(options, seed.Child("dataset"), book);
            (int usedTrain, int usedTest) = (Check(train, "train", options.Train, options), Check(test, "test", options.Test, options));
            train.Read(0);
            test.Read(0);
            return book.Close(train.ClassNames, (train.Count, usedTrain), (test.Count, usedTest));
        });
    }

    /// <summary>The names of a dataset's classes in the order of their labels; no image is decoded.</summary>
    /// <exception cref="DatasetException">The options are impossible, or the files are missing or malformed.</exception>
    public static IReadOnlyList<string> ClassNames(DatasetOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Guarded(options, () => Open(options, SeedTree.Root(0), new Bookkeeper(options.Kind, options.Path)).Train.ClassNames);
    }

    private static T Guarded<T>(DatasetOptions options, Func<T> work)
    {
        options.Validate();
        try
        {
            return work();
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new DatasetException($"{options.Kind} in '{options.Path}': {problem.Message}", problem);
        }
    }

    private static (ImageSplit Train, ImageSplit Test) Open(DatasetOptions options, SeedTree luck, Bookkeeper book) => options.Kind switch
    {
        DatasetKind.Shapes => (
            new ShapesSplit(options.Train ?? ShapesGenerator.DefaultTrain, options.ImageSize, luck.Child("train")),
            new ShapesSplit(options.Test ?? ShapesGenerator.DefaultTest, options.ImageSize, luck.Child("test"))),
        DatasetKind.Cifar10 => CifarReader.OpenCifar10(options.Path!, book),
        DatasetKind.Cifar100 => CifarReader.OpenCifar100(options.Path!, book),
        DatasetKind.Mnist => MnistReader.Open(options.Path!, book),
        _ => ImageFolderReader.Open(options.Path!, luck.Child("split"), book),
    };

    private static InMemoryImageSet Take(ImageSplit split, string name, int? asked, DatasetOptions options, PixelSteps steps, SeedTree luck)
    {
        int count = Check(split, name, asked, options);
        int[] labels = [.. Enumerable.Range(0, split.Count).Select(split.Label)];
        int[] chosen = StratifiedSample.Draw(labels, split.ClassNames.Count, count, luck.Child("subset").Child(name));
        byte[][] pixels = [.. chosen.Select(index => Prepared(split, index, options, steps))];
        return new(pixels, [.. chosen.Select(index => labels[index])], options.ImageSize, options.Width, split.ClassNames);
    }

    private static int Check(ImageSplit split, string name, int? count, DatasetOptions options)
    {
        if (split.Count == 0)
            throw new DatasetException($"{options.Kind} in '{options.Path}': there are no {name} images.");
        if (count > split.Count)
            throw new DatasetException(
                $"dataset: {name}: {count} images are asked for, but {options.Kind} in '{options.Path}' has {split.Count}; ask for at most {split.Count}, or "
                    + $"leave {name} out.");
        long bytes = (long)(count ?? split.Count) * 3 * options.ImageSize * options.Width;
        if (bytes > MaxBytes)
            throw new DatasetException(
                $"dataset: {name}: {count ?? split.Count} images of {options.ImageSize} × {options.Width} pixels would take {bytes >> 30} GiB of memory, more "
                    + $"than {MaxBytes >> 30} GiB; ask for fewer or smaller ones.");
        return count ?? split.Count;
    }

    private static byte[] Prepared(ImageSplit split, int index, DatasetOptions options, PixelSteps steps)
    {
        PlanarImage raw = split.Read(index), image = steps.Apply(raw);
        if ((image.Height, image.Width) != (options.ImageSize, options.Width))
            throw new DatasetException(
                $"{options.Kind}: {split.Name(index)} has {raw.Height} × {raw.Width} pixels, which the steps of the model's preprocessor_config.json make "
                    + $"{image.Height} × {image.Width}; the model takes {options.ImageSize} × {options.Width}. Give that file a size with height and width, "
                    + "or do_center_crop with a crop_size.");
        return image.Pixels;
    }

    private static string Fingerprint(DatasetOptions options, InMemoryImageSet train, InMemoryImageSet test)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        void Text(string text) => hash.AppendData(Encoding.UTF8.GetBytes(text + "\n"));
        Text(string.Create(CultureInfo.InvariantCulture,
            $"dataset 1 {options.Kind} {options.ImageSize}{(options.Width == options.ImageSize ? "" : $"x{options.Width}")}"));
        foreach ((string name, InMemoryImageSet set) in new[] { ("train", train), ("test", test) })
        {
            Text(string.Create(CultureInfo.InvariantCulture, $"{name} {set.Count} {set.ClassNames.Count}"));
            foreach (string className in set.ClassNames)
                Text(className);
            var label = new byte[4];
            for (int i = 0; i < set.Count; i++)
            {
                BitConverter.TryWriteBytes(label, set.Label(i));
                hash.AppendData(label);
                hash.AppendData(set.Pixels(i));
            }
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
