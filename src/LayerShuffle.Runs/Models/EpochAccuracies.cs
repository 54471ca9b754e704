using LayerShuffle.Actors.Training;
using LayerShuffle.Core.Records;
using LayerShuffle.Core.Routing;
using LayerShuffle.Runs.Images;
using LayerShuffle.Runs.Telling;
using LayerShuffle.Simulation;
using LayerShuffle.Vision.Model;

namespace LayerShuffle.Runs.Models;

/// <summary>The accuracies of a training's epochs on this run's test images.</summary>
/// <param name="data">The images.</param>
/// <param name="store">Has the weights of epochs.</param>
/// <param name="log">The run's log.</param>
internal sealed class EpochAccuracies(RunData data, ModelStore store, IRunLog log)
{
    /// <summary>
    /// The epochs with their accuracies: those that are known, and those that can be measured because the epoch's weights are kept. The others are blank.
    /// </summary>
    /// <param name="label">The model's name in messages.</param>
    /// <param name="hash">Its hash.</param>
    /// <param name="records">Its epochs.</param>
    /// <param name="known">What is known, by epoch; what is measured is added.</param>
    /// <param name="job">The training of a model, for its images.</param>
    /// <param name="options">Which epochs are to be measured, and which of them the model is.</param>
    /// <param name="model">The model that the training came to.</param>
    public IReadOnlyList<TrainingRecord> Of(
        string label, string hash, IReadOnlyList<TrainingRecord> records, SortedDictionary<int, double[]> known, Func<VisionTransformer, TrainingJob> job,
            TrainingOptions options, VisionTransformer model)
    {
        IReadOnlyList<int> wanted = TrainingCourse.Measured(options, records);
        int chosen = TrainingCourse.Chosen(options, records);
        int[] missing = [.. wanted.Where(epoch => !known.ContainsKey(epoch) && (epoch == chosen || store.HasEpoch(hash, epoch)))];
        if (missing.Length > 0)
        {
            log.Line($"{label}: measuring the accuracies of its epochs on these test images");
            using var system = new VirtualActorSystem();
            var evaluator = new ModelEvaluator(system, data.Threads);
            using var other = new VisionTransformer(model.Config);
            VisionTransformer past = other.To(data.Device);
            past.eval();
            foreach (int epoch in missing)
            {
                if (epoch != chosen && !store.LoadEpoch(hash, epoch, past))
                    continue;
                TrainingJob evaluated = job(epoch == chosen ? model : past);
                known[epoch] = [evaluator.Evaluate(evaluated, OrderKind.Sequential), evaluator.Evaluate(evaluated, OrderKind.Arbitrary)];
            }
        }

        if (wanted.Any(epoch => !known.ContainsKey(epoch)))
            log.Line($"{label}: accuracies of epochs before the last are left blank in training.csv: it was trained beside other test images, and the weights "
                + "of these epochs are not kept (--retrain measures them)");

        return [.. records.Select(record => wanted.Contains(record.Epoch) && known.TryGetValue(record.Epoch, out double[]? accuracy)
            ? record with { Top1Sequential = accuracy[0], Top1Arbitrary = accuracy[1] } : record with { Top1Sequential = null, Top1Arbitrary = null })];
    }
}
