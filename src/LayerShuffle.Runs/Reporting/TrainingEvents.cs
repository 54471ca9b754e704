using LayerShuffle.Core.Files;
using LayerShuffle.Core.Records;
using TorchSharp;

namespace LayerShuffle.Runs.Reporting;

/// <summary>Writes the epochs of a training as event files for TensorBoard.</summary>
internal static class TrainingEvents
{
    /// <summary>The folder that they are in, below the results: what <c>tensorboard --logdir</c> takes.</summary>
    public const string Folder = "tensorboard";

    /// <summary>Writes them anew; what an earlier run left of the same model goes.</summary>
    /// <param name="results">The results folder.</param>
    /// <param name="model">The model.</param>
    /// <param name="seed">Its training seed.</param>
    /// <param name="records">Its epochs.</param>
    public static void Write(string results, string model, int seed, IReadOnlyList<TrainingRecord> records)
    {
        string folder = Path.Combine(results, Folder, model, FormattableString.Invariant($"seed-{seed}"));
        if (Directory.Exists(folder))
            Disk.DeleteFolder(folder);
        if (records.Count == 0)
            return;
        Disk.MakeFolder(folder);
        TorchSharp.Modules.SummaryWriter writer = torch.utils.tensorboard.SummaryWriter(folder, createRunName: false);
        foreach (TrainingRecord record in records)
        {
            void Add(string tag, double? value)
            {
                if (value is { } number)
                    writer.add_scalar(tag, (float)number, record.Epoch);
            }

            Add("loss/all", record.Loss);
            Add("loss/class", record.ClassLoss);
            Add("loss/position", record.PositionLoss);
            Add("learning_rate", record.LearningRate);
            Add("top1/sequential", record.Top1Sequential);
            Add("top1/arbitrary", record.Top1Arbitrary);
            Add("top1/validation", record.Top1Validation);
        }
    }
}
