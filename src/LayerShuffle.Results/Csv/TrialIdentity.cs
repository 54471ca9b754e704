namespace LayerShuffle.Results.Csv;

/// <summary>What made a trial's rows, besides what its key says: rows that were made by anything else are none of that trial.</summary>
/// <param name="Trial">Hash of the trial's specification; blank where nothing is known.</param>
/// <param name="Model">Hash of what it asked: the model and its test images.</param>
public sealed record TrialIdentity(string Trial, string Model)
{
    /// <summary>Nothing is known.</summary>
    public static TrialIdentity Unknown { get; } = new("", "");
}
