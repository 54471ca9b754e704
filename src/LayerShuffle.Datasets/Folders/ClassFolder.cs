namespace LayerShuffle.Datasets.Folders;

/// <summary>A folder of images of one class.</summary>
/// <param name="Name">The class.</param>
/// <param name="Files">Its images, those of folders within it too; never none.</param>
internal sealed record ClassFolder(string Name, IReadOnlyList<string> Files);
