using LayerShuffle.Core.Records;
using LayerShuffle.Vision.Files;
using LayerShuffle.Vision.Model;

namespace LayerShuffle.Runs.Backends;

/// <summary>A model ready for trials.</summary>
/// <param name="Model">The model.</param>
/// <param name="Preprocessor">How it wants its images.</param>
/// <param name="Hash">Hash of what made it.</param>
/// <param name="Records">Its epochs; empty if it was imported and not trained.</param>
/// <param name="Reused">Whether it was kept from an earlier run.</param>
internal sealed record TrainedModel(VisionTransformer Model, Preprocessor Preprocessor, string Hash, IReadOnlyList<TrainingRecord> Records, bool Reused)
{
    /// <summary>What its training came to; null where it was not trained in this run, unless it is the same in any.</summary>
    public TrainingTally? Tally { get; init; }

    /// <summary>What disturbed its training, so that another would come to other weights; null: nothing.</summary>
    public string? Disturbed { get; init; }
}
