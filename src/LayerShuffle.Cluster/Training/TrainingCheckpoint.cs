using System.Text.Json;
using LayerShuffle.Network.Records;
using LayerShuffle.Vision;
using static TorchSharp.torch;

namespace LayerShuffle.Cluster.Training;

/// <summary>Weights, optimizer state and records after an epoch. Written beside the last one and renamed into its place, so that a crash leaves one whole checkpoint.</summary>
public static class TrainingCheckpoint
{
    private const string Current = "checkpoint", Weights = "model.safetensors", Records = "training.json";

    /// <summary>Writes a checkpoint; nothing if there is no directory for it.</summary>
    public static void Save(string? directory, VisionTransformer model, TrainingParts parts, IReadOnlyList<TrainingRecord> records)
    {
        if (directory is null)
            return;
        string next = Path.Combine(directory, $"{Current}-{records.Count}.tmp"), current = Path.Combine(directory, $"{Current}-{records.Count}");
        if (Directory.Exists(next))
            Directory.Delete(next, true);
        Directory.CreateDirectory(next);
        SafeTensors.Write(Path.Combine(next, Weights), model.StateDictionary());
        parts.Coordinator.Save(Path.Combine(next, "coordinator.optimizer"));
        for (int i = 0; i < parts.Layers.Count; i++)
            parts.Layers[i].Save(Path.Combine(next, $"layer-{i}.optimizer"));
        File.WriteAllText(Path.Combine(next, Records), JsonSerializer.Serialize(records));
        if (Directory.Exists(current))
            Directory.Delete(current, true);
        Directory.Move(next, current);
        foreach (string older in Directory.GetDirectories(directory, $"{Current}-*").Where(d => d != current))
            Directory.Delete(older, true);
    }

    /// <summary>Restores the last whole checkpoint; an empty list if there is none.</summary>
    public static IReadOnlyList<TrainingRecord> Resume(string? directory, VisionTransformer model, TrainingParts parts)
    {
        if (directory is null || !Directory.Exists(directory))
            return [];
        string? current = Directory.GetDirectories(directory, $"{Current}-*")
            .Where(d => !d.EndsWith(".tmp", StringComparison.Ordinal) && File.Exists(Path.Combine(d, Records)))
            .OrderBy(d => d.Length).ThenBy(d => d, StringComparer.Ordinal).LastOrDefault();
        if (current is null)
            return [];
        IReadOnlyDictionary<string, Tensor> state = SafeTensors.Read(Path.Combine(current, Weights));
        model.LoadState(state, current);
        foreach (Tensor tensor in state.Values)
            tensor.Dispose();
        parts.Coordinator.Load(Path.Combine(current, "coordinator.optimizer"));
        for (int i = 0; i < parts.Layers.Count; i++)
            parts.Layers[i].Load(Path.Combine(current, $"layer-{i}.optimizer"));
        return JsonSerializer.Deserialize<List<TrainingRecord>>(File.ReadAllText(Path.Combine(current, Records)))!;
    }
}
