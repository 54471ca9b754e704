using LayerShuffle.Datasets.Images;
using LayerShuffle.Datasets.Sources;

namespace LayerShuffle.Datasets.Folders;

/// <summary>Image files with labels, decoded when they are read.</summary>
internal sealed class FileSplit(IReadOnlyList<(string Path, int Label)> files, IReadOnlyList<string> classNames) : ImageSplit(classNames)
{
    public override int Count => files.Count;

    public override int Label(int index) => files[index].Label;

    public override PlanarImage Read(int index)
    {
        string path = files[index].Path;
        return ImageTransform.Decode(DataFile.Read(path, ImageDecoder.MaxFileBytes), path);
    }

    public override string Name(int index) => $"'{files[index].Path}'";

    /// <summary>The files at some of the indices.</summary>
    public FileSplit Select(IEnumerable<int> indices) => new([.. indices.Select(index => files[index])], ClassNames);
}
