namespace LayerShuffle.Datasets;

/// <summary>The datasets a scenario can name under <c>dataset.kind</c>.</summary>
public enum DatasetKind
{
    /// <summary>The built-in drawn pictures: needs no files. Ten shapes are its classes.</summary>
    Shapes,

    /// <summary>CIFAR-10 in its binary distribution (Krizhevsky, 2009).</summary>
    Cifar10,

    /// <summary>CIFAR-100 in its binary distribution, with the fine labels.</summary>
    Cifar100,

    /// <summary>MNIST in its IDX distribution, plain or gzipped.</summary>
    Mnist,

    /// <summary>PNG and JPEG files in one folder per class.</summary>
    ImageFolder,
}
