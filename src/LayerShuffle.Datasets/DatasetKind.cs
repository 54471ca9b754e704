namespace LayerShuffle.Datasets;

/// <summary>The datasets a scenario can name under <c>dataset.kind</c>.</summary>
public enum DatasetKind
{
    /// <summary>The built-in drawn pictures: needs no files. Ten shapes are its classes.</summary>
    Shapes,

    /// <summary>CIFAR-10 in its binary or Python distribution (Krizhevsky, 2009).</summary>
    Cifar10,

    /// <summary>CIFAR-100 in its binary or Python distribution, with the fine labels.</summary>
    Cifar100,

    /// <summary>MNIST, what is shaped like it, and EMNIST in their IDX distribution, plain or gzipped.</summary>
    Mnist,

    /// <summary>Image files (PNG, JPEG, BMP, GIF, WebP, TIFF) in one folder per class.</summary>
    ImageFolder,
}
