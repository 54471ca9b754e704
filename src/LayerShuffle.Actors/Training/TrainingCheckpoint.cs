using System.Globalization;
using System.Text.Json;
using LayerShuffle.Core.Files;
using LayerShuffle.Core.Records;
using LayerShuffle.Vision.Files;
using LayerShuffle.Vision.Model;
using static TorchSharp.torch;

namespace LayerShuffle.Actors.Training;

/// <summary>
/// Weights, optimizer state, averaged and best weights, records and, within an epoch, its sums so far. Written beside the others, sealed with the key of what
/// made it, flushed and renamed into its place, so that a crash leaves whole ones. The one before it stays, in case the disk does not keep what it confirmed.
/// That after epoch e is the folder <c>checkpoint-e</c>, that after s steps more <c>checkpoint-e-step-s</c>.
/// </summary>
public static class TrainingCheckpoint
{
    private const string Prefix = "checkpoint-", WithinEpoch = "-step-";
    private const string Weights = "model.safetensors", Records = "training.json", Sums = "epoch.json", CoordinatorOptimizer = "coordinator.optimizer",
        Averaged = "average.safetensors", Best = "best.safetensors", Memory = "memory.json";

    /// <summary>Writes a checkpoint of a job; nothing if there is no directory for it.</summary>
    public static void Save(TrainingJob job, TrainingParts parts, TrainingProgress progress)
    {
        if (job.CheckpointDirectory is not { } directory)
            return;
        string name = FormattableString.Invariant($"{Prefix}{progress.Records.Count}")
            + (progress.EpochSteps > 0 ? FormattableString.Invariant($"{WithinEpoch}{progress.EpochSteps}") : "");
        string next = Path.Combine(directory, name + Disk.Unfinished), current = Path.Combine(directory, name);
        if (Directory.Exists(next))
            Disk.DeleteFolder(next);
        Disk.MakeFolder(next);
        WriteWeights(Path.Combine(next, Weights), job.Model);
        if (parts.Average is { } average)
        {
            using (average.InPlace())
                WriteWeights(Path.Combine(next, Averaged), job.Model);
        }

        if (parts.Best is { Any: true } best)
            SafeTensors.Write(Path.Combine(next, Best), best.State);
        parts.Coordinator.Save(Path.Combine(next, CoordinatorOptimizer));
        for (int i = 0; i < parts.Layers.Count; i++)
            parts.Layers[i].Save(Path.Combine(next, LayerOptimizer(i)));
        job.Memory?.Save(Path.Combine(next, Memory));
        if (progress.EpochSteps > 0)
            Disk.Replace(Path.Combine(next, Sums), stream => JsonSerializer.Serialize(stream, progress with { Records = [] }));
        Disk.Replace(Path.Combine(next, Records), stream => JsonSerializer.Serialize(stream, progress.Records));
        FolderSeal.Write(next, job.Key);
        if (Directory.Exists(current))
            Disk.DeleteFolder(current);
        Disk.MoveFolder(next, current);
        (int, int) place = (progress.Records.Count, progress.EpochSteps);
        string? before = Directory.GetDirectories(directory, $"{Prefix}*").Where(d => Place(d) is { } earlier && earlier.CompareTo(place) < 0).MaxBy(Place);
        foreach (string other in Directory.GetDirectories(directory, $"{Prefix}*").Where(d => d != current && d != before))
            Disk.DeleteFolder(other);
    }

    /// <summary>Restores the last whole checkpoint; <see cref="TrainingProgress.None"/>, with model and optimizers as they were, if there is none.</summary>
    /// <param name="job">The training; its model gets the weights. A checkpoint of another one is none.</param>
    /// <param name="parts">Get their optimizers' states.</param>
    /// <param name="log">Told in one sentence of checkpoints that are damaged, and where the training goes on instead.</param>
    public static TrainingProgress Resume(TrainingJob job, TrainingParts parts, Action<string>? log = null)
    {
        if (job.CheckpointDirectory is not { } directory || !Directory.Exists(directory))
            return TrainingProgress.None;
        List<string> damaged = [];
        string? current = Directory.GetDirectories(directory, $"{Prefix}*").Where(d => Place(d) is not null).OrderByDescending(Place).FirstOrDefault(IsWhole);
        if (damaged.Count > 0)
            log?.Invoke($"{string.Join(" and ", damaged)} cannot be used; the training "
                + $"{(current is null ? "begins anew" : $"goes on from {Path.GetFileName(current)}")}");
        return current is null ? TrainingProgress.None : Load(current, job, parts);

        bool IsWhole(string folder)
        {
            string? breach = FolderSeal.Breach(folder, job.Key);
            if (breach is not null)
                damaged.Add($"{Path.GetFileName(folder)} ({breach})");
            return breach is null;
        }
    }

    private static TrainingProgress Load(string current, TrainingJob job, TrainingParts parts)
    {
        VisionTransformer model = job.Model;
        ReadWeights(Path.Combine(current, Weights), model);
        if (parts.Average is { } average)
        {
            using (average.InPlace())
                ReadWeights(Path.Combine(current, Averaged), model);
        }

        if (parts.Best is { } best && File.Exists(Path.Combine(current, Best)))
            best.Take(SafeTensors.Read(Path.Combine(current, Best)).ToDictionary(StringComparer.Ordinal));
        parts.Coordinator.Load(Path.Combine(current, CoordinatorOptimizer));
        for (int i = 0; i < parts.Layers.Count; i++)
            parts.Layers[i].Load(Path.Combine(current, LayerOptimizer(i)));
        if (job.Memory is not null && File.Exists(Path.Combine(current, Memory)))
            job.Memory.Load(Path.Combine(current, Memory));
        List<TrainingRecord> records = JsonSerializer.Deserialize<List<TrainingRecord>>(File.ReadAllText(Path.Combine(current, Records)))!;
        string sums = Path.Combine(current, Sums);
        TrainingProgress progress = File.Exists(sums) ? JsonSerializer.Deserialize<TrainingProgress>(File.ReadAllText(sums))! : TrainingProgress.None;
        return progress with { Records = records };
    }

    private static void WriteWeights(string path, VisionTransformer model)
    {
        IReadOnlyDictionary<string, Tensor> state = model.StateDictionary();
        SafeTensors.Write(path, state);
        foreach (Tensor tensor in state.Values)
            tensor.Dispose();
    }

    private static void ReadWeights(string path, VisionTransformer model)
    {
        IReadOnlyDictionary<string, Tensor> state = SafeTensors.Read(path);
        model.LoadState(state, path);
        foreach (Tensor tensor in state.Values)
            tensor.Dispose();
    }

    private static string LayerOptimizer(int layer) => FormattableString.Invariant($"layer-{layer}.optimizer");

    /// <summary>Epochs and steps in a folder's name; null for other folders.</summary>
    private static (int Epochs, int Steps)? Place(string folder)
    {
        string[] parts = Path.GetFileName(folder)[Prefix.Length..].Split(WithinEpoch);
        int steps = 0;
        if (parts.Length > 2 || !Number(parts[0], out int epochs) || (parts.Length == 2 && !Number(parts[1], out steps)))
            return null;
        return (epochs, steps);

        static bool Number(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
