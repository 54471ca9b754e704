using LayerShuffle.Core.Seeds;
using LayerShuffle.Datasets.Loading;

namespace LayerShuffle.Datasets.Tests.Support;

/// <summary>Loads folders of images.</summary>
public static class ImageFolders
{
    public static ImageDataset Load(TempFolder folder, long seed = 0, int size = 4) => DatasetLoader.Load(Options(folder, size), SeedTree.Root(seed));

    public static string Message(TempFolder folder) => Should.Throw<DatasetException>(() => Load(folder)).Message;

    public static DatasetOptions Options(TempFolder folder, int size = 4) => new() { Kind = DatasetKind.ImageFolder, Path = folder.Path, ImageSize = size };
}
