namespace LayerShuffle.Datasets.Accounts;

/// <summary>Where a split's images come from.</summary>
/// <param name="Source">The folder or files, relative to the dataset's path.</param>
/// <param name="Found">Images that are there.</param>
/// <param name="Used">Images that were asked for.</param>
public sealed record SplitAccount(string Source, int Found, int Used)
{
    /// <inheritdoc/>
    public override string ToString() => DatasetAccount.Text($"{(Used == Found ? "" : $"{Used} of ")}{Found} images, {Source}");
}
