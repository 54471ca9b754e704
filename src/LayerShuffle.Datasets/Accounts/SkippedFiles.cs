namespace LayerShuffle.Datasets.Accounts;

/// <summary>Files or folders that are not used, all for one reason.</summary>
/// <param name="Kind">What they are, such as <c>hidden files</c>.</param>
/// <param name="Count">How many.</param>
/// <param name="Example">The first of them, relative to the dataset's path.</param>
public sealed record SkippedFiles(string Kind, int Count, string Example)
{
    /// <inheritdoc/>
    public override string ToString() => DatasetAccount.Text($"{Kind}: {Count}, such as {Example}");
}
