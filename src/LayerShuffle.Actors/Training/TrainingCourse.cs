using LayerShuffle.Core.Records;
using LayerShuffle.Core.Routing;

namespace LayerShuffle.Actors.Training;

/// <summary>What follows from the epochs that a training has behind it: whether it is over, which of them becomes the model, and which are measured.</summary>
public static class TrainingCourse
{
    /// <summary>Whether nothing is left to be trained.</summary>
    public static bool IsOver(TrainingOptions options, IReadOnlyList<TrainingRecord> records) => records.Count >= options.Epochs
        || (options.EarlyStopping > 0 && records.Count > 0 && records.Count - Best(records) >= options.EarlyStopping);

    /// <summary>The epoch that becomes the model, from 1; 0 if there is none.</summary>
    public static int Chosen(TrainingOptions options, IReadOnlyList<TrainingRecord> records) =>
        records.Count == 0 ? 0 : options.KeepBest ? Best(records) : records[^1].Epoch;

    /// <summary>The epoch with the best accuracy on the validation images, the first of several.</summary>
    public static int Best(IReadOnlyList<TrainingRecord> records) =>
        records.Where(record => record.Top1Validation is not null).MaxBy(record => record.Top1Validation)?.Epoch ?? records[^1].Epoch;

    /// <summary>The epochs of a finished training whose accuracies on the test images are wanted.</summary>
    public static IReadOnlyList<int> Measured(TrainingOptions options, IReadOnlyList<TrainingRecord> records)
    {
        int chosen = Chosen(options, records);
        return [.. records.Select(record => record.Epoch).Where(epoch => IsMeasured(options, epoch) || epoch == records[^1].Epoch || epoch == chosen)];
    }

    /// <summary>Whether an epoch is measured on the test images, even if it is neither the last nor the chosen one.</summary>
    public static bool IsMeasured(TrainingOptions options, int epoch) => epoch % Math.Max(1, options.TestEpochs) == 0;

    /// <summary>
    /// Whether an epoch's weights may be wanted later: it is measured, or it may turn out to be the model or the one before it.
    /// </summary>
    public static bool IsKept(TrainingOptions options, int epoch) =>
        IsMeasured(options, epoch) || options.KeepBest || options.EarlyStopping > 0 || epoch >= options.Epochs - 1;

    /// <summary>Of how many epochs the weights are kept.</summary>
    public static int Kept(TrainingOptions options) => Enumerable.Range(1, options.Epochs).Count(epoch => IsKept(options, epoch));

    /// <summary>The orders by which an epoch is judged on the validation images: those that the variant is trained for.</summary>
    public static OrderKind Judged(VitConfig config) =>
        config.Variant is ModelVariant.Standard or ModelVariant.LayerDrop ? OrderKind.Sequential : OrderKind.Arbitrary;
}
