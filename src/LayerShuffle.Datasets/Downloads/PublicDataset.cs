namespace LayerShuffle.Datasets.Downloads;

/// <summary>A dataset that its makers offer to everybody.</summary>
/// <param name="Name">How the command line calls it.</param>
/// <param name="Kind">How scenarios call it (<c>dataset.kind</c>).</param>
/// <param name="Address">Where its files lie; ends with a slash.</param>
/// <param name="Files">Its files.</param>
public sealed record PublicDataset(string Name, string Kind, Uri Address, IReadOnlyList<PublicFile> Files)
{
    /// <summary>The datasets that can be got.</summary>
    public static IReadOnlyList<PublicDataset> All { get; } =
    [
        new("cifar10", "cifar10", new Uri("https://www.cs.toronto.edu/~kriz/"),
            [new("cifar-10-binary.tar.gz", "c32a1d4ab5d03f1284b67883e8d87530", Packing.TarGz)]),
        new("cifar100", "cifar100", new Uri("https://www.cs.toronto.edu/~kriz/"),
            [new("cifar-100-binary.tar.gz", "03b5dce01913d631647c71ecec9e9cb8", Packing.TarGz)]),
        new("mnist", "mnist", new Uri("https://ossci-datasets.s3.amazonaws.com/mnist/"), // its makers' own page no longer hands the files out
            Idx("f68b3c2dcbeaaa9fbdd348bbdeb94873", "d53e105ee54ea40749a09fcbcd1e9432", "9fb629c4189551a2d022fa330f9573f3",
                "ec29112dd5afa0611ce80d1b7f02629c")),
        new("fashion-mnist", "mnist", new Uri("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"),
            Idx("8d4fb7e6c68d591d4c3dfef9ec88bf0d", "25c81989df183df01b3e8a0aad5dffbe", "bef4ecab320f06d8554ea6380940ec79",
                "bb300cfdad3c16e7a12a480ee83cd310")),
    ];

    private static PublicFile[] Idx(string trainImages, string trainLabels, string testImages, string testLabels) =>
    [
        new("train-images-idx3-ubyte.gz", trainImages, Packing.Gz), new("train-labels-idx1-ubyte.gz", trainLabels, Packing.Gz),
        new("t10k-images-idx3-ubyte.gz", testImages, Packing.Gz), new("t10k-labels-idx1-ubyte.gz", testLabels, Packing.Gz),
    ];
}

/// <summary>A file of a dataset.</summary>
/// <param name="Name">Its name at the address.</param>
/// <param name="Md5">The MD5 that its makers publish: it finds what is damaged or another file, which is what it is for.</param>
/// <param name="Packing">How it is packed.</param>
public sealed record PublicFile(string Name, string Md5, Packing Packing);

/// <summary>How a file is packed.</summary>
public enum Packing
{
    /// <summary>A tar archive, compressed by gzip.</summary>
    TarGz,

    /// <summary>One file, compressed by gzip.</summary>
    Gz,
}
